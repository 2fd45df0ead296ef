"""From nothing to an agent that works: sign up, the sandbox, a key, and the first call seen as it comes."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mcp_gateway.mcp.tests.test_sdk_client import connected
from tenants import members
from tests.e2e import checking
from tests.e2e.browsing import BrowserThread
from tests.e2e.letters import Letters
from tests.e2e.test_accounts import sign_up

FIRST_TOOL = "hermes_list_connections"


@pytest.mark.parametrize("view", ["desktop", "phone"])
def test_person_signs_up_and_sees_the_first_call_of_an_agent(
    browser: BrowserThread, sign_in: Callable[..., Page], address: str, letters: Letters, view: str
) -> None:
    page = sign_in(None, view=view)
    watched = checking.Watched(page, address)
    watched.visit("/account/signup/")
    sign_up(page, letters)
    expect(page.get_by_role("heading", name="Olympus Mail")).to_be_visible()
    page.get_by_role("link", name="Begin", exact=True).click()
    page.get_by_role("button", name="Begin with the sandbox").click()
    expect(page.get_by_text("Sandbox ready")).to_be_visible()
    page.get_by_role("link", name="Claude Code").click()
    page.get_by_role("button", name="Make the key").click()
    key = page.locator("#secret").inner_text()
    checking.keep_picture(page, f"start-key-{view}")
    assert checking.violations(page) == []
    expect(page.get_by_text("Listening")).to_be_visible()
    agent_calls(address, key)
    expect(page.get_by_text("It works")).to_be_visible()
    expect(page.locator("#calls").get_by_text(FIRST_TOOL)).to_be_visible()
    assert checking.overflow(page) == 0
    assert checking.violations(page) == []
    checking.keep_picture(page, f"start-first-call-{view}")
    page.get_by_role("link", name="To the home page").click()
    expect(page.get_by_role("heading", name="Olympus Mail")).to_be_visible()
    expect(page.get_by_role("heading", name="Get started")).to_have_count(0)
    assert watched.complaints == []


def agent_calls(base: str, key: str) -> None:
    """A client of the MCP SDK calls a tool; in another thread, for this one has the browser's event loop."""

    async def call() -> None:
        async with connected(base, key, "auto") as client:
            assert not (await client.call_tool(FIRST_TOOL, {})).is_error

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, call()).result()


def test_person_plays_a_contact_then_rehearses_and_runs_a_tool(
    browser: BrowserThread, sign_in: Callable[..., Page], address: str, acme: Any
) -> None:
    page = sign_in(members.listed(acme.customer.pk).get().user)
    watched = checking.Watched(page, address)
    # A look that the next click cuts off would complain on the console.
    page.route("**/arrived/**", lambda route: route.fulfill(status=204))
    watched.visit("/portal/sandbox/")
    page.get_by_role("button", name="Set up the sandbox").click()
    page.get_by_role("navigation", name="Accounts").get_by_role("link", name="WhatsApp").click()
    page.get_by_role("button", name="Let it happen").click()
    expect(page.get_by_text("The platform posts it")).to_be_visible()
    page.get_by_role("link", name="Try its tools").click()
    page.get_by_role("link", name="Send WhatsApp text").click()
    page.evaluate("window.stayed = true")
    page.get_by_label("text", exact=True).fill("<b>Hello</b>")
    page.get_by_role("button", name="Dry run").click()
    expect(page.get_by_text("Nothing was done.")).to_be_visible()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result").get_by_text("ok", exact=True)).to_be_visible()
    expect(page.locator("#result-json")).to_contain_text('"message_id"')
    expect(page.get_by_label("text", exact=True)).to_have_value("<b>Hello</b>")
    page.locator("summary", has_text="curl").click()
    expect(page.locator("#example-curl")).to_contain_text("<b>Hello</b>")
    page.get_by_label("to", exact=True).fill("+12025550147")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#result").get_by_text("window_closed", exact=True)).to_be_visible()
    assert page.evaluate("window.stayed")
    assert checking.violations(page) == []
    checking.keep_picture(page, "playground-result")
    page.goto("/portal/playground/hermes_send/?mode=live")
    page.get_by_label("to", exact=True).fill("+14155550123")
    page.get_by_label("text", exact=True).fill("Hello")
    page.get_by_role("button", name="Run live").click()
    expect(page.get_by_text("This is live.")).to_be_visible()
    assert checking.violations(page) == []
    checking.keep_picture(page, "playground-confirm")
    page.get_by_role("button", name="Yes, do it").click()
    expect(page.locator("#result").get_by_text("not_connected", exact=True)).to_be_visible()
    assert watched.complaints == []
