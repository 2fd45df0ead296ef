"""Every page of the list: accessible, without complaints, alone, light, and asked for with few queries."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.staff.tests.conftest import staff_user
from tenants import members
from tests.e2e import checking
from tests.e2e.browsing import VIEWS, BrowserThread
from tests.e2e.conftest import client_of
from tests.e2e.pages import PAGES, ListedPage

QUERIES = 12
PASSWORD = "winged-sandals-31"
each_page = pytest.mark.parametrize("listed", PAGES, ids=lambda page: page.name)


@pytest.fixture
def visitor(listed: ListedPage, acme: Any, acme_viewer: Any) -> Any:
    """Who looks at the page."""
    owner = members.listed(acme.customer.pk).filter(role="owner").get().user
    owner.set_password(PASSWORD)
    owner.save()
    people = {"owner": owner, "viewer": acme_viewer, "nobody": None}
    return staff_user(superuser=True) if listed.who == "staff" else people[listed.who]


@pytest.fixture
def path(listed: ListedPage, acme: Any) -> str:
    """Where the page is, with what it shows made."""
    return listed.path if isinstance(listed.path, str) else listed.path(acme)


@each_page
def test_page_is_accessible_quiet_and_light(
    browser: BrowserThread, sign_in: Any, address: str, listed: ListedPage, visitor: Any, path: str
) -> None:
    page = sign_in(visitor)
    watched = checking.Watched(page, address)
    watched.visit(path, listed.status)
    for view, size in VIEWS.items():
        page.set_viewport_size(size)
        assert checking.overflow(page) == 0, view
        assert checking.violations(page) == [], view
        checking.keep_picture(page, f"{listed.name}-{view}-light")
    page.emulate_media(color_scheme="dark")
    assert checking.violations(page, checking.CONTRAST) == []
    checking.keep_picture(page, f"{listed.name}-phone-dark")
    if checking.SHOTS:
        page.set_viewport_size(VIEWS["desktop"])
        checking.keep_picture(page, f"{listed.name}-desktop-dark")
    weight = watched.bytes_compressed() if listed.who == "staff" else watched.bytes
    assert weight <= checking.WEIGHT_BYTES, weight
    assert watched.complaints == []


@each_page
def test_page_is_asked_for_with_few_queries(listed: ListedPage, visitor: Any, path: str) -> None:
    client = client_of(visitor)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path)
    assert answer.status_code == listed.status
    assert len(asked) <= QUERIES, [query["sql"][:120] for query in asked]
