"""Activity and usage at the portal: of the customer's own, for those whose role may read them."""

import json
import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from audit import chain
from hermes.core import clock
from hermes.core.ids import new
from portal.tests.test_access import owner, signed_in
from tenants import actors, connections, keys, members
from tests.support.api import Api


def file_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.fixture
def called(acme: Any, api: Api) -> Any:
    """Acme, after one call of a tool in the sandbox."""
    text = {"to": "+14155550123", "text": "=1+1"}
    assert api.post("/api/whatsapp/send", acme.test_key, text).status_code == 200
    return acme


def test_call_is_shown_with_who_how_it_went_and_its_units(called: Any) -> None:
    page = owner(called.customer).get("/portal/activity/").content.decode()
    assert "whatsapp_send_text" in page
    assert ">ok<" in page


@pytest.mark.parametrize(
    ("query", "is_shown"),
    [
        ("platform=whatsapp&mode=test", True),
        ("platform=telegram", False),
        ("outcome=rate_limited", False),
        ("tool=whatsapp_send_text", True),
        ("until=2020-01-01", False),
    ],
)
def test_filters_narrow_the_list(called: Any, query: str, is_shown: bool) -> None:
    page = owner(called.customer).get(f"/portal/activity/?{query}").content.decode()
    assert ('break">whatsapp_send_text<' in page) is is_shown


def test_activity_is_narrowed_to_a_caller_and_an_account(called: Any, globex: Any) -> None:
    key = keys.listed(called.customer.pk).get(mode="test")
    other = keys.listed(called.customer.pk).get(mode="live")
    account = connections.listed(called.customer.pk, mode="test").get(platform="whatsapp")
    foreign = keys.listed(globex.customer.pk)[0]
    browser = owner(called.customer)
    for query, status, is_shown in (
        ({"actor": f"key:{key.public_id}", "connection": account.public_id}, 200, True),
        ({"actor": f"key:{other.public_id}"}, 200, False),
        ({"actor": f"key:{foreign.public_id}"}, 400, True),  # as any that is none: it narrows nothing
        ({"connection": new("con")}, 400, True),
    ):
        answer = browser.get("/portal/activity/", query)
        page = answer.content.decode()
        assert answer.status_code == status, query
        assert ('break">whatsapp_send_text<' in page) is is_shown, query
        assert f'value="key:{foreign.public_id}"' not in page, query
    page = browser.get("/portal/activity/").content.decode()
    assert re.search(rf'title="key:{key.public_id}">\s*{key.name}', page)


def test_wrong_filter_is_said(acme: Any) -> None:
    answer = owner(acme.customer).get("/portal/activity/?mode=both")
    assert answer.status_code == 400
    assert "Select a valid choice" in answer.content.decode()


def test_te14_cursor_of_another_customer_is_refused(called: Any, globex: Any) -> None:
    page = file_of(owner(called.customer).get("/portal/activity/activity.jsonl"))
    entry = json.loads(page.splitlines()[0])["id"]
    for cursor in (entry, new("aud"), "x' OR 1=1"):
        answer = owner(globex.customer).get("/portal/activity/", {"cursor": cursor})
        assert answer.status_code == 422
        assert "This cursor is not known" in answer.content.decode()


def test_te11_file_has_the_customers_own_entries_only(called: Any, globex: Any) -> None:
    theirs = file_of(owner(globex.customer).get("/portal/activity/activity.csv"))
    assert b"whatsapp_send_text" not in theirs
    ours = file_of(owner(called.customer).get("/portal/activity/activity.csv"))
    assert b"whatsapp_send_text" in ours


@pytest.mark.parametrize("path", ["activity/", "activity/activity.csv"])
def test_viewer_reads_no_activity(acme_viewer: Any, path: str) -> None:
    assert signed_in(acme_viewer).get(f"/portal/{path}").status_code == 403


def test_unknown_file_is_not_found(acme: Any) -> None:
    assert owner(acme.customer).get("/portal/activity/activity.exe").status_code == 404


def test_auditor_reads_activity_and_changes_nothing(called: Any) -> None:
    user = get_user_model().objects.create_user(username=new("cus"))
    members.add(called.customer.pk, user, "auditor")
    browser = signed_in(user)
    assert browser.get("/portal/activity/").status_code == 200
    assert browser.get("/portal/keys/").status_code == 403
    assert browser.get("/portal/connections/").status_code == 403


def test_usage_tells_units_used_and_left(called: Any, acme_viewer: Any) -> None:
    page = signed_in(acme_viewer).get("/portal/usage/").content.decode()
    assert "<strong>1</strong>" in page
    assert "units a month" in page


def test_usage_shows_what_the_units_went_to(called: Any, globex: Any, acme_viewer: Any) -> None:
    chain.seal(called.customer.pk)
    made = keys.listed(called.customer.pk).filter(mode="test").get()
    browser = signed_in(members.listed(called.customer.pk).get(role="owner").user)
    page = browser.get("/portal/usage/?mode=test").content.decode()
    assert 'aria-label="Units of each day' in page
    assert f"<title>{clock.now().day} {clock.now():%B}: 1 unit</title>" in page
    assert re.search(rf'"break">\s*{made.name}\s*<', page)
    for other in ("/portal/usage/", "/portal/usage/?mode=test&month=2020-01"):
        assert ("No calls in this month" in browser.get(other).content.decode()) is ("month" not in other)
    assert "No calls in this month" in owner(globex.customer).get("/portal/usage/?mode=test").content.decode()
    seen = signed_in(acme_viewer).get("/portal/usage/?mode=test").content.decode()
    assert made.public_id in seen  # names of keys are for who may manage them
    assert made.name not in seen


@pytest.mark.parametrize("month", ["x", "2026-13", "0000-00", "9999-12", "2026-11-05'--", "-1"])
def test_month_that_is_none_is_this_one(acme: Any, month: str) -> None:
    page = owner(acme.customer).get("/portal/usage/", {"month": month})
    assert page.status_code == 200
    assert f"{clock.now():%B %Y}" in page.content.decode()


def test_disconnecting_an_unknown_agent_is_not_found(acme: Any) -> None:
    answer = owner(acme.customer).post(f"/portal/keys/agents/{new('agt')}/disconnect/")
    assert answer.status_code == 404


def test_name_with_markup_is_text_in_the_activity(acme: Any) -> None:
    by = actors.of_member(members.listed(acme.customer.pk).get(), surface="portal", address="")
    keys.issue(acme.customer.pk, name="<img src=x onerror=alert(1)>", mode="test", by=by)
    assert "<img src=x" not in owner(acme.customer).get("/portal/activity/").content.decode()
