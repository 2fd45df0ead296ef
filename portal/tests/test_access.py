"""Who gets to a page: members of the current customer, looked up with each request."""

from typing import Any

import pytest
from django.test import Client

from hermes.core.ids import new
from tenants import customers, members

HTML = {"Accept": "text/html"}


@pytest.fixture
def browser(acme: Any) -> Client:
    """Acme's owner at the portal."""
    return signed_in(members.listed(acme.customer.pk).get().user)


def signed_in(user: Any) -> Client:
    client = Client(headers=HTML)
    client.force_login(user)
    return client


def owner(customer: Any) -> Client:
    """The owner of a customer that has no other member, at the portal."""
    return signed_in(members.listed(customer.pk).get().user)


def test_stranger_without_a_session_is_sent_to_sign_in() -> None:
    answer = Client().get("/portal/")
    assert answer.status_code == 302
    assert answer["Location"] == "/account/login/?next=/portal/"


def test_part_of_a_page_asked_for_after_the_session_ended_sends_the_browser_to_sign_in() -> None:
    answer = Client().get("/portal/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/account/login/"


def test_member_sees_the_home_of_the_customer_and_nobody_keeps_it(browser: Client, acme: Any) -> None:
    answer = browser.get("/portal/")
    assert answer.status_code == 200
    assert acme.customer.name in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"


def test_removed_member_is_out_with_the_next_click(acme: Any, acme_viewer: Any, settings: Any) -> None:
    browser = signed_in(acme_viewer)
    assert browser.get("/portal/").status_code == 200
    members.remove(acme.customer.pk, acme_viewer.pk)
    assert browser.get("/portal/")["Location"] == "/portal/begin/"
    settings.OPEN_SIGNUP = False
    answer = browser.get("/portal/begin/")
    assert answer.status_code == 403
    assert "belong to no customer" in answer.content.decode()


def test_member_of_a_suspended_customer_is_told_so(browser: Client, acme: Any) -> None:
    customers.suspend(acme.customer)
    answer = browser.get("/portal/")
    assert answer.status_code == 403
    assert "is suspended" in answer.content.decode()


def test_member_of_two_customers_switches_between_them(acme: Any, globex: Any) -> None:
    user = members.listed(acme.customer.pk).get().user
    members.add(globex.customer.pk, user, "viewer")
    browser = signed_in(user)
    answer = browser.post("/portal/switch/", {"customer": globex.customer.public_id}, follow=True)
    assert answer.context["visit"].customer == globex.customer
    assert browser.get("/portal/").context["visit"].membership.role == "viewer"


@pytest.mark.parametrize("whose", ["globex", "nobody"])
def test_switching_to_a_foreign_and_to_an_unknown_customer_answers_the_same(
    browser: Client, globex: Any, whose: str
) -> None:
    wanted = globex.customer.public_id if whose == "globex" else new("cus")
    answer = browser.post("/portal/switch/", {"customer": wanted})
    unknown = browser.get("/portal/no-such-page/")
    assert answer.status_code == unknown.status_code == 404
    assert answer.content.split(b"csrf")[0] == unknown.content.split(b"csrf")[0]


def test_ad07_post_from_another_site_is_refused(acme: Any) -> None:
    browser = Client(enforce_csrf_checks=True, headers=HTML)
    browser.force_login(members.listed(acme.customer.pk).get().user)
    answer = browser.post("/portal/switch/", {"customer": acme.customer.public_id})
    assert answer.status_code == 403
