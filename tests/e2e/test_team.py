"""An owner invites by e-mail; who joins sees and may do what the role says, and nothing beyond."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tenants import members
from tenants.roles import ROLES
from tests.e2e import checking
from tests.e2e.browsing import BrowserThread
from tests.e2e.letters import Letters
from tests.e2e.test_accounts import person

SECTIONS = {
    "Connections": ("/portal/connections/", "tools:read"),
    "Inbox": ("/portal/inbox/", "inbox:read"),
    "Keys": ("/portal/keys/", "keys:manage"),
    "Webhooks": ("/portal/webhooks/", "webhooks:manage"),
    "Activity": ("/portal/activity/", "audit:read"),
    "Usage": ("/portal/usage/", "billing:read"),
}


@pytest.mark.parametrize(
    ("role", "view"),
    [("admin", "desktop"), ("developer", "phone"), ("viewer", "desktop"), ("auditor", "phone")],
)
def test_invited_person_joins_and_has_the_sections_of_the_role_alone(
    browser: BrowserThread,
    sign_in: Callable[..., Page],
    letters: Letters,
    address: str,
    acme: Any,
    role: str,
    view: str,
) -> None:
    owner = sign_in(members.listed(acme.customer.pk).get().user)
    owner.goto("/portal/members/")
    guest = person()
    owner.get_by_label("E-mail").fill(guest.email)
    owner.get_by_label("Role", exact=True).select_option(role)
    owner.get_by_role("button", name="Send the letter").click()
    expect(owner.get_by_text(guest.email).first).to_be_visible()

    page = sign_in(guest, view=view)
    watched = checking.Watched(page, address)
    watched.visit(letters.link_to(guest.email))
    page.get_by_role("button", name="Accept the invitation").click()
    page.wait_for_url("**/portal/")
    may = {name for name, (_, permission) in SECTIONS.items() if permission in ROLES[role]}
    offered = " ".join(page.locator("nav a").all_text_contents())
    assert {name for name in SECTIONS if name in offered} == may
    for name, (path, _) in SECTIONS.items():
        answer = page.request.get(path)
        assert (answer.status == 200) == (name in may), (name, answer.status)
    assert watched.complaints == []
