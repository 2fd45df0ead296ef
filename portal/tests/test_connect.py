"""Connecting by signing in, as a person does it: through the sandbox's sign-in page, click by click."""

import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from connectors.kit.oauth import Scope
from portal.tests.test_access import signed_in
from tenants import connections, members
from tenants.models import Connection
from tenants.oauth import platform_apps
from tests.support.signing_in import operators_apps

WAYS = ["linkedin", "twitter", "instagram", "whatsapp", "discord", "email"]
PROVIDERS = {"email": "GOOGLE"}


@pytest.fixture
def owner(acme: Any) -> Client:
    """acme's owner at the browser."""
    return signed_in(members.listed(acme.customer.pk).get().user)


def start(browser: Client, platform: str, **more: str) -> str:
    """Begin in the sandbox; where the person is sent."""
    given = {"provider": PROVIDERS.get(platform, ""), "mode": "sandbox", **more}
    answer = browser.post(f"/portal/connect/{platform}/start", given)
    assert answer.status_code == 200, answer.content
    (address,) = re.findall(r'http-equiv="refresh" content="0;url=([^"]+)"', answer.content.decode())
    return html.unescape(address)


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def allow(browser: Client, address: str, **more: Any) -> str:
    """Allow everything on the sandbox's page; where that leads."""
    page = browser.get(path_of(address)).content.decode()
    scopes = re.findall(r'name="scope"\s+value="([^"]+)"', page)
    answer = browser.post(path_of(address), {"scope": scopes, "allow": "yes", **more})
    assert answer.status_code == 302
    return path_of(answer["Location"])


@pytest.mark.parametrize("platform", WAYS)
def test_an_account_of_the_sandbox_is_connected_click_by_click(
    acme: Any, owner: Client, platform: str
) -> None:
    back = allow(owner, start(owner, platform))
    arrived = owner.get(back)
    assert arrived.status_code == 302, arrived.content
    page = owner.get(arrived["Location"]).content.decode()
    chosen = re.findall(r'name="account"\s+value="([^"]+)"', page)[0]
    mine = connections.listed(acme.customer.pk, mode="test")
    before = mine.count()
    done = owner.post(arrived["Location"], {"account": chosen, "label": f"Mine at {platform}"})
    assert done.status_code == 302, done.content
    made = connections.listed(acme.customer.pk, mode="test").get(
        platform=platform, account=f"Mine at {platform}"
    )
    assert (made.status, connections.listed(acme.customer.pk, mode="test").count()) == ("active", before + 1)
    assert owner.get(done["Location"]).status_code == 200


def test_sign_in_begun_while_getting_started_leads_back_there_once(acme: Any, owner: Client) -> None:
    for onward, place in (("start", "/portal/start/"), ("//evil.example", "/portal/connections/")):
        arrived = owner.get(allow(owner, start(owner, "linkedin", onward=onward)))["Location"]
        chosen = re.findall(r'name="account"\s+value="([^"]+)"', owner.get(arrived).content.decode())[0]
        done = owner.post(arrived, {"account": chosen, "label": f"Page {len(onward)}"})
        assert done["Location"].startswith(place)


def test_oa15_the_way_back_answers_400_to_all_but_the_right_person_once(
    acme: Any, globex: Any, owner: Client
) -> None:
    stranger = signed_in(members.listed(globex.customer.pk).get().user)
    back = allow(owner, start(owner, "linkedin"))
    state = parse_qs(urlsplit(back).query)["state"][0]
    wrong = [
        (stranger, back),
        (owner, back.replace(state, "x" * 43)),
        (owner, "/connect/linkedin/callback?code=x"),
        (owner, back.replace("/linkedin/", "/twitter/")),
    ]
    for browser, address in wrong:
        assert browser.get(address).status_code == 400, address
    assert owner.get(back).status_code == 302
    assert owner.get(back).status_code == 400
    assert not Connection.objects.of(acme.customer).filter(platform="linkedin", mode="live").exists()
    assert not Connection.objects.of(globex.customer).filter(platform="linkedin").exists()


