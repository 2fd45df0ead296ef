"""An owner takes the data along, then deletes the customer: what a person does, on both sizes of screen."""

import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from hermes.core import clock
from tenants import leaving, members
from tenants.models import Customer, DataExport, Erasure
from tenants.tasks import make_exports
from tests.e2e import checking
from tests.e2e.browsing import BrowserThread

PASSWORD = "winged-sandals-31"


@pytest.fixture(autouse=True)
def _alone() -> None:
    """What other tests left on its way is not worked on here."""
    later = clock.now() + timedelta(days=1)
    DataExport.objects.unscoped().update(leased_until=later)
    Erasure.objects.update(leased_until=later)


@pytest.mark.parametrize("view", ["desktop", "phone"])
def test_owner_takes_the_data_along_and_deletes_the_customer(
    browser: BrowserThread, sign_in: Callable[..., Page], address: str, acme: Any, view: str
) -> None:
    owner = members.listed(acme.customer.pk).get().user
    owner.set_password(PASSWORD)
    owner.save()
    page = sign_in(owner, view=view)
    watched = checking.Watched(page, address)
    watched.visit("/portal/settings/data/")
    page.get_by_role("button", name="Make an archive").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Make an archive").click()
    expect(page.get_by_text("It waits for a worker.")).to_be_visible()
    make_exports()
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Fetch the archive").click()
    with zipfile.ZipFile(fetched.value.path()) as archive:
        assert acme.email in archive.read("members.jsonl").decode()

    page.get_by_role("link", name="Delete", exact=True).click()
    assert checking.overflow(page) == 0
    assert checking.violations(page) == []
    checking.keep_picture(page, f"delete the customer-{view}")
    page.get_by_label("Type “acme” to confirm").fill("acme")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("heading", name="acme is being deleted")).to_be_visible()
    assert checking.violations(page) == []
    checking.keep_picture(page, f"deleted-{view}")
    assert leaving.go_on() == 1
    assert Customer.objects.get(pk=acme.customer.pk).status == Customer.Status.ERASED
    page.goto("/portal/")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert watched.complaints == []
