"""Members and invitations: who may ask whom, as what, and what a letter's link is good for."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.test import Client

from hermes.core import clock
from tenants import members
from tenants.models import Invitation
from tests.support.cache import forget_cached
from tests.support.letters import letters_to

HTML = {"Accept": "text/html"}
PASSWORD = "winged-sandals-31"
MAY_INVITE = {
    "owner": {"owner", "admin", "developer", "viewer", "auditor"},
    "admin": {"admin", "developer", "viewer", "auditor"},
    "developer": set(),
    "viewer": set(),
    "auditor": set(),
}


@pytest.fixture(autouse=True)
def _rested() -> None:
    forget_cached()


def person(email: str = "") -> Any:
    email = email or f"person-{uuid.uuid4().hex[:12]}@example.com"
    user = get_user_model().objects.create_user(username=email, email=email, password=PASSWORD)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def at(user: Any) -> Client:
    client = Client(headers=HTML)
    client.force_login(user)
    return client


def as_role(customer: Any, role: str) -> Client:
    user = person()
    members.add(customer.pk, user, role)
    return at(user)


def owner_of(made: Any) -> Any:
    return members.listed(made.customer.pk).filter(role="owner").get().user


def invite(browser: Client, email: str, role: str = "viewer") -> Any:
    return browser.post("/portal/members/invite/", {"email": email, "role": role})


def link_to(email: str) -> str:
    found = re.search(r"https?://[^/\s]+(/portal/invitation/\S+)", str(letters_to(email)[-1].body))
    assert found is not None
    return found[1]


def roles_at(made: Any) -> dict[str, str]:
    return {m.user.email: m.role for m in members.listed(made.customer.pk)}


@pytest.mark.parametrize("role", MAY_INVITE)
def test_nobody_invites_above_the_own_role(make_customer: Any, role: str) -> None:
    browser = as_role(make_customer("acme", plan="enterprise").customer, role)
    guests = {wanted: f"guest-{uuid.uuid4().hex[:12]}@example.com" for wanted in MAY_INVITE}
    given = {wanted for wanted in guests if invite(browser, guests[wanted], wanted).status_code == 302}
    assert given == MAY_INVITE[role]
    assert {wanted for wanted in guests if letters_to(guests[wanted])} == given


def test_invited_person_signs_up_without_another_letter_and_becomes_a_member(
    acme: Any, settings: Any
) -> None:
    settings.OPEN_SIGNUP = False
    email, browser = f"guest-{uuid.uuid4().hex[:12]}@example.com", Client(headers=HTML)
    invite(at(owner_of(acme)), email, "developer")
    page = browser.get(link_to(email))
    other = {"email": f"x{email}", "password1": PASSWORD}
    assert browser.post(page.context["sign_up"], other).status_code == 200  # refused: another address
    after = browser.post(
        page.context["sign_up"], {"email": email, "password1": PASSWORD, "next": link_to(email)}
    )
    assert after["Location"] == link_to(email)
    home = browser.post(link_to(email), follow=True)
    assert home.context["visit"].customer == acme.customer
    assert roles_at(acme)[email] == "developer"


def test_letters_of_a_day_are_limited(make_customer: Any) -> None:
    made = make_customer("acme", plan="free")
    browser, email = at(owner_of(made)), f"guest-{uuid.uuid4().hex[:12]}@example.com"
    assert [invite(browser, email).status_code for _ in range(12)] == [302] * 10 + [429] * 2
    assert len(letters_to(email)) == 10
    assert browser.get(link_to(email)).status_code == 200  # the last one stands


def test_link_is_good_once_and_for_the_invited_alone(acme: Any) -> None:
    guest, stranger = person(), person()
    invite(at(owner_of(acme)), guest.email)
    link = link_to(guest.email)
    assert at(stranger).post(link).status_code == 403
    assert Client(headers=HTML).post(link).status_code == 200  # nobody is signed in: the page again
    assert at(guest).post(link).status_code == 302
    assert at(guest).post(link).status_code == 404
    assert set(roles_at(acme)) == {acme.email, guest.email}


@pytest.mark.parametrize("end", ["expired", "taken back", "asked anew", "inviter left", "suspended"])
def test_link_that_ended_lets_nobody_in(make_customer: Any, end: str) -> None:
    acme, guest = make_customer("acme", plan="enterprise"), person()
    admin = person()
    members.add(acme.customer.pk, admin, "admin")
    invite(at(admin), guest.email)
    link = link_to(guest.email)
    row = Invitation.objects.of(acme.customer).get()
    if end == "expired":
        Invitation.objects.of(acme.customer).update(expires_at=clock.now() - timedelta(seconds=1))
    elif end == "taken back":
        at(admin).post(f"/portal/members/invitations/{row.public_id}/revoke/")
    elif end == "asked anew":
        invite(at(admin), guest.email, "auditor")
    elif end == "inviter left":
        at(admin).post("/portal/members/leave/")
    else:
        acme.customer.status = "suspended"
        acme.customer.save()
    assert at(guest).post(link).status_code == 404
    assert guest.email not in roles_at(acme)


def test_made_up_link_answers_as_an_ended_one(acme: Any) -> None:
    guest = person()
    invite(at(owner_of(acme)), guest.email)
    real = link_to(guest.email).removesuffix("/")
    forged = at(guest).get(f"{real[:-4]}AAAA/")
    ended = at(guest).get("/portal/invitation/nothing/")
    assert forged.status_code == ended.status_code == 404
    assert forged.content == ended.content


def test_last_owner_neither_leaves_nor_becomes_less(acme: Any) -> None:
    owner = owner_of(acme)
    assert at(owner).post("/portal/members/leave/").status_code == 409
    assert at(owner).post(f"/portal/members/{owner.pk}/role/", {"role": "viewer"}).status_code == 409
    assert roles_at(acme) == {acme.email: "owner"}


def test_admin_neither_removes_an_owner_nor_makes_one(make_customer: Any) -> None:
    acme = make_customer("acme", plan="enterprise")
    admin, owner, viewer = as_role(acme.customer, "admin"), owner_of(acme), person()
    members.add(acme.customer.pk, viewer, "viewer")
    assert admin.post(f"/portal/members/{owner.pk}/remove/").status_code == 403
    assert admin.post(f"/portal/members/{viewer.pk}/role/", {"role": "owner"}).status_code == 403
    assert admin.post(f"/portal/members/{viewer.pk}/role/", {"role": "developer"}).status_code == 302
    assert roles_at(acme)[viewer.email] == "developer"


def test_member_of_another_customer_is_nobody_here(acme: Any, globex: Any) -> None:
    invite(at(owner_of(globex)), "guest@example.com")
    row = Invitation.objects.of(globex.customer).get()
    browser, theirs = at(owner_of(acme)), owner_of(globex).pk
    for path in (f"{theirs}/remove/", f"{theirs}/role/", f"invitations/{row.public_id}/revoke/"):
        assert browser.post(f"/portal/members/{path}", {"role": "viewer"}).status_code == 404
    assert roles_at(globex) == {globex.email: "owner"}


def test_open_invitations_count_as_members_of_the_plan(make_customer: Any) -> None:
    acme = make_customer("acme", plan="free")  # two members
    assert invite(at(owner_of(acme)), "one@example.com").status_code == 302
    refused = invite(at(owner_of(acme)), "two@example.com")
    assert refused.status_code == 403
    assert "open invitations included" in refused.content.decode()


def test_viewer_sees_the_members_and_no_form(acme: Any, acme_viewer: Any) -> None:
    page = at(acme_viewer).get("/portal/members/").content.decode()
    assert acme.email in page
    assert "Invite somebody" not in page