def test_a_strangers_look_and_confirmation_are_refused(acme: Any, globex: Any, owner: Client) -> None:
    stranger = signed_in(members.listed(globex.customer.pk).get().user)
    waiting = owner.get(allow(owner, start(owner, "linkedin")))["Location"]
    address = start(owner, "linkedin")
    assert stranger.get(path_of(address)).status_code == 400
    for answer in (
        stranger.get(waiting),
        stranger.post(waiting, {"account": "x"}),
        stranger.post(f"{waiting}cancel/"),
    ):
        assert answer.status_code == 400
    assert owner.get(waiting).status_code == 200
    assert owner.post(f"{waiting}cancel/").status_code == 302
    assert owner.get(waiting).status_code == 400


def test_who_may_not_manage_or_is_not_signed_in_begins_nothing(acme_viewer: Any) -> None:
    assert signed_in(acme_viewer).post("/portal/connect/linkedin/start").status_code == 403
    nobody = Client().post("/portal/connect/linkedin/start")
    assert nobody["Location"].startswith("/account/login/")
    assert Client().get("/connect/linkedin/callback?state=x&code=y")["Location"].startswith("/account/login/")


def test_refusing_and_leaving_permissions_out_is_told(acme: Any, owner: Client) -> None:
    address = start(owner, "twitter")
    refused = owner.post(path_of(address), {})
    assert "access_denied" in refused["Location"]
    assert owner.get(path_of(refused["Location"])).status_code == 403
    few = ["tweet.read", "users.read"]
    answer = owner.post(path_of(start(owner, "twitter")), {"scope": few, "allow": "yes"})
    page = owner.get(owner.get(path_of(answer["Location"]))["Location"]).content.decode()
    assert "twitter_send_dm" in page
    assert "What was not allowed" in page


def test_a_live_sign_in_goes_to_the_platform_with_the_operators_app(
    acme: Any, owner: Client, settings: Any
) -> None:
    answer = owner.post("/portal/connect/linkedin/start", {"mode": "live"})
    assert answer.status_code == 403
    assert b"LINKEDIN_CLIENT_ID" in answer.content
    settings.OAUTH_APPS = operators_apps()
    address = start(owner, "linkedin", mode="live")
    assert urlsplit(address).hostname == "www.linkedin.com"


@pytest.mark.parametrize(("plan", "status"), [("free", 400), ("growth", 302)])
def test_an_own_app_is_used_where_the_plan_has_them(
    make_customer: Callable[..., Any], settings: Any, plan: str, status: int
) -> None:
    settings.OAUTH_APPS = operators_apps()
    person = make_customer("acme", plan=plan)
    browser = signed_in(members.listed(person.customer.pk).get().user)
    given = {"client_id": "our-own-id", "client_secret": "canary-own-secret-of-ours"}
    assert browser.post("/portal/connect/apps/linkedin/LINKEDIN/", given).status_code == status
    address = start(browser, "linkedin", mode="live")
    assert ("our-own-id" in address) == (status == 302)
    kept = list(platform_apps.listed(person.customer.pk))
    assert "canary-own-secret" not in str([vars(row) for row in kept])
    pages = [browser.get("/portal/connect/"), browser.get("/portal/connect/apps/linkedin/LINKEDIN/")]
    assert not [page for page in pages if b"canary-own-secret" in page.content]
    dropped = browser.post("/portal/connect/apps/linkedin/LINKEDIN/drop/")
    assert dropped.status_code == (302 if kept else 404)
    assert not platform_apps.listed(person.customer.pk).exists()


def test_every_scope_says_in_words_what_it_is_for() -> None:
    from connectors.registry import all_connectors

    specs = [(c, spec) for c in all_connectors().values() for spec in c.oauth]
    scopes: list[Scope] = [scope for _, spec in specs for scope in spec.scopes]
    assert not [scope.name for scope in scopes if not scope.purpose.endswith(".")]
    for connector, spec in specs:
        tools = {tool.name for tool in connector.tools}
        assert {tool for scope in spec.scopes for tool in scope.tools} <= tools
        assert spec.token_field in {field.name for field in connector.credentials.fields()}
