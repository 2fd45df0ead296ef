"""Settings at the portal: profile, plan, taking the data along and the end, each for whose role may."""

import html
import uuid
import zipfile
from io import BytesIO
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.test import Client

from billing import paid, subscriptions
from hermes.core.ids import new
from portal.tests.test_access import HTML
from tenants import archived, erasure, members
from tenants.actors import SYSTEM
from tenants.models import Customer, Erasure
from tenants.tasks import make_exports
from tests.support.api import Api
from tests.support.letters import letters_to
from tests.support.tenants import World
from tests.support.upstream import Upstream

PASSWORD = "winged-sandals-31"
SETTINGS = "/portal/settings/"


def person() -> Any:
    email = f"person-{uuid.uuid4().hex[:12]}@example.com"
    return get_user_model().objects.create_user(username=email, email=email, password=PASSWORD)


def at(user: Any, *, again: bool = True) -> Client:
    """Somebody's browser; `again`: they have given their password again."""
    browser = Client(headers=HTML)
    browser.force_login(user)
    if again:
        browser.post("/account/reauthenticate/", {"password": PASSWORD})
    return browser


def owner_of(made: Any) -> Any:
    user = members.listed(made.customer.pk).filter(role="owner").get().user
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def browser(acme: Any) -> Client:
    """Acme's owner, who has given the password again."""
    return at(owner_of(acme))


def text_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def status_of(made: Any) -> str:
    return Customer.objects.get(pk=made.customer.pk).status


def test_profile_is_changed_and_agents_instructions_too(browser: Client, acme: Any) -> None:
    given = {"name": "Acme <b>&</b> Sons", "instructions": "Be brief."}
    assert browser.post(f"{SETTINGS}profile/", given).status_code == 302
    row = Customer.objects.get(pk=acme.customer.pk)
    assert (row.name, row.instructions) == (given["name"], "Be brief.")
    assert "<b>&</b>" not in browser.get(SETTINGS).content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "x" * 201}, "at most 200"),
        ({"name": "tab\u202eeman"}, "'name'"),
        ({"instructions": "x" * 4001}, "at most 4000"),
    ],
)
def test_wrong_profile_is_said_at_its_field_and_changes_nothing(
    browser: Client, acme: Any, change: dict[str, str], said: str
) -> None:
    answer = browser.post(f"{SETTINGS}profile/", {"name": "New", "instructions": "", **change})
    assert answer.status_code == 400
    assert said in text_of(answer)
    assert Customer.objects.get(pk=acme.customer.pk).name == "acme"


def test_plan_says_what_holds_and_that_nothing_can_be_bought_where_stripe_is_not_set_up(
    browser: Client, acme: Any
) -> None:
    page = text_of(browser.get(f"{SETTINGS}plan/"))
    assert "200,000 units a month" in page
    assert "has not set up payments" in page
    assert "Choose Growth" not in page
    answer = browser.post(f"{SETTINGS}plan/choose/", {"plan": "enterprise"}, follow=True)
    assert "This plan is not offered to you now." in text_of(answer)
    assert subscriptions.plan_of(acme.customer.pk).slug == "growth"


@pytest.fixture
def stripe(upstream: Upstream, settings: Any) -> Upstream:
    """Stripe's API on loopback."""
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_test_1", upstream.base
    settings.OPERATOR_BASES = frozenset({*settings.OPERATOR_BASES, upstream.base})
    upstream.asked.clear()
    return upstream


def test_better_plan_that_is_sold_is_paid_at_stripe_for_this_customer(
    make_customer: Any, stripe: Upstream
) -> None:
    free = make_customer("free", plan="free")
    browser = at(owner_of(free))
    assert "Choose Starter" in text_of(browser.get(f"{SETTINGS}plan/"))
    for wanted in ("free", "enterprise", "x" * 1000, ""):
        browser.post(f"{SETTINGS}plan/choose/", {"plan": wanted})
    assert stripe.asked == []
    stripe.respond = lambda _: {"id": "cs_1", "object": "checkout.session", "url": "https://pay.example/cs_1"}
    page = text_of(browser.post(f"{SETTINGS}plan/choose/", {"plan": "starter"}))
    assert 'content="0;url=https://pay.example/cs_1"' in page
    [asked] = stripe.asked
    body = asked.body.decode()
    assert asked.path == "/v1/checkout/sessions"
    assert f"client_reference_id={free.customer.public_id}" in body
    assert "[price]=price_starter" in body.replace("%5B", "[").replace("%5D", "]")
    assert subscriptions.plan_of(free.customer.pk).slug == "free"


