"""An account's life at the portal: connected by signing in, refused by its platform, connected again."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tenants import members
from tests.e2e import checking
from tests.e2e.browsing import BrowserThread
from tests.support.web import Web

EXPIRED = {"to": "+12025550190", "text": "Hello", "account": "Our shop"}  # docs/sandbox.md


def sign_in_at_the_sandbox(page: Page, name: str) -> None:
    page.get_by_role("button", name="Sign in at Meta").click()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", name="Is this the right account?")).to_be_visible()
    assert checking.violations(page) == []
    page.get_by_label("Name of the account").fill(name)
    page.get_by_role("button", name="Connect this account").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


@pytest.mark.parametrize("view", ["desktop", "phone"])
def test_account_is_connected_breaks_and_is_connected_again_under_its_name(
    browser: BrowserThread, sign_in: Callable[..., Page], live: Web, address: str, acme: Any, view: str
) -> None:
    page = sign_in(members.listed(acme.customer.pk).get().user, view=view)
    watched = checking.Watched(page, address)
    watched.visit("/portal/connections/new/whatsapp/?mode=sandbox")
    sign_in_at_the_sandbox(page, "Our shop")

    refused = live.post("/api/tools/whatsapp_send_text", acme.test_key, EXPIRED)
    assert refused.json()["code"] == "needs_reauth"
    page.goto("/portal/connections/")
    page.get_by_role("link", name="Our shop").first.click()
    expect(page.get_by_text("refuses this account's credentials")).to_be_visible()
    assert checking.violations(page) == []
    checking.keep_picture(page, f"account-refused-{view}")

    page.get_by_role("link", name="Connect it again").click()
    sign_in_at_the_sandbox(page, "Our shop")
    expect(page.get_by_text("refuses this account's credentials")).to_have_count(0)
    sent = live.post("/api/tools/whatsapp_send_text", acme.test_key, {**EXPIRED, "to": "+12025550100"})
    assert sent.status_code == 200, sent.text
    assert watched.complaints == []
