"""Signing up, in and out, as a browser does it; what a stranger learns of who has an account."""

import re
import uuid
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import get_user_model
from django.test import Client

from tests.support.api import Api
from tests.support.cache import forget_cached
from tests.support.letters import letters_to

HTML = {"Accept": "text/html"}
PASSWORD = "winged-sandals-31"
NEXT_PASSWORD = "herald-of-the-gods-7"


@pytest.fixture(autouse=True)
def _rested() -> None:
    """Nobody has tried anything yet: limits are kept by address, and all tests come from one."""
    forget_cached()


def new_address() -> str:
    return f"person-{uuid.uuid4().hex[:12]}@example.com"


def person(email: str) -> Any:
    """A person with a confirmed address."""
    user = get_user_model().objects.create_user(username=email, email=email, password=PASSWORD)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def sign_in(email: str, password: str = PASSWORD) -> Client:
    client = Client(headers=HTML)
    client.post("/account/login/", {"login": email, "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/email/").status_code == 200


def link_to(email: str) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", str(letters_to(email)[-1].body))
    assert found is not None
    return found[1]


def test_person_signs_up_confirms_the_address_and_begins_a_customer() -> None:
    email, browser = new_address(), Client(headers=HTML)
    answer = browser.post("/account/signup/", {"email": email, "password1": PASSWORD})
    assert answer["Location"] == "/account/confirm-email/"
    assert not is_in(sign_in(email))
    browser.post(link_to(email))
    browser = sign_in(email)
    assert browser.get("/portal/", follow=True).redirect_chain == [("/portal/begin/", 302)]
    home = browser.post("/portal/begin/", {"name": "Olympus Mail"}, follow=True)
    assert home.context["visit"].customer.name == "Olympus Mail"
    assert home.context["visit"].membership.role == "owner"


def test_nobody_signs_up_where_the_operator_has_closed_it(settings: Any) -> None:
    settings.OPEN_SIGNUP = False
    email = new_address()
    answer = Client(headers=HTML).post("/account/signup/", {"email": email, "password1": PASSWORD})
    assert "By invitation" in answer.content.decode()
    assert not get_user_model().objects.filter(email=email).exists()


def test_person_without_a_customer_begins_none_where_sign_up_is_closed(settings: Any) -> None:
    settings.OPEN_SIGNUP = False
    browser = sign_in(person(new_address()).email)
    assert browser.post("/portal/begin/", {"name": "Mine"}).status_code == 403


def test_person_begins_three_customers_without_paying() -> None:
    browser = sign_in(person(new_address()).email)
    for number in range(3):
        assert browser.post("/portal/begin/", {"name": f"Number {number}"}).status_code == 302
    answer = browser.post("/portal/begin/", {"name": "Number 4"})
    assert "free plan" in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/account/login/", {"login": "{}", "password": "wrong-password-1"}),
        ("/account/password/reset/", {"email": "{}"}),
        ("/account/signup/", {"email": "{}", "password1": PASSWORD}),
    ],
)
def test_ad11_known_and_unknown_addresses_are_answered_alike(path: str, form: dict[str, str]) -> None:
    known, unknown = person(new_address()).email, new_address()
    told, written = [], []
    for email in (known, unknown):
        browser = Client(headers=HTML)
        answer = browser.post(path, {k: v.format(email) for k, v in form.items()}, follow=True)
        page = re.sub(r'value="[\w]{64}"', "", answer.content.decode()).replace(email, "…")
        told.append((answer.status_code, answer.redirect_chain, page))
        written.append(len(letters_to(email)))
    assert told[0] == told[1]
    assert written in ([0, 0], [1, 1])  # the owner of the address alone learns more


def test_ad10_signing_in_gives_the_session_another_key() -> None:
    email, browser = person(new_address()).email, Client(headers=HTML)
    browser.get("/account/login/")
    session = browser.session
    session["planted"] = "by another"
    session.save()
    before = session.session_key
    browser.cookies["sessionid"] = str(before)
    browser.post("/account/login/", {"login": email, "password": PASSWORD})
    assert is_in(browser)
    assert browser.session.session_key != before


def test_ad10_changing_the_password_ends_every_other_session() -> None:
    email = person(new_address()).email
    here, elsewhere = sign_in(email), sign_in(email)
    before = here.session.session_key
    answer = here.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": NEXT_PASSWORD, "password2": NEXT_PASSWORD},
    )
    assert answer.status_code == 302
    assert is_in(here)
    assert here.session.session_key != before
    assert not is_in(elsewhere)


