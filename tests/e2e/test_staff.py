"""One of the staff looks at a customer: why, then every page of it, whatever texts others put there."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from portal.staff.tests.conftest import REASON, Rows, list_of, page_of, staff_user
from tests.e2e import checking
from tests.e2e.browsing import VIEWS, BrowserThread
from tests.support.hostile import PAYLOADS


def test_ad08_staff_see_a_customer_on_accessible_pages_on_which_nothing_runs(
    browser: BrowserThread, sign_in: Callable[..., Page], address: str, acme: Any
) -> None:
    rows = Rows(acme, "".join(PAYLOADS))
    page = sign_in(staff_user(superuser=True))
    page.add_init_script("window.fired = () => document.documentElement.dataset.fired = 'yes'")
    watched = checking.Watched(page, address)
    watched.visit(f"/admin/reason/{rows.customer.public_id}/")
    page.get_by_label("Reason").fill(REASON)
    page.locator(".staff-form button[type=submit], .staff-form input[type=submit]").first.click()
    found: list[str] = []
    places = [place for row in rows.all() for place in (page_of(row), list_of(row, rows.customer))]
    for place in ("/admin/", "/admin/tenants/customer/", *places):
        watched.visit(place)
        for view, size in VIEWS.items():
            page.set_viewport_size(size)  # type: ignore[arg-type]
            found += [f"{place} {view}: {line}" for line in checking.violations(page)]
            found += [f"{place} {view}: too wide"] if checking.overflow(page) else []
            checking.keep_picture(page, f"staff{place}{view}")
        assert page.evaluate("document.documentElement.dataset.fired") is None, place
    assert not found, "\n".join(sorted(set(found)))
    assert watched.complaints == []
