"""AD08 in a browser: nothing that others put into names runs, asks another host or breaks a page."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tenants import members
from tests.e2e import checking
from tests.e2e.browsing import BrowserThread
from tests.support.hostile_rows import fill


def test_ad08_no_name_runs_on_any_page_of_the_portal(
    browser: BrowserThread, sign_in: Callable[..., Page], address: str, acme: Any
) -> None:
    page = sign_in(members.listed(acme.customer.pk).get().user)
    page.add_init_script("window.fired = () => { document.documentElement.dataset.fired = 'yes'; }")
    watched = checking.Watched(page, address)
    for path in fill(acme):
        watched.visit(path)
        page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        assert page.evaluate("document.documentElement.dataset.fired") is None, path
        assert checking.overflow(page) == 0, path
    assert watched.complaints == []