def test_ad10_resetting_the_password_ends_every_session() -> None:
    email = person(new_address()).email
    elsewhere, browser = sign_in(email), Client(headers=HTML)
    browser.post("/account/password/reset/", {"email": email})
    form = browser.get(link_to(email), follow=True)
    browser.post(form.redirect_chain[-1][0], {"password1": NEXT_PASSWORD, "password2": NEXT_PASSWORD})
    assert not is_in(elsewhere)
    assert is_in(sign_in(email, NEXT_PASSWORD))


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def activate_app(browser: Client) -> str:
    """Set up an authenticator app, the password said once more; its secret."""
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    secret = str(browser.get("/account/2fa/totp/activate/").context["form"].secret)
    browser.post("/account/2fa/totp/activate/", {"code": code_of(secret)})
    return secret


def test_ad10_a_second_factor_ends_every_other_session_and_gives_this_one_another_key() -> None:
    email = person(new_address()).email
    here, elsewhere = sign_in(email), sign_in(email)
    before = here.session.session_key
    activate_app(here)
    assert is_in(here)
    assert here.session.session_key != before
    assert not is_in(elsewhere)


def test_ad10_a_session_that_was_signed_out_is_dead() -> None:
    browser = sign_in(person(new_address()).email)
    kept = browser.cookies["sessionid"].value
    browser.post("/account/logout/")
    browser.cookies["sessionid"] = kept
    assert not is_in(browser)


@pytest.mark.parametrize("path", ["/account/2fa/totp/activate/", "/account/2fa/webauthn/add/"])
def test_second_factor_is_set_up_only_by_who_says_the_password_again(path: str) -> None:
    answer = sign_in(person(new_address()).email).get(path)
    assert answer["Location"].startswith("/account/reauthenticate/")


def test_person_with_an_app_signs_in_with_its_code_or_a_recovery_code_once() -> None:
    user = person(new_address())
    secret = activate_app(sign_in(user.email))
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    assert not is_in(sign_in(user.email))
    forget_cached()  # a code is accepted once
    for code, lets_in in ((code_of(secret), True), (codes[0], True), (codes[0], False)):
        browser = sign_in(user.email)
        browser.post("/account/2fa/authenticate/", {"code": code})
        assert is_in(browser) is lets_in


def test_secret_of_an_app_lies_sealed_in_the_database() -> None:
    user = person(new_address())
    secret = activate_app(sign_in(user.email))
    kept = Authenticator.objects.get(user=user, type="totp").data
    assert secret not in str(kept)
    assert str(kept["secret"]).startswith("h1.")


def test_changed_address_is_the_one_to_sign_in_with_once_it_is_confirmed() -> None:
    user, email = person(new_address()), new_address()
    browser = sign_in(user.email)
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    browser.post("/account/email/", {"email": email, "action_add": ""})
    browser.post(link_to(email))
    assert is_in(sign_in(email))
    user.refresh_from_db()
    assert user.username == user.email == email


def test_guesses_at_a_password_are_limited() -> None:
    email = person(new_address()).email
    for _ in range(6):
        sign_in(email, "wrong-password-1")
    assert not is_in(sign_in(email))


def test_letters_lead_to_the_public_address_whatever_host_was_asked(settings: Any) -> None:
    settings.PUBLIC_URL = "https://hermes.example.com"
    email, other = person(new_address()).email, new_address()
    for address, path in ((email, "/account/password/reset/key/"), (other, "/account/signup/")):
        form = {"email": address}
        Client(headers=HTML).post("/account/password/reset/", form, headers={"Host": "127.0.0.1"})
        letter = letters_to(address)[-1]
        assert f"https://hermes.example.com{path}" in letter.body
        assert "127.0.0.1" not in letter.body
        assert [kind for _, kind in letter.alternatives] == ["text/html"]


@pytest.mark.parametrize("path", ["/api/keys", "/api/tools/hermes_usage", "/mcp"])
def test_au14_the_session_of_a_browser_opens_no_door_of_agents(api: Api, path: str) -> None:
    browser = sign_in(person(new_address()).email)
    cookies = {"Cookie": f"sessionid={browser.cookies['sessionid'].value}", "Origin": "http://localhost:8000"}
    assert api.post(path, json={}, headers=cookies).status_code == 401


@pytest.mark.parametrize("path", ["/account/login/", "/account/signup/", "/portal/", "/nowhere"])
def test_ad06_pages_carry_the_headers_of_the_rules(path: str) -> None:
    answer = Client(headers=HTML).get(path, follow=True)
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cache-Control"].startswith(("no-store", "max-age=0"))
    assert not re.search(
        r"<script(?![^>]*(src=|application/json))|\son\w+=|\sstyle=", answer.content.decode()
    )
