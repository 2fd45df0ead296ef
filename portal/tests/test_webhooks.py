"""Webhooks at the portal: made, shown once, tested, sent again, ended; by those who may, of their own."""

import html
import re
from typing import Any

import pytest
from django.test import Client

from hermes.core import clock
from hermes.core.ids import new
from inbox.forwarding import endpoints, history, sending
from inbox.forwarding.models import ForwardedEvent, WebhookEndpoint
from portal.tests.test_access import owner, signed_in
from portal.webhooks.snippets import PYTHON
from tenants.actors import SYSTEM
from tests.support.upstream import Upstream

HOOK = "https://93.184.215.14/hook"
MADE = {
    "url": HOOK,
    "mode": "live",
    "events": ["message.received", "connection.paused"],
    "description": "CRM",
}
INDEX = "/portal/webhooks/"


@pytest.fixture
def browser(acme: Any) -> Client:
    """Acme's owner."""
    return owner(acme.customer)


@pytest.fixture
def hook(acme: Any, upstream: Upstream, settings: Any) -> WebhookEndpoint:
    """Acme's, at a receiver on loopback."""
    settings.EGRESS_ALLOW = [upstream.base.removeprefix("http://")]
    return make(acme, upstream.base + "/hook")


def make(person: Any, url: str = HOOK) -> WebhookEndpoint:
    return endpoints.create(person.customer.pk, url=url, mode="live", events=["*"], by=SYSTEM).endpoint


def trial(hook: WebhookEndpoint) -> ForwardedEvent:
    return history.send_test(hook.customer_id, hook.public_id, by=SYSTEM)


def page(browser: Client, *place: str) -> str:
    answer = browser.get("/".join((INDEX.rstrip("/"), *place, "")))
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_webhook_is_made_and_its_secret_is_in_that_one_answer_only(browser: Client, acme: Any) -> None:
    answer = browser.post(f"{INDEX}new/", MADE)
    found = re.search(r'id="secret">(whsec_[^<]+)<', answer.content.decode())
    assert found is not None
    [row] = endpoints.listed(acme.customer.pk, by=SYSTEM)
    assert (row.url, row.mode, row.description) == (HOOK, "live", "CRM")
    assert row.events == ["message.received", "connection.paused"]
    for place in ((), (row.public_id,), (row.public_id, "edit"), (row.public_id, "secret")):
        assert found[1] not in page(browser, *place)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "http://crm.example.com/"}, "https"),
        ({"url": "https://127.0.0.1/"}, "public"),
        ({"url": "https://93.184.215.14/" + "x" * 2048}, "at most 2048"),
        ({"events": []}, "This field is required"),
        ({"events": ["everything"]}, "Select a valid choice"),
        ({"mode": "both"}, "Select a valid choice"),
        ({"description": "tab\u202eeman"}, "description"),
    ],
)
def test_wrong_choice_is_said_at_its_field_and_makes_nothing(
    browser: Client, acme: Any, change: dict[str, Any], said: str
) -> None:
    answer = browser.post(f"{INDEX}new/", {**MADE, **change})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not endpoints.listed(acme.customer.pk, by=SYSTEM)


def test_plan_without_room_is_said_in_the_form(make_customer: Any) -> None:
    small = make_customer("small", plan="free")
    make(small)
    answer = owner(small.customer).post(f"{INDEX}new/", MADE)
    assert "The Free plan has 1 webhooks" in answer.content.decode()


def test_edit_changes_what_was_changed_and_the_trail_says_only_that(browser: Client, acme: Any) -> None:
    hook = make(acme)
    given = {"url": HOOK, "events": ["message.sent"], "description": ""}
    assert browser.post(f"{INDEX}{hook.public_id}/edit/", given).status_code == 302
    hook.refresh_from_db()
    assert hook.events == ["message.sent"]
    assert acme.customer.audit_entries.get(action="webhook.changed").detail == f"{hook.public_id} events"


def test_new_secret_is_shown_once_and_the_old_one_signs_for_as_long_as_was_chosen(
    browser: Client, acme: Any
) -> None:
    hook = make(acme)
    answer = browser.post(f"{INDEX}{hook.public_id}/secret/", {"overlap": "0"})
    assert 'id="secret">whsec_' in answer.content.decode()
    hook.refresh_from_db()
    assert hook.before_until is None
    browser.post(f"{INDEX}{hook.public_id}/secret/", {"overlap": "3600"})
    hook.refresh_from_db()
    assert hook.before_until is not None
    assert 3500 < (hook.before_until - clock.now()).total_seconds() <= 3600


def test_test_event_is_delivered_and_its_page_shows_request_and_answer(
    browser: Client, hook: WebhookEndpoint
) -> None:
    shown = browser.post(f"{INDEX}{hook.public_id}/test/", follow=True)
    assert 'hx-trigger="every 2s"' in shown.content.decode()
    event = history.listed(hook.customer_id, hook.public_id, by=SYSTEM)[0]
    sending.attempt(event.pk)
    told = page(browser, hook.public_id, "deliveries", event.event_id)
    assert "hx-trigger" not in told
    for part in ('"type": "webhook.test"', f"webhook-id: {event.event_id}", "Delivered", "Taken."):
        assert part in told


