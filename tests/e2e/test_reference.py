"""The pages of the REST interface in a browser: found by typing, reached by keys, copied by a click."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e import checking
from tests.e2e.browsing import BrowserThread


def test_call_is_found_by_its_argument_and_its_example_is_copied(
    browser: BrowserThread, sign_in: Callable[..., Page], address: str
) -> None:
    page = sign_in(None)
    watched = checking.Watched(page, address)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    watched.visit("/api/docs")
    page.keyboard.press("/")
    page.keyboard.type("whatsapp preview_url")
    expect(page.locator("[data-found]")).to_contain_text("1 of ")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_url("**/api/docs/whatsapp#whatsapp_send_text")
    call = page.locator("#whatsapp_send_text")
    call.get_by_role("button", name="Copy").click()
    expect(call.get_by_role("button", name="Copied")).to_be_visible()
    assert "/api/tools/whatsapp_send_text" in page.evaluate("navigator.clipboard.readText()")
    assert watched.complaints == []
