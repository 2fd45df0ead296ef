"""The playground: a form for every tool, and calls by the road of every call, as far as the role reaches."""

import html
import json
import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.http import QueryDict
from django.test import Client
from msgspec import to_builtins

from audit import trail
from hermes.core.ids import new
from inbox import threads
from mcp_gateway import catalogue
from portal.playground.forms import ToolForm
from portal.tests.test_access import owner, signed_in
from tenants import connections, members, sandboxes
from tenants.principals import view_of
from tests.support.probed import Probed
from tests.support.upstream import Upstream

SEND = "/portal/playground/whatsapp_send_text/?mode=sandbox"
LIVE = "/portal/playground/probe_send/?mode=live"
TEXT = {"arg-to": "+14155550123", "arg-text": "Two lines:\r\nhello", "key": "first-key", "account": "sandbox"}
PROBE = {"arg-to": "ada", "arg-text": "hello"}
SCRIPT = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


@pytest.fixture
def sandboxed(acme: Any) -> Any:
    """acme, whose sandbox is set up."""
    sandboxes.ensure(acme.customer)
    return acme


def body(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def said(customer: Any, platform: str = "whatsapp") -> list[Any]:
    row = connections.listed(customer.pk, mode="test").get(platform=platform)
    found = to_builtins(threads.threads(customer.pk, [row.pk]))["threads"]
    return [thread["last_message"]["text"] for thread in found]


def test_every_tool_has_a_form_that_gives_back_its_example() -> None:
    for name, listing in catalogue.every_tool().items():
        if not set(listing.input_schema.get("required", ())) <= set(listing.tool.example):
            continue  # one of the protocol's conformance tools
        filled = QueryDict(mutable=True)
        for field in ToolForm(listing, (), values=listing.tool.example):
            value = field.value()
            if value is not None:
                filled.setlist(field.html_name, value if isinstance(value, list) else [value])
        given = ToolForm(listing, (), filled)
        given.fields.pop("account", None)
        assert given.is_valid(), (name, given.errors)
        assert given.arguments == listing.tool.example, name


def test_dry_run_does_nothing_and_a_run_sends_once_for_its_key(sandboxed: Any) -> None:
    browser = owner(sandboxed.customer)
    page = body(browser.post(SEND, {**TEXT, "act": "dry"}))
    assert "Nothing was done" in page
    assert '"body": "Two lines:\\nhello"' in page
    assert said(sandboxed.customer) == []
    page = body(browser.post(SEND, {**TEXT, "act": "run"}))
    assert '"message_id"' in page
    assert said(sandboxed.customer) == ["Two lines:\nhello"]
    assert 'value="first-key"' not in page, "the next call is another one"
    assert "Nothing was done again" in body(browser.post(SEND, {**TEXT, "act": "run"}))


def test_call_stands_in_the_trail_as_the_persons(sandboxed: Any) -> None:
    owner(sandboxed.customer).post(SEND, {**TEXT, "act": "run"})
    entry = trail.page(sandboxed.customer.pk, limit=1, tool="whatsapp_send_text").entries[0]
    person = members.listed(sandboxed.customer.pk).get()
    told = [entry[name] for name in ("actor", "surface", "client", "mode", "outcome")]
    assert told == [f"user:{person.user_id}", "portal", "playground", "test", "ok"]


def test_problem_is_told_by_its_code_and_unknown_fields_count_for_nothing(sandboxed: Any) -> None:
    browser = owner(sandboxed.customer)
    for change, words in (
        ({"arg-to": "+12025550147"}, "window_closed"),
        ({"arg-to": "x" * 200}, "invalid_argument"),
        ({"arg-text": "a" * 5000}, "invalid_argument"),
        ({"arg-unknown": "ignored", "dry_run": "yes", "arg-dry_run": "true"}, '"message_id"'),
    ):
        answer = browser.post(SEND, {**TEXT, **change, "key": "", "act": "run"})
        assert answer.status_code in (200, 400)
        assert words in body(answer)


def test_live_send_is_confirmed_for_exactly_its_arguments(probed: Probed, upstream: Upstream) -> None:
    browser = owner(probed.customer)
    page = body(browser.post(LIVE, {**PROBE, "account": "Probe", "act": "run"}))
    assert "This is live." in page
    found = re.search(r'name="confirmed" value="(\w+)"', page)
    assert found is not None
    confirmed = {"confirmed": found[1], "account": "Probe", "act": "run"}
    assert "This is live." in body(browser.post(LIVE, {**PROBE, "arg-to": "eve", **confirmed}))
    assert upstream.asked == []
    assert '"message_id"' in body(browser.post(LIVE, {**PROBE, **confirmed}))
    assert [json.loads(asked.body) for asked in upstream.asked] == [{"to": "ada", "text": "hello"}]


def test_same_call_is_shown_as_code_without_a_secret(sandboxed: Any) -> None:
    page = body(owner(sandboxed.customer).post(SEND, {**TEXT, "act": "code"}))
    assert "tools/call" in page
    assert "/api/tools/whatsapp_send_text" in page
    assert "Bearer YOUR_HERMES_KEY" in page
    assert "hms_" not in page
    assert said(sandboxed.customer) == []


def test_hostile_json_is_refused_in_a_sentence(sandboxed: Any) -> None:
    browser, address = owner(sandboxed.customer), "/portal/playground/whatsapp_send_card/?mode=sandbox"
    given = {"arg-to": "+14155550123", "arg-kind": "location", "account": "sandbox", "act": "run"}
    for text in ("[" * 60_000, '{"a": ' * 40 + "1" + "}" * 40, "nope", '"\\ud800"', "NaN"):
        answer = browser.post(address, {**given, "arg-data": text})
        assert answer.status_code in (200, 400)
        assert "Write it as JSON" in body(answer) or "invalid_argument" in body(answer)


def test_viewer_reads_and_sends_nothing(sandboxed: Any, acme_viewer: Any) -> None:
    browser = signed_in(acme_viewer)
    page = body(browser.get("/portal/playground/?platform=whatsapp"))
    assert "whatsapp_list_templates" in page
    assert "whatsapp_send_text" not in re.findall(r"playground/(\w+)/", page)
    for method in (browser.get, browser.post):
        assert method(SEND, {**TEXT, "act": "run"}).status_code == 403
    assert said(sandboxed.customer) == []
    listing = "/portal/playground/whatsapp_list_templates/"
    assert "hello_world" in body(browser.post(listing, {"account": "sandbox", "act": "run"}))


def test_auditor_has_no_playground(sandboxed: Any) -> None:
    user = get_user_model().objects.create_user(username=new("cus"))
    members.add(sandboxed.customer.pk, user, "auditor")
    assert signed_in(user).get("/portal/playground/").status_code == 403


def test_stranger_names_a_foreign_account_in_vain(sandboxed: Any, globex: Any) -> None:
    sandboxes.ensure(globex.customer)
    theirs = connections.listed(sandboxed.customer.pk, mode="test").get(platform="whatsapp")
    answer = owner(globex.customer).post(SEND, {**TEXT, "account": theirs.public_id, "act": "run"})
    assert answer.status_code == 400
    assert said(sandboxed.customer) == []


def test_account_that_is_chosen_is_the_one_that_sends(sandboxed: Any) -> None:
    row = connections.listed(sandboxed.customer.pk, mode="test").get(platform="whatsapp")
    listing = catalogue.every_tool()["whatsapp_send_text"]
    other = view_of(row)
    two = (other, type(other)(**{n: getattr(other, n) for n in other.__slots__} | {"account": "second"}))
    form = ToolForm(listing, two, QueryDict("arg-to=%2B14155550123&arg-text=hi&account=second"))
    assert form.is_valid()
    assert form.arguments["account"] == "second"


def test_address_that_is_none_is_answered_calmly(sandboxed: Any) -> None:
    browser = owner(sandboxed.customer)
    for address, status in (
        ("no_such_tool/", 404),
        ("hermes_call_tool/", 404),
        ("whatsapp_send_text/?mode=both", 404),
        ("whatsapp_send_text/?mode=live", 409),
        ("?platform=../x", 200),
    ):
        assert browser.get(f"/portal/playground/{address}").status_code == status, address


def test_call_from_another_site_is_refused(sandboxed: Any) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(members.listed(sandboxed.customer.pk).get().user)
    assert browser.post(SEND, {**TEXT, "act": "run"}).status_code == 403
    assert said(sandboxed.customer) == []


def test_what_is_sent_and_what_comes_back_is_text(sandboxed: Any) -> None:
    browser = owner(sandboxed.customer)
    sent = browser.post(SEND, {**TEXT, "arg-text": SCRIPT, "act": "run"}).content.decode()
    write = "/portal/playground/obsidian_write_note/?mode=sandbox"
    note = {"arg-path": "<img src=x onerror=alert(1)>.md", "arg-content": SCRIPT, "act": "run"}
    written = browser.post(write, {**note, "account": "sandbox"}).content.decode()
    inbox = "/portal/playground/hermes_inbox/?mode=sandbox"
    read = browser.post(inbox, {"act": "run"}).content.decode()
    for page in (sent, written, read):
        assert "alert(1)" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page
