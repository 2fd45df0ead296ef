"""A key is made, used, replaced by a successor while both work, and revoked."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tenants import members
from tests.e2e import checking
from tests.e2e.browsing import BrowserThread
from tests.support.web import Web


def shown_key(page: Page) -> str:
    """The text of the key that the page shows this once."""
    expect(page.get_by_text("Copy it now.")).to_be_visible()
    secret = page.locator("#secret").inner_text().strip()
    page.get_by_role("link", name="I have copied it").click()
    assert secret not in page.content()
    return secret


@pytest.mark.parametrize("view", ["desktop", "phone"])
def test_key_is_rotated_without_a_pause_and_the_old_one_revoked(
    browser: BrowserThread, sign_in: Callable[..., Page], live: Web, address: str, acme: Any, view: str
) -> None:
    def works(key: str) -> bool:
        return live.get("/api/tools", key).status_code == 200

    page = sign_in(members.listed(acme.customer.pk).get().user, view=view)
    watched = checking.Watched(page, address)
    watched.visit("/portal/keys/new/")
    page.get_by_label("Name").fill("Claude Code, laptop")
    page.get_by_label("Test: the sandbox").check()
    page.get_by_role("button", name="Make the key").click()
    old = shown_key(page)
    assert works(old)

    row = page.get_by_role("row").filter(has_text="Claude Code, laptop")
    row.get_by_role("link", name="Rotate").click()
    page.get_by_role("button", name="Make the successor").click()
    new = shown_key(page)
    assert (works(old), works(new)) == (True, True)

    row.filter(has_text="has a successor").get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("is revoked and refused everywhere")).to_be_visible()
    assert (works(old), works(new)) == (False, True)
    assert watched.complaints == []
