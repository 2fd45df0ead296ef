"""Getting started: each step shows done by what there is, and the first call of an agent is seen."""

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from hermes.core.ids import new
from portal.tests.test_access import owner, signed_in
from tenants import connections, customers, keys, members
from tests.support.api import Api

KEY = {"mode": "test", "reach": "send"}
CLAUDE = "/portal/start/clients/claude-code/"


@pytest.fixture
def founded() -> Any:
    """A customer that a person has just begun."""
    user = get_user_model().objects.create_user(username=new("cus"))
    return customers.found(user, name="Olympus Mail")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_steps_are_done_by_what_there_is_until_the_first_call_is_seen(api: Api, founded: Any) -> None:
    browser = owner(founded)
    assert "Begin" in text(browser.get("/portal/"))
    assert "step-done" not in text(browser.get("/portal/start/"))
    page = text(browser.post("/portal/start/sandbox/", follow=True))
    assert page.count("step-done") == 1
    made = browser.post(CLAUDE, KEY)
    assert made["Cache-Control"] == "no-store"
    found = re.search(r'id="secret">(hms_test_[^<]+)<', text(made))
    assert found is not None
    assert f"Authorization: Bearer {found[1]}" in text(made).replace("&quot;", '"')
    assert found[1] not in text(browser.get(CLAUDE))
    waiting = text(browser.get("/portal/start/calls/"))
    assert "hx-get" in waiting
    assert text(browser.get("/portal/start/")).count("step-done") == 2
    api.post("/api/tools/hermes_list_connections", found[1], {}, headers={"User-Agent": "claude <b>2</b>"})
    seen = text(browser.get("/portal/start/calls/"))
    assert "hermes_list_connections" in seen
    assert "hx-get" not in seen
    assert "<b>2</b>" not in seen
    assert "Get started" not in text(browser.get("/portal/"))


def test_call_of_another_client_is_waited_for_anew(api: Api, acme: Any) -> None:
    browser = owner(acme.customer)
    api.post("/api/tools/hermes_list_connections", acme.live_key, {})
    page = text(browser.get(CLAUDE))
    found = re.search(r'hx-get="([^"]+after=call_[^"]+)"', page)
    assert found is not None
    assert "hx-get" in text(browser.get(found[1]))
    api.post("/api/tools/hermes_usage", acme.live_key, {})
    page = text(browser.get(found[1]))
    assert "hermes_usage" in page
    assert "hermes_list_connections" not in page


def test_call_that_a_person_made_is_no_agents(acme: Any) -> None:
    browser = owner(acme.customer)
    browser.post("/portal/playground/hermes_list_connections/", {"act": "run"})
    assert "hx-get" in text(browser.get("/portal/start/calls/"))


def test_calls_of_a_stranger_are_not_seen(api: Api, acme: Any, globex: Any) -> None:
    api.post("/api/tools/hermes_usage", acme.live_key, {})
    theirs = re.search(r"after=(call_\w+)", text(owner(acme.customer).get(CLAUDE)))
    assert theirs is not None
    page = text(owner(globex.customer).get(f"/portal/start/calls/?after={theirs[1]}"))
    assert "hermes_usage" not in page


def test_what_is_hidden_stays_hidden_for_who_hid_it(founded: Any) -> None:
    browser = owner(founded)
    browser.post("/portal/start/hide/")
    browser.post("/portal/start/hide/")
    assert "Get started" not in text(browser.get("/portal/"))
    assert browser.get("/portal/start/").status_code == 200
    other = get_user_model().objects.create_user(username=new("cus"))
    customers.change_plan(founded, "growth")
    members.add(founded.pk, other, "developer")
    assert "Get started" in text(signed_in(other).get("/portal/"))


@pytest.mark.parametrize("path", ["", "calls/", "clients/claude-code/"])
def test_viewer_and_stranger_to_keys_have_no_such_page(acme_viewer: Any, path: str) -> None:
    browser = signed_in(acme_viewer)
    assert browser.get(f"/portal/start/{path}").status_code == 403
    assert "Get started" not in text(browser.get("/portal/"))


def test_forbidden_choices_make_no_key(acme: Any) -> None:
    browser, before = owner(acme.customer), keys.listed(acme.customer.pk).count()
    for given in ({"mode": "live"}, {"reach": "manage"}, {"mode": ""}):
        assert browser.post(CLAUDE, {**KEY, **given}).status_code == 400
    assert browser.post("/portal/start/clients/no-such/", KEY).status_code == 404
    assert browser.get("/portal/start/hide/").status_code == 405
    assert keys.listed(acme.customer.pk).count() == before
    browser.post(CLAUDE, {**KEY, "scopes": ["manage"], "profile": "full", "name": "other"})
    made = keys.listed(acme.customer.pk)[0]
    assert (made.name, "manage" in made.scopes, made.profile) == ("Claude Code", False, "core")


def test_account_connected_on_the_way_leads_back_and_nowhere_else(acme: Any) -> None:
    browser = owner(acme.customer)
    given = {"credentials-vault": "Second Brain", "label": ""}
    address = "/portal/connections/new/obsidian/?mode=sandbox&onward="
    assert browser.post(f"{address}start", given)["Location"] == "/portal/start/"
    row = connections.listed(acme.customer.pk).get()
    rename = f"/portal/connections/{row.public_id}/rename/"
    renamed = browser.post(rename, {"label": "Notes", "onward": "start"})
    assert renamed["Location"] == "/portal/start/"
    elsewhere = browser.post(rename, {"label": "Notes", "onward": "//evil.example/"})
    assert elsewhere["Location"] == f"/portal/connections/{row.public_id}/"
