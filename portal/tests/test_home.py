"""The home: what needs attention comes first, and each sees what the role may see."""

from typing import Any

from django.contrib.auth import get_user_model

from hermes.core.ids import new
from portal.tests.test_access import signed_in
from tenants import members, refusals
from tests.support.tenants import World


def test_home_shows_accounts_what_to_reconnect_and_who_wrote(world: World) -> None:
    shop = world.make("acme", only={"whatsapp"})
    shop.hear("whatsapp", "14155550123", "Is it open?", contact_name="Ada")
    browser = signed_in(members.listed(shop.customer.pk).get().user)
    page = browser.get("/portal/").content.decode()
    assert "Is it open?" in page
    assert "Nothing is connected yet" not in page
    assert "Reconnect an account" not in page
    refusals.mark_needs_reauth(shop.customer.pk, shop.connections["whatsapp"], "The token ended.")
    assert "Reconnect an account" in browser.get("/portal/").content.decode()


def test_home_of_a_new_customer_says_how_to_begin(acme: Any, acme_viewer: Any) -> None:
    owner = signed_in(members.listed(acme.customer.pk).get(role="owner").user)
    assert "Connect an account" in owner.get("/portal/").content.decode()
    assert "An owner, admin or developer" in signed_in(acme_viewer).get("/portal/").content.decode()


def test_auditor_sees_usage_and_no_account_or_message(world: World) -> None:
    shop = world.make("acme", only={"whatsapp"})
    shop.hear("whatsapp", "14155550123", "Is it open?")
    user = get_user_model().objects.create_user(username=new("cus"))
    members.add(shop.customer.pk, user, "auditor")
    page = signed_in(user).get("/portal/").content.decode()
    assert "This month" in page
    assert "Is it open?" not in page
    assert shop.connections["whatsapp"] not in page
