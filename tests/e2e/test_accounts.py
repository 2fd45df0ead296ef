"""A person signs in with a passkey, and chooses colours; test_start.py has the way in, by `sign_up`."""

import uuid
from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from playwright.sync_api import Page, expect

from tests.e2e import checking
from tests.e2e.browsing import BrowserThread
from tests.e2e.letters import Letters

PASSWORD = "winged-sandals-31"


def test_person_adds_a_passkey_and_signs_in_with_it_alone(
    browser: BrowserThread, sign_in: Callable[..., Page], address: str
) -> None:
    page = sign_in(person())
    with_an_authenticator(page)
    watched = checking.Watched(page, address)
    watched.visit("/account/2fa/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("This laptop")
    page.get_by_label("Passwordless").check()
    checking.keep_picture(page, "account-add-passkey")
    assert checking.violations(page) == []
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()
    assert checking.violations(page) == []
    checking.keep_picture(page, "account-recovery-codes")
    page.context.clear_cookies()
    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/portal/**")
    assert watched.complaints == []


def test_colours_chosen_by_a_person_stay(browser: BrowserThread, sign_in: Callable[..., Page]) -> None:
    page = sign_in(None, scheme="light")
    page.goto("/account/login/")
    page.get_by_role("button", name="Dark").click()
    page.goto("/account/signup/")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def sign_up(page: Page, letters: Letters) -> None:
    """From the form to the home of a first customer."""
    email = f"new-{uuid.uuid4().hex[:10]}@example.com"
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()
    page.goto(letters.link_to(email))
    page.get_by_role("button", name="Yes, it is mine").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Name").fill("Olympus Mail")
    page.get_by_role("button", name="Begin").click()


def person() -> Any:
    email = f"person-{uuid.uuid4().hex[:10]}@example.com"
    user = get_user_model().objects.create_user(username=email, email=email, password=PASSWORD)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def with_an_authenticator(page: Page) -> None:
    """Give the browser a virtual authenticator that says yes (Chrome DevTools Protocol, WebAuthn)."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
