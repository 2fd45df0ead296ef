"""Keys at the portal: made, shown once, rotated, revoked; by members who may, of the customer's own."""

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from hermes.core.ids import new
from portal.tests.test_access import owner, signed_in
from tenants import keys, members
from tenants.principals import Principal

MADE = {
    "name": "Claude Code",
    "mode": "test",
    "scopes": ["tools:read", "tools:write"],
    "profile": "core",
    "expires": "90",
    "addresses": "203.0.113.0/24",
}


def shown_secret(page: str) -> str:
    found = re.search(r'id="secret">(hms_[^<]+)<', page)
    assert found is not None
    return found.group(1)


def test_key_made_here_works_and_its_text_is_in_that_one_answer_only(acme: Any) -> None:
    browser = owner(acme.customer)
    answer = browser.post("/portal/keys/new/", MADE)
    secret = shown_secret(answer.content.decode())
    assert answer["Cache-Control"] == "no-store"
    principal = keys.load_principal(secret)
    assert isinstance(principal, Principal)
    assert principal.customer_id == acme.customer.pk
    for address in ("/portal/keys/", "/portal/", "/portal/keys/new/"):
        assert secret not in browser.get(address).content.decode()


def test_key_has_the_limits_that_were_chosen(acme: Any) -> None:
    owner(acme.customer).post("/portal/keys/new/", MADE)
    key = keys.listed(acme.customer.pk).get(name="Claude Code")
    assert (key.mode, key.profile, key.addresses) == ("test", "core", ["203.0.113.0/24"])
    assert sorted(key.scopes) == ["tools:read", "tools:write"]
    assert key.expires_at is not None
    assert (key.expires_at - key.created_at).days in (89, 90)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"addresses": "over there"}, "networks such as"),
        ({"scopes": ["everything"]}, "Select a valid choice"),
        ({"scopes": []}, "This field is required"),
        ({"mode": "both"}, "Select a valid choice"),
        ({"profile": "../core"}, "Select a valid choice"),
        ({"name": ""}, "This field is required"),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"name": "tab\u202eeman"}, "name"),
    ],
)
def test_wrong_choice_is_said_at_its_field_and_makes_no_key(
    acme: Any, change: dict[str, Any], said: str
) -> None:
    before = keys.listed(acme.customer.pk).count()
    answer = owner(acme.customer).post("/portal/keys/new/", {**MADE, **change})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert keys.listed(acme.customer.pk).count() == before


def test_developer_is_not_offered_a_scope_beyond_the_role_and_cannot_post_it(acme: Any) -> None:
    user = get_user_model().objects.create_user(username=new("cus"))
    members.add(acme.customer.pk, user, "developer")
    browser = signed_in(user)
    assert 'value="manage"' not in browser.get("/portal/keys/new/").content.decode()
    assert browser.post("/portal/keys/new/", {**MADE, "scopes": ["manage"]}).status_code == 400


def test_rotated_key_has_a_successor_and_ends_after_the_overlap(acme: Any) -> None:
    browser = owner(acme.customer)
    browser.post("/portal/keys/new/", MADE)
    old = keys.listed(acme.customer.pk).get(name="Claude Code")
    answer = browser.post(f"/portal/keys/{old.public_id}/rotate/", {"overlap": "0"})
    secret = shown_secret(answer.content.decode())
    old.refresh_from_db()
    assert old.replaced_by is not None
    assert old.expires_at is not None
    assert not keys.is_usable(old, old.expires_at)
    assert old.replaced_by.last_four == secret[-4:]


def test_revoked_key_is_listed_as_ended(acme: Any) -> None:
    browser = owner(acme.customer)
    browser.post("/portal/keys/new/", MADE)
    key = keys.listed(acme.customer.pk).get(name="Claude Code")
    page = browser.post(f"/portal/keys/{key.public_id}/revoke/", follow=True).content.decode()
    assert "is revoked" in page
    assert "Ended keys" in page


@pytest.mark.parametrize("act", ["rotate", "revoke"])
@pytest.mark.parametrize("whose", ["globex", "nobody"])
def test_te01_foreign_and_unknown_key_answer_the_same(acme: Any, globex: Any, act: str, whose: str) -> None:
    theirs = keys.listed(globex.customer.pk).first()
    assert theirs is not None
    key_id = theirs.public_id if whose == "globex" else new("key")
    answer = owner(acme.customer).post(f"/portal/keys/{key_id}/{act}/", {"overlap": "0"})
    assert answer.status_code == 404
    theirs.refresh_from_db()
    assert theirs.revoked_at is None
    assert theirs.replaced_by is None


@pytest.mark.parametrize("address", ["", "new/", "key_x/rotate/"])
def test_viewer_sees_no_key_page(acme_viewer: Any, address: str) -> None:
    assert signed_in(acme_viewer).get(f"/portal/keys/{address}").status_code == 403


def test_name_of_a_key_is_text(acme: Any) -> None:
    browser = owner(acme.customer)
    browser.post("/portal/keys/new/", {**MADE, "name": "<script>alert(1)</script>"})
    assert "<script>alert" not in browser.get("/portal/keys/").content.decode()