def test_payer_changes_and_ends_it_at_stripe_and_a_fault_there_is_said(
    browser: Client, acme: Any, stripe: Upstream
) -> None:
    payer = f"cus_{acme.customer.pk}"
    paid.link(acme.customer.pk, payer)
    told = {"id": "bps_1", "object": "billing_portal.session", "url": "https://pay.example/p"}
    stripe.script.extend([(500, {}, {"error": {}}), (200, {}, told)])
    answer = browser.post(f"{SETTINGS}plan/manage/", follow=True)
    assert "Stripe did not answer" in text_of(answer)
    assert "https://pay.example/p" in text_of(browser.post(f"{SETTINGS}plan/manage/"))
    assert f"customer={payer}" in stripe.asked[-1].body.decode()


async def _all_of(answer: Any) -> bytes:
    return b"".join([piece async for piece in answer.streaming_content])


def test_ad13_archive_is_made_and_fetched_by_a_form_that_has_no_address_to_hand_on(
    browser: Client, api: Api, acme: Any
) -> None:
    page = text_of(browser.post(f"{SETTINGS}data/export/", follow=True))
    assert 'hx-trigger="every 2s"' in page
    make_exports()
    row = archived.newest(acme.customer.pk, by=SYSTEM)
    assert row is not None
    assert "Fetch the archive" in text_of(browser.get(f"{SETTINGS}data/"))
    place = f"{SETTINGS}data/{row.public_id}/fetch/"
    assert browser.get(place).status_code == 405
    answer = browser.post(place)
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    content = api.run(_all_of(answer))
    assert len(content) == int(answer["Content-Length"])
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert acme.customer.public_id in archive.read("customer.json").decode()
    browser.post(f"{SETTINGS}data/{row.public_id}/delete/")
    assert browser.post(place).status_code == 404


def test_te01_archive_of_a_stranger_is_one_that_never_was(browser: Client, globex: Any) -> None:
    theirs = archived.ask(globex.customer.pk, by=SYSTEM)
    for export_id in (theirs.public_id, new("exp"), "x"):
        for act in ("fetch", "delete"):
            assert browser.post(f"{SETTINGS}data/{export_id}/{act}/").status_code == 404
    assert archived.newest(globex.customer.pk, by=SYSTEM) == theirs


@pytest.mark.parametrize(
    ("method", "place"), [("GET", "delete/"), ("POST", "delete/"), ("POST", "data/export/")]
)
def test_whoever_only_has_the_session_proves_that_they_are_the_person(
    acme: Any, method: str, place: str
) -> None:
    browser = at(owner_of(acme), again=False)
    answer = browser.generic(method, SETTINGS + place)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/reauthenticate/?next=%2Fportal%2Fsettings%2F")
    given = {"name": "acme"}
    assert browser.post(SETTINGS + place, given)["Location"].startswith("/account/reauthenticate/")
    assert status_of(acme) == "active"
    assert archived.newest(acme.customer.pk, by=SYSTEM) is None


@pytest.mark.parametrize("typed", ["", "Acme", "globex", "acme\u200b", "x" * 10_000])
def test_nothing_is_deleted_unless_the_name_is_typed(browser: Client, acme: Any, typed: str) -> None:
    assert browser.post(f"{SETTINGS}delete/", {"name": typed}).status_code == 400
    assert status_of(acme) == "active"


def test_deleting_signs_out_whoever_belongs_nowhere_else(browser: Client, acme: Any, api: Api) -> None:
    page = text_of(browser.get(f"{SETTINGS}delete/"))
    assert "yours among them" in page
    answer = browser.post(f"{SETTINGS}delete/", {"name": " acme "})
    assert "You are signed out." in text_of(answer)
    assert status_of(acme) == "erasing"
    assert Erasure.objects.get(subject=acme.customer).addresses == [acme.email]
    assert browser.get("/portal/").status_code == 302
    assert api.get("/api/tools", acme.live_key).status_code in (401, 403)


def test_deleted_person_has_no_session_and_the_owners_hear_how_it_went(
    world: World,
) -> None:
    shop = world.make("acme", only={"whatsapp"}, whatsapp="https://evil.example")
    owner = owner_of(shop)
    key = at(owner).session.session_key
    UserSession.objects.create(user=owner, session_key=key, ip="127.0.0.1")
    assert Session.objects.filter(session_key=key).exists()
    erasure.erase(shop.customer, by=SYSTEM)
    assert not Session.objects.filter(session_key=key).exists()
    [letter] = letters_to(owner.email)
    assert letter.subject == "acme is deleted"
    body = str(letter.body)
    assert "- whatsapp https" in body
    assert "https://evil.example" not in body


def test_whoever_belongs_elsewhere_goes_on_there(browser: Client, acme: Any, globex: Any) -> None:
    members.add(globex.customer.pk, owner_of(acme), "viewer")
    browser = at(owner_of(acme))
    browser.post("/portal/switch/", {"customer": acme.customer.public_id})
    assert "Go on at globex" in text_of(browser.post(f"{SETTINGS}delete/", {"name": "acme"}))
    assert browser.get("/portal/").context["visit"].customer == globex.customer
    assert (status_of(acme), status_of(globex)) == ("erasing", "active")
