"""Answering from the portal: by the road of every call, once; what was typed stays where it is refused."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from audit import trail
from hermes.core import clock
from hermes.core.errors import Conflict, OutcomeUnknown, QuotaExceeded
from hermes.core.ids import new
from inbox.models import Message, Thread
from mcp_gateway import journal
from portal.inbox.forms import new_key
from portal.tests.test_access import owner, signed_in
from tenants import connections, members
from tests.e2e.conversations import conversation
from tests.support.tenants import Tenant, World

ADA = "14155550123"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def shop(world: World) -> Tenant:
    """A customer to whom Ada has written at WhatsApp."""
    tenant = world.make("acme", only={"whatsapp"})
    tenant.hear("whatsapp", ADA, "Is it open?", contact_name="Ada")
    world.forget()
    return tenant


@pytest.fixture
def browser(shop: Tenant) -> Client:
    return owner(shop.customer)


def page_of(tenant: Tenant, act: str = "") -> str:
    return f"/portal/inbox/{Thread.objects.of(tenant.customer.pk).get().public_id}/{act}"


def sends(world: World) -> list[Any]:
    return [asked for asked in world.asked if asked.method == "POST"]


def bodies(world: World) -> list[Any]:
    return [json.loads(asked.body) for asked in sends(world)]


def close_window(tenant: Tenant) -> None:
    Thread.objects.of(tenant.customer).update(last_in_at=clock.now() - timedelta(hours=25))


def test_answer_goes_by_the_platforms_own_tool_and_stands_in_the_trail_and_the_conversation(
    shop: Tenant, browser: Client, world: World
) -> None:
    drawn = browser.get(page_of(shop)).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', drawn)
    assert key is not None
    answer = browser.post(page_of(shop, "reply/"), {"text": "Until six.", "key": key[1], "to": "15550000000"})
    assert answer["Location"] == page_of(shop)
    (sent,) = bodies(world)
    assert (sent["to"], sent["text"]["body"]) == (ADA, "Until six.")
    assert "Until six." in browser.get(page_of(shop)).content.decode()
    assert Thread.objects.of(shop.customer.pk).get().unread == 0
    told = trail.page(shop.customer.pk, action="tool.call", limit=2).entries
    member = members.listed(shop.customer.pk).get()
    assert {e["tool"] for e in told} == {"hermes_send", "whatsapp_send_text"}
    assert {(e["actor"], e["surface"], e["outcome"]) for e in told} == {
        (f"user:{member.user_id}", "portal", "ok")
    }


def test_the_same_form_sends_once_and_the_next_one_again(shop: Tenant, browser: Client, world: World) -> None:
    first = {"text": "Until six.", "key": new_key()}
    for given in (first, first, {**first, "key": new_key()}):
        assert browser.post(page_of(shop, "reply/"), given).status_code == 302
    assert len(sends(world)) == 2


def test_htmx_is_answered_with_an_empty_form_and_the_word_to_look_anew(shop: Tenant, browser: Client) -> None:
    answer = browser.post(page_of(shop, "reply/"), {"text": "Yes.", "key": new_key()}, headers=HTMX)
    part = answer.content.decode()
    assert (answer.status_code, answer["HX-Trigger"]) == (200, '{"sent": {}}')
    assert "<html" not in part
    assert "Yes." not in part


REFUSALS = [
    (OutcomeUnknown("lost"), "may have been sent"),
    (QuotaExceeded("spent"), "units of this month are spent"),
]


@pytest.mark.parametrize(("error", "words"), REFUSALS, ids=lambda value: getattr(value, "code", ""))
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_refusal_is_told_in_words_beside_the_text_that_was_typed(
    shop: Tenant, browser: Client, monkeypatch: pytest.MonkeyPatch, error: Any, words: str, headers: Any
) -> None:
    async def refuse(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(journal, "open_call", refuse)
    given = {"text": "Until <six>.", "key": new_key()}
    answer = browser.post(page_of(shop, "reply/"), given, headers=headers)
    page = answer.content.decode()
    assert answer.status_code == (200 if headers else error.status)
    assert words in page
    assert "Until &lt;six&gt;.</textarea>" in page
    assert given["key"] not in page  # whoever sends it again means it


def test_send_on_its_way_keeps_its_key(
    shop: Tenant, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: Any) -> Any:
        raise Conflict("running")

    monkeypatch.setattr(journal, "open_call", refuse)
    given = {"text": "Yes.", "key": new_key()}
    assert given["key"] in browser.post(page_of(shop, "reply/"), given).content.decode()


@pytest.mark.parametrize(
    "given", [{}, {"text": " ", "key": new_key()}, {"text": "Yes.", "key": "x"}, {"text": "x" * 10_001}]
)
def test_form_that_is_none_sends_nothing(shop: Tenant, browser: Client, world: World, given: Any) -> None:
    assert browser.post(page_of(shop, "reply/"), given).status_code == 422
    assert sends(world) == []


def test_closed_window_leaves_templates_only(shop: Tenant, browser: Client) -> None:
    assert "write freely until" in browser.get(page_of(shop)).content.decode()
    close_window(shop)
    page = browser.get(page_of(shop)).content.decode()
    assert "<textarea" not in page
    assert page_of(shop, "templates/") in page


def test_where_there_are_no_templates_a_closed_window_is_waited_out(world: World) -> None:
    tenant = world.make("acme", only={"instagram"})
    tenant.hear("instagram", "17841400000000001", "Is it open?")
    close_window(tenant)
    page = owner(tenant.customer).get(page_of(tenant)).content.decode()
    assert "you can answer when they write again" in page
    assert "<textarea" not in page
    assert owner(tenant.customer).get(page_of(tenant, "templates/")).status_code == 404


def test_window_that_closes_meanwhile_is_told_and_the_text_kept(
    shop: Tenant, browser: Client, world: World
) -> None:
    close_window(shop)
    answer = browser.post(page_of(shop, "reply/"), {"text": "Until six.", "key": new_key()})
    assert answer.status_code == 409
    assert "reply window is closed" in answer.content.decode()
    assert "Until six." in answer.content.decode()
    assert sends(world) == []


def test_template_is_chosen_filled_and_sent_outside_the_window(
    shop: Tenant, browser: Client, world: World
) -> None:
    close_window(shop)
    page = browser.get(page_of(shop, "templates/")).content.decode()
    assert "order_update" in page
    assert "summer_offer" not in page  # pending
    given = {"name": "order_update", "language": "en_US", "body-0": "Ada", "body-1": "A-7", "key": new_key()}
    world.forget()
    assert browser.post(page_of(shop, "templates/"), {**given, "body-2": ""}).status_code == 422
    for _ in range(2):
        assert browser.post(page_of(shop, "templates/"), given)["Location"] == page_of(shop)
    (sent,) = bodies(world)
    assert sent["template"]["components"][0]["parameters"][1]["text"] == "A-7"
    assert "Hi Ada, your order A-7" in Message.objects.of(shop.customer.pk).get(direction="out").text


def test_template_with_a_picture_and_a_link_asks_for_each_of_its_values(acme: Any) -> None:
    browser, address = owner(acme.customer), f"{conversation(acme)}templates/"
    page = browser.get(f"{address}?q=spring").content.decode()
    asked = dict(re.findall(r'<label for="1-([a-z]+-0)">([^<]+)</label>', page))
    assert list(asked) == ["header-0", "body-0", "buttons-0"]
    assert asked["header-0"].startswith("Address of the picture")
    given = {"name": "spring_offer", "language": "en_US", "body-0": "20 %", "buttons-0": "spring"}
    picture = {"header-0": "https://example.com/spring.jpg"}
    for values, status in ((given, 422), (given | picture, 302)):
        assert browser.post(address, values | {"key": new_key()}).status_code == status
    assert Message.objects.of(acme.customer.pk).filter(text__contains="20 % less").exists()


def test_template_that_is_refused_keeps_what_was_typed(shop: Tenant, browser: Client) -> None:
    given = {
        "name": "order_update",
        "language": "de",
        "body-0": "<Ada>",
        "body-1": "two\nlines",
        "key": new_key(),
    }
    answer = browser.post(page_of(shop, "templates/"), given)
    assert answer.status_code == 422
    assert answer.content.decode().count("&lt;Ada&gt;") == 2  # the field and the preview


def test_account_that_must_be_connected_again_cannot_answer(
    shop: Tenant, browser: Client, world: World
) -> None:
    row = connections.get(shop.customer.pk, shop.connections["whatsapp"])
    type(row).objects.of(shop.customer).filter(pk=row.pk).update(status="needs_reauth")
    page = browser.get(page_of(shop)).content.decode()
    assert "must be connected again" in page
    assert "<textarea" not in page
    assert browser.post(page_of(shop, "reply/"), {"text": "Yes.", "key": new_key()}).status_code == 409
    assert sends(world) == []


@pytest.mark.parametrize("act", ["reply/", "templates/"])
def test_viewer_and_stranger_send_nothing(shop: Tenant, globex: Any, world: World, act: str) -> None:
    viewer = get_user_model().objects.create_user(username=new("cus"))
    members.add(shop.customer.pk, viewer, "viewer")
    given = {"text": "Yes.", "key": new_key(), "name": "hello_world", "language": "en_US"}
    assert signed_in(viewer).post(page_of(shop, act), given).status_code == 403
    assert "<textarea" not in signed_in(viewer).get(page_of(shop)).content.decode()
    assert owner(globex.customer).post(page_of(shop, act), given).status_code == 404
    assert sends(world) == []