def test_failed_deliveries_say_why_and_are_sent_again_one_and_all(
    browser: Client, hook: WebhookEndpoint, upstream: Upstream
) -> None:
    first, second = trial(hook), trial(hook)
    upstream.script.extend([(500, {}, {}), (503, {}, {})])
    for event in (first, second):
        sending.attempt(event.pk)
    assert "It was not answered 2xx." in page(browser, hook.public_id, "deliveries", first.event_id)
    rows = ForwardedEvent.objects.of(hook.customer_id)
    rows.update(state="failed")
    assert "2 failed" in page(browser)
    browser.post(f"{INDEX}{hook.public_id}/deliveries/{first.event_id}/again/")
    assert [row.state for row in rows.order_by("pk")] == ["pending", "failed"]
    browser.post(f"{INDEX}{hook.public_id}/failed/")
    assert [row.state for row in rows.order_by("pk")] == ["pending", "pending"]


def test_deliveries_are_filtered_and_paged(browser: Client, hook: WebhookEndpoint) -> None:
    ids = [trial(hook).event_id for _ in range(31)]
    shown = page(browser, hook.public_id)
    assert ids[30] in shown
    assert ids[0] not in shown
    found = re.search(r'href="(\?before=[^"]+)"', shown)
    assert found is not None
    older = browser.get(f"{INDEX}{hook.public_id}/{found[1]}").content.decode()
    assert ids[0] in older
    assert ids[30] not in older
    for query, status in (("state=failed", 200), ("event=message.sent", 200), ("state=lost", 400)):
        answer = browser.get(f"{INDEX}{hook.public_id}/?{query}")
        assert answer.status_code == status
        assert (ids[30] in answer.content.decode()) is (status == 400)


@pytest.mark.parametrize(
    ("reason", "said", "at_home"),
    [
        ("It answered 410 Gone.", "It was disabled.", True),
        (endpoints.BY_HAND, "It is paused.", False),
    ],
)
def test_webhook_that_is_not_enabled_says_why_and_is_enabled_here(
    browser: Client, hook: WebhookEndpoint, reason: str, said: str, at_home: bool
) -> None:
    endpoints.give_up(hook.customer_id, hook.public_id, reason)
    assert said in page(browser, hook.public_id)
    assert ("A webhook fails." in browser.get("/portal/").content.decode()) is at_home
    assert "This webhook is disabled" in html.unescape(
        browser.post(f"{INDEX}{hook.public_id}/test/", follow=True).content.decode()
    )
    browser.post(f"{INDEX}{hook.public_id}/resume/")
    hook.refresh_from_db()
    assert hook.enabled


def test_paused_and_deleted_from_its_page(browser: Client, hook: WebhookEndpoint) -> None:
    browser.post(f"{INDEX}{hook.public_id}/pause/")
    hook.refresh_from_db()
    assert not hook.enabled
    browser.post(f"{INDEX}{hook.public_id}/delete/")
    assert not endpoints.listed(hook.customer_id, by=SYSTEM)


PLACES = (
    *(("GET", place) for place in ("", "edit/", "secret/", "deliveries/{event}/")),
    *(("POST", f"{act}/") for act in ("edit", "secret", "pause", "resume", "test", "failed", "delete")),
    ("POST", "deliveries/{event}/again/"),
)


@pytest.mark.parametrize("whose", ["globex", "nobody"])
def test_te01_foreign_and_unknown_webhook_answer_the_same(
    browser: Client, globex: Any, acme: Any, whose: str
) -> None:
    theirs = make(globex)
    event = trial(theirs).event_id
    before = WebhookEndpoint.objects.of(globex.customer).values().get()
    hook_id = theirs.public_id if whose == "globex" else new("whe")
    given = {"url": HOOK, "events": ["*"], "overlap": "0"}
    for method, place in PLACES:
        path = f"{INDEX}{hook_id}/{place.format(event=event)}"
        assert browser.generic(method, path).status_code == 404, path
        assert method == "GET" or browser.post(path, given).status_code == 404, path
    mine = make(acme)
    for place in (f"?before={event}", f"deliveries/{event}/", "?before=x' OR 1=1"):
        assert browser.get(f"{INDEX}{mine.public_id}/{place}").status_code == 404, place
    assert WebhookEndpoint.objects.of(globex.customer).values().get() == before


def test_viewer_sees_no_webhook(acme: Any, acme_viewer: Any) -> None:
    hook = make(acme)
    for method, place in (("GET", ""), ("GET", "new/"), *((m, f"{hook.public_id}/{p}") for m, p in PLACES)):
        answer = signed_in(acme_viewer).generic(method, INDEX + place.format(event=new("evt")))
        assert answer.status_code == 403, place


def test_what_a_webhook_is_called_is_text(browser: Client, acme: Any) -> None:
    name = "<script>alert(1)</script>"
    browser.post(f"{INDEX}new/", {**MADE, "description": name})
    [row] = endpoints.listed(acme.customer.pk, by=SYSTEM)
    for place in (INDEX, f"{INDEX}{row.public_id}/", f"{INDEX}{row.public_id}/edit/", "/portal/"):
        assert "<script>alert" not in browser.get(place).content.decode()


def test_snippet_for_python_verifies_what_is_sent(acme: Any, upstream: Upstream, settings: Any) -> None:
    settings.EGRESS_ALLOW = [upstream.base.removeprefix("http://")]
    made = endpoints.create(
        acme.customer.pk, url=f"{upstream.base}/hook", mode="live", events=["*"], by=SYSTEM
    )
    sending.attempt(trial(made.endpoint).pk)
    program: dict[str, Any] = {}
    exec(PYTHON.format(secret=made.secret), program)  # noqa: S102  (the snippet people copy)
    asked = upstream.asked[-1]
    headers = {name.lower(): value for name, value in asked.headers.items()}
    assert program["receive"](asked.body, headers) == 204
    assert program["receive"](asked.body + b" ", headers) == 401
