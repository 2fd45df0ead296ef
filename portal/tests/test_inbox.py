"""Conversations at the portal: the customer's own, as text."""

from typing import Any

import pytest

from hermes.core.ids import new
from inbox.models import Thread
from portal.tests.test_access import owner, signed_in
from tenants import members
from tests.support.tenants import Tenant, World

MARKUP = "<script>alert('x')</script>"


@pytest.fixture
def shop(world: World) -> Tenant:
    """A customer to whom Ada has written, with markup in her name and her words."""
    tenant = world.make("acme", only={"whatsapp"})
    tenant.hear("whatsapp", "14155550123", f"Is it open? {MARKUP}", contact_name=f"Ada {MARKUP}")
    return tenant


def thread_of(tenant: Tenant) -> str:
    return str(Thread.objects.of(tenant.customer.pk).get().public_id)


def test_ad08_conversation_is_listed_and_read_as_text(shop: Tenant) -> None:
    browser = owner(shop.customer)
    for address in ("/portal/inbox/", f"/portal/inbox/{thread_of(shop)}/"):
        page = browser.get(address).content.decode()
        assert "Is it open?" in page
        assert "<script>alert" not in page


@pytest.mark.parametrize(("query", "is_found"), [("q=open", True), ("q=closed", False), ("unread=1", True)])
def test_conversations_are_found(shop: Tenant, query: str, is_found: bool) -> None:
    page = owner(shop.customer).get(f"/portal/inbox/?{query}").content.decode()
    assert (thread_of(shop) in page) is is_found


def test_conversation_is_marked_as_read(shop: Tenant) -> None:
    browser, thread_id = owner(shop.customer), thread_of(shop)
    browser.post(f"/portal/inbox/{thread_id}/read/")
    assert thread_id not in browser.get("/portal/inbox/?unread=1").content.decode()


@pytest.mark.parametrize("whose", ["acme", "nobody"])
def test_te01_foreign_and_unknown_conversation_answer_the_same(shop: Tenant, globex: Any, whose: str) -> None:
    thread_id, stranger = thread_of(shop) if whose == "acme" else new("thr"), owner(globex.customer)
    assert stranger.get(f"/portal/inbox/{thread_id}/").status_code == 404
    assert stranger.post(f"/portal/inbox/{thread_id}/read/").status_code == 404
    assert Thread.objects.of(shop.customer.pk).get().unread == 1


def test_te14_cursor_that_is_none_is_refused(shop: Tenant) -> None:
    assert owner(shop.customer).get("/portal/inbox/?cursor=x").status_code == 422


def test_viewer_reads_and_does_not_mark(shop: Tenant, django_assert_max_num_queries: Any) -> None:
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.create_user(username=new("cus"))
    members.add(shop.customer.pk, user, "viewer")
    browser = signed_in(user)
    with django_assert_max_num_queries(12):
        assert browser.get("/portal/inbox/").status_code == 200
    assert browser.post(f"/portal/inbox/{thread_of(shop)}/read/").status_code == 403
