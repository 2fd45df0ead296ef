"""Connections at the portal: shown, connected, checked, paused, renamed and disconnected by who may."""

from typing import Any

import pytest
from django.test import Client

from connectors.registry import all_connectors
from hermes.core.ids import new
from portal.tests.test_access import owner, signed_in
from tenants import connections, sandboxes
from tenants.models import Connection

FIELDS = {"credentials-vault": "Second Brain", "label": ""}
NEW_VAULT = "/portal/connections/new/obsidian/?mode=sandbox"


@pytest.fixture
def linked(acme: Any) -> Connection:
    """An account of acme's in the sandbox."""
    sandboxes.ensure(acme.customer)
    return connections.listed(acme.customer.pk).get(platform="obsidian")


def act(browser: Client, row: Connection, name: str, **fields: str) -> str:
    address = f"/portal/connections/{row.public_id}/{name}/"
    page = browser.post(address, fields, follow=True).content.decode()
    row.refresh_from_db()
    return page


@pytest.mark.parametrize("platform", sorted(all_connectors()))
def test_form_of_each_platform_has_its_fields_and_its_guide(acme: Any, platform: str) -> None:
    page = owner(acme.customer).get(f"/portal/connections/new/{platform}/").content.decode()
    for field in all_connectors()[platform].credentials.fields():
        assert f'name="credentials-{field.name}"' in page
    assert "<p>" in page.partition("prose")[2]


def test_account_is_connected_and_listed(acme: Any) -> None:
    browser = owner(acme.customer)
    answer = browser.post(NEW_VAULT, FIELDS, follow=True)
    assert "is connected as" in answer.content.decode()
    row = connections.listed(acme.customer.pk).get(platform="obsidian", mode="test", account="Second Brain")
    assert row.public_id in browser.get("/portal/connections/").content.decode()


def test_refused_credentials_are_said_at_their_field_and_nothing_is_saved(acme: Any) -> None:
    before = connections.listed(acme.customer.pk).count()
    answer = owner(acme.customer).post(NEW_VAULT, {**FIELDS, "credentials-vault": "/b"})
    assert answer.status_code == 400
    assert "does not look right" in answer.content.decode()
    assert connections.listed(acme.customer.pk).count() == before


def test_au12_refused_secret_is_not_drawn_again(acme: Any) -> None:
    given = {"credentials-bot_token": "123456789:canary-secret-of-the-form"}
    answer = owner(acme.customer).post("/portal/connections/new/telegram/?mode=sandbox", given)
    assert answer.status_code == 400
    assert "canary-secret" not in answer.content.decode()


def test_account_is_checked_paused_resumed_renamed_and_disconnected(acme: Any, linked: Connection) -> None:
    browser = owner(acme.customer)
    assert "the account works" in act(browser, linked, "verify")
    act(browser, linked, "pause")
    assert linked.status == "paused"
    act(browser, linked, "resume")
    assert linked.status == "active"
    act(browser, linked, "rename", label="Notes")
    assert linked.account == "Notes"
    assert "Disconnected." in act(browser, linked, "disconnect")
    assert (linked.status, linked.sealed) == ("revoked", "")


def test_act_that_does_not_fit_the_state_is_refused_in_a_sentence(acme: Any, linked: Connection) -> None:
    assert "is not paused" in act(owner(acme.customer), linked, "resume")


@pytest.mark.parametrize("label", ["", "x" * 81])
def test_name_that_is_none_is_refused(acme: Any, linked: Connection, label: str) -> None:
    assert "1 to 80 characters" in act(owner(acme.customer), linked, "rename", label=label)


@pytest.mark.parametrize("name", ["", "verify/", "pause/", "resume/", "disconnect/", "rename/", "other/"])
@pytest.mark.parametrize("whose", ["acme", "nobody"])
def test_te01_foreign_and_unknown_account_answer_the_same(
    globex: Any, linked: Connection, name: str, whose: str
) -> None:
    connection_id = linked.public_id if whose == "acme" else new("con")
    stranger, before = owner(globex.customer), linked.version
    address = f"/portal/connections/{connection_id}/{name}"
    answer = stranger.post(address, {"label": "mine"}) if name else stranger.get(address)
    assert answer.status_code == 404
    linked.refresh_from_db()
    assert (linked.status, linked.version) == ("active", before)


def test_viewer_sees_accounts_and_changes_none(acme_viewer: Any, linked: Connection) -> None:
    browser = signed_in(acme_viewer)
    page = browser.get(f"/portal/connections/{linked.public_id}/").content.decode()
    assert linked.account in page
    assert "Disconnect" not in page
    assert browser.get("/portal/connections/new/").status_code == 403
    for name in ("pause", "rename", "disconnect"):
        address = f"/portal/connections/{linked.public_id}/{name}/"
        assert browser.post(address, {"label": "mine"}).status_code == 403
    linked.refresh_from_db()
    assert linked.status == "active"


@pytest.mark.parametrize("address", ["new/nothing/", "logo/nothing.svg", "new/telegram/?mode=both"])
def test_unknown_platform_is_not_found(acme: Any, address: str) -> None:
    assert owner(acme.customer).get(f"/portal/connections/{address}").status_code == 404


def test_list_is_asked_for_with_few_queries(
    acme: Any, linked: Connection, django_assert_max_num_queries: Any
) -> None:
    browser = owner(acme.customer)
    with django_assert_max_num_queries(8):
        browser.get("/portal/connections/")
