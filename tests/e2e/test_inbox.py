"""Conversations in the portal's inbox: they arrive by themselves, are answered, and run nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from connectors.kit.webhook import InboundMessage
from hermes.core import clock, ids
from inbox import deliveries, effects
from inbox.models import Thread, WebhookDelivery
from tenants import connections, members, sandboxes
from tests.e2e import checking
from tests.e2e.browsing import BrowserThread
from tests.e2e.conversations import conversation
from tests.support.hostile import PAYLOADS
from tests.support.surfaces import modern
from tests.support.web import Web

ADA = "14155550123"


def write_as_ada(live: Web, acme: Any, **event: str) -> None:
    """Ada writes to the sandbox's WhatsApp account, and a worker takes it in."""
    told = {"sender": ADA, "name": "Ada", **event}
    assert live.post("/api/sandbox/whatsapp/inbound", acme.test_key, told).status_code == 202
    row = connections.listed(acme.customer.pk).get(platform="whatsapp", mode="test")
    for delivery in WebhookDelivery.objects.filter(addressee=row.public_id, state="received"):
        if delivery.next_try_at <= clock.now():
            deliveries.settle(delivery.pk)


def owner_of(acme: Any) -> Any:
    return members.listed(acme.customer.pk).get(role="owner").user


@pytest.fixture
def hostile(acme: Any) -> str:
    """Conversations with all payloads as names; the first also has them as texts, files and kinds."""
    sandboxes.ensure(acme.customer)
    row = connections.listed(acme.customer.pk).get(platform="whatsapp", mode="test")

    def message(number: int, words: str, **more: Any) -> InboundMessage:
        told = {"kind": "text", "text": words, "contact_name": words} | more
        contact = f"1415555{number:04}"
        return InboundMessage(
            route=(row.external_id,), upstream_id=ids.new("up"), contact=contact, at=clock.now(), **told
        )

    told = [message(number, words) for number, words in enumerate(PAYLOADS)]
    for words in PAYLOADS:
        file = {"id": "12345", "kind": "document", "mime_type": words, "filename": words}
        told += [message(0, words, contact_name="", media=file), message(0, words, kind=words[:24], text="")]
    effects.apply(acme.customer.pk, row.pk, told)
    return f"/portal/inbox/{Thread.objects.of(acme.customer.pk).get(contact='14155550000').public_id}/"


def test_message_arrives_live_is_answered_and_both_sides_are_seen_by_an_mcp_client(
    browser: BrowserThread, sign_in: Callable[..., Page], live: Web, address: str, acme: Any
) -> None:
    page = sign_in(owner_of(acme))
    watched = checking.Watched(page, address)
    watched.visit("/portal/inbox/")
    expect(page.get_by_text("No conversation yet")).to_be_visible()
    page.evaluate("window.isTheSame = true")
    write_as_ada(live, acme, text="Is it ready?")
    expect(page.get_by_role("link", name="Ada")).to_be_visible()
    assert page.evaluate("window.isTheSame") is True
    page.get_by_role("link", name="Ada").click()
    page.evaluate("window.isTheSame = true")
    answer = page.get_by_label("Your answer")
    answer.fill("It is.")
    page.get_by_role("button", name="Send").click()
    messages = page.get_by_role("group", name="Messages")
    expect(messages.get_by_text("It is.")).to_be_visible()
    expect(answer).to_have_value("")
    answer.fill("Do you come today?")
    answer.press("Control+Enter")
    expect(messages.get_by_text("Do you come today?")).to_be_visible()

    thread = page.url.rstrip("/").rpartition("/")[2]
    read = modern(live, acme.test_key, "hermes_get_thread", {"thread_id": thread}).data["messages"]  # type: ignore[arg-type]
    assert [m["text"] for m in read] == ["Do you come today?", "It is.", "Is it ready?"]
    sent = {"to": thread, "text": "We are here until six."}
    assert modern(live, acme.test_key, "hermes_send", sent).code == "ok"  # type: ignore[arg-type]
    expect(messages.get_by_text("We are here until six.")).to_be_visible()
    answer.fill("a draft")
    write_as_ada(live, acme, kind="image", text="On my way")
    expect(messages.get_by_text("On my way")).to_be_visible()
    picture = messages.get_by_role("img", name="image")
    picture.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.picture').naturalWidth > 0")
    expect(page.get_by_role("status").get_by_text("New message from Ada")).to_be_attached()
    expect(answer).to_have_value("a draft")
    assert page.evaluate("window.isTheSame") is True
    assert watched.complaints == []


@pytest.fixture
def closed(acme: Any) -> str:
    """A conversation in which nobody wrote for longer than the platform's window."""
    return conversation(acme, hours_ago=30)


def test_template_is_chosen_filled_and_sent_where_the_window_is_closed(
    browser: BrowserThread, sign_in: Callable[..., Page], address: str, acme: Any, closed: str
) -> None:
    page = sign_in(owner_of(acme), view="phone")
    watched = checking.Watched(page, address)
    watched.visit(closed)
    page.get_by_role("link", name="Choose a template").click()
    page.get_by_role("searchbox").fill("order")
    page.get_by_role("button", name="Search").click()
    page.get_by_text("order_update").first.click()
    page.get_by_label("Value 1").first.fill("Ada")
    page.get_by_label("Value 2").first.fill("<b>7</b>")
    preview = page.get_by_text("Hi Ada, your order <b>7</b> is on its way.")
    expect(preview).to_be_visible()
    assert checking.violations(page) == []
    assert checking.overflow(page) == 0
    checking.keep_picture(page, "a-template-filled")
    page.get_by_role("button", name="Send to Ada").first.click()
    sent = page.get_by_role("group", name="Messages").get_by_text("Hi Ada, your order <b>7</b>")
    expect(sent).to_be_visible()
    assert watched.complaints == []


def test_page_that_is_not_seen_asks_for_nothing(
    browser: BrowserThread, sign_in: Callable[..., Page], address: str, acme: Any
) -> None:
    page = sign_in(owner_of(acme))
    page.clock.install()
    page.goto("/portal/inbox/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response("**/news/**"):
        page.clock.run_for(3_100)
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    asked.clear()
    page.clock.run_for(60_000)
    assert asked == []
    page.evaluate("delete document.hidden")
    with page.expect_response("**/news/**"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_ad08_nothing_that_people_send_runs(
    browser: BrowserThread, sign_in: Callable[..., Page], address: str, acme: Any, hostile: str
) -> None:
    page = sign_in(owner_of(acme))
    watched = checking.Watched(page, address)
    page.on("dialog", lambda dialog: watched.complaints.append(f"dialog: {dialog.message}"))
    page.add_init_script("window.fired = () => { window.hasFired = true; }")
    for path in ("/portal/inbox/", hostile, f"{hostile}templates/"):
        watched.visit(path)
        page.wait_for_load_state("networkidle")
        for link in page.locator("main a").all():
            assert (link.get_attribute("href") or "").startswith(("/", "?")), path
        page.mouse.move(700, 400)
        assert page.evaluate("window.hasFired") is None, path
        assert page.url.startswith(address), path
    assert watched.complaints == []
