"""Every page there is, walked: who is let in, and what it shows of rows that hostile people wrote."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from hermes.core.ids import new
from portal.staff.tests.conftest import Rows
from portal.tests.test_access import HTML, signed_in
from tenants import archived, connections, invitations, keys, members, sandboxes
from tenants.actors import SYSTEM, of_member
from tenants.roles import ROLES
from tests.support.hostile import PAYLOADS

LIMIT_QUERIES = 12
INLINE = re.compile(r"<script(?![^>]*(?:src=|application/json))")
PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
# Open to people who have not signed in, or belong to no customer yet; each has tests of its own.
OPEN = {
    "portal/begin/",
    "portal/invitation/<str:token>/",
    "portal/connections/logo/<slug:platform>.svg",
}
# The rule of each page whose misuse could not be taken back, beside what the page says itself.
RULES = {
    "portal/activity": "audit:read",
    "portal/connections/new/": "connections:manage",
    "portal/connections/<str:connection_id>/<str:act>/": "connections:manage",
    "portal/connections/<str:connection_id>/rename/": "connections:manage",
    "portal/connect/apps": "connections:manage",
    "portal/keys/": "keys:manage",
    "portal/members/invit": "members:manage",
    "portal/members/<int:user_id>": "members:manage",
    "portal/settings/": "billing:read",
    "portal/settings/profile/": "customer:manage",
    "portal/settings/data/": "customer:manage",
    "portal/settings/delete/": "customer:manage",
    "portal/settings/plan/choose/": "billing:manage",
    "portal/settings/plan/manage/": "billing:manage",
    "portal/usage/": "billing:read",
    "portal/webhooks/": "webhooks:manage",
}


def routes(patterns: list[Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, before + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield before + str(pattern.pattern), pattern.callback


ROUTES = {
    route: view
    for route, view in routes(get_resolver().url_patterns)
    if route.startswith("portal/") and route not in OPEN
}


def filled(route: str, **ids: Any) -> str:
    """The address, ids that nobody has where none is given."""
    return "/" + PLACE.sub(lambda found: str(ids.get(found[1], 0 if "int:" in found[0] else "x")), route)


def ways(browser: Client, address: str) -> Iterator[tuple[str, Any]]:
    """The answers to what the page can be asked."""
    for method in ("GET", "POST"):
        answer = browser.generic(method, address)
        if answer.status_code != 405:
            yield method, answer


def rule_of(route: str) -> str | None:
    """The permission in the table: that of the longest beginning."""
    return next((RULES[begin] for begin in sorted(RULES, key=len)[::-1] if route.startswith(begin)), None)


def test_au01_every_page_sends_strangers_to_sign_in() -> None:
    assert len(ROUTES) > 45
    for route in ROUTES:
        found = list(ways(Client(headers=HTML), filled(route)))
        assert found, route
        for method, answer in found:
            assert answer.status_code == 302, (method, route)
            assert answer["Location"].startswith("/account/login/"), (method, route)


def test_ad07_no_page_takes_a_form_of_another_site(acme: Any) -> None:
    browser = Client(enforce_csrf_checks=True, headers={**HTML, "Origin": "https://evil.example"})
    browser.force_login(members.listed(acme.customer.pk).get().user)
    for route in [*ROUTES, *OPEN, "account/logout/", "account/login/", "account/reauthenticate/"]:
        answer = browser.post(filled(route), {"name": "acme"})
        assert answer.status_code in (403, 405), route
        assert "Access-Control-Allow-Origin" not in answer, route


def test_every_page_has_a_rule_and_the_table_says_the_same() -> None:
    for route, view in ROUTES.items():
        assert hasattr(view, "permission"), f"{route} is open to everybody"
        if (expected := rule_of(route)) is not None:
            assert view.permission == expected, route
    assert not [begin for begin in RULES if not any(route.startswith(begin) for route in ROUTES)]


@pytest.mark.parametrize("role", ROLES)
def test_role_gets_to_what_its_permissions_allow_and_to_nothing_else(acme: Any, role: str) -> None:
    name = f"{role}-{uuid.uuid4().hex[:12]}@example.com"
    user = get_user_model().objects.create_user(username=name, email=name)
    members.add(acme.customer.pk, user, role)
    browser = signed_in(user)
    for route, view in ROUTES.items():
        if route == "portal/members/leave/":
            continue  # everybody's, and then there would be no role
        may = not view.permission or view.permission in ROLES[role]
        for method, answer in ways(browser, filled(route)):
            assert (answer.status_code == 403) is not may, (method, route, answer.status_code)
            assert answer.status_code < 500, (method, route)


@pytest.fixture
def places(acme: Any) -> dict[str, Any]:
    """Ids of a row of each kind, with hostile text wherever somebody else chooses it."""
    rows = Rows(acme, "".join(PAYLOADS))
    sandboxes.ensure(acme.customer)
    owner = members.listed(acme.customer.pk).get()
    by = of_member(owner, surface="portal")
    asked = invitations.invite(owner, email="guest@example.com", role="viewer", by=by)
    return {
        "agent_id": rows.agent.public_id,
        "connection_id": rows.connection.public_id,
        "event_id": rows.event.event_id,
        "export_id": archived.ask(acme.customer.pk, by=SYSTEM).public_id,
        "invitation_id": asked.public_id,
        "key_id": rows.key.public_id,
        "kind": "csv",
        "platform": "telegram",
        "webhook_id": rows.endpoint.public_id,
    }


def test_ad06_ad08_au12_bd12_no_page_runs_a_payload_tells_a_secret_or_asks_much(
    acme: Any, places: dict[str, Any]
) -> None:
    key = next(key for key in keys.listed(acme.customer.pk) if key.mode == "live")
    secrets = ("SEALED-CANARY", "BODY-CANARY", acme.live_key, acme.test_key, key.mac, acme.customer.data_key)
    live = [part for part in PAYLOADS if {*"<\"'"} & {*part}]
    browser = signed_in(members.listed(acme.customer.pk).get().user)
    shown = 0
    for route in ROUTES:
        with CaptureQueriesContext(connection) as asked:
            answer = browser.get(filled(route, **places))
        if answer.status_code != 200:
            continue
        page = b"".join(answer).decode()
        shown += 1
        assert len(asked) <= LIMIT_QUERIES, (route, [query["sql"][:120] for query in asked])
        assert [secret for secret in secrets if secret and secret in page] == [], route
        if answer["Content-Type"].startswith("text/html"):
            assert [part for part in live if part in page] == [], route
            assert not INLINE.search(page), route
            assert answer["Cache-Control"] == "no-store", route
        policy = answer["Content-Security-Policy"]
        assert "unsafe" not in policy, route
        assert "frame-ancestors 'none'" in policy, route
        assert answer["X-Content-Type-Options"] == "nosniff", route
    assert shown > 20
    cells = b"".join(browser.get("/portal/activity/activity.csv")).decode()
    assert not re.search(r'(^|,)"?[=+@\t]', cells, re.MULTILINE)


def test_te14_no_list_is_ordered_narrowed_or_read_on_by_what_is_a_strangers(acme: Any, globex: Any) -> None:
    sandboxes.ensure(globex.customer)
    theirs = connections.listed(globex.customer.pk)[0].public_id
    odd = {
        **dict.fromkeys(("ordering", "order_by", "sort", "o"), "customer__name"),
        **{"customer": globex.customer.public_id, "customer_id": globex.customer.pk},
        **{"customer__name__startswith": "g", "cursor": theirs, "before": theirs, "limit": "1000000"},
        **{"connection": theirs, "page": "-1", "state": "x' OR 1=1 --"},
    }
    browser = signed_in(members.listed(acme.customer.pk).get().user)
    for route in ROUTES:
        if "<" in route:
            continue
        for name, value in odd.items():
            answer = browser.get(f"/{route}", {name: value})
            assert answer.status_code < 500, (route, name)
            if answer.status_code == 200 and not answer.streaming:
                assert "globex" not in answer.content.decode(), (route, name)


def test_ids_that_nobody_can_have_are_pages_that_are_not_there(acme: Any) -> None:
    browser = signed_in(members.listed(acme.customer.pk).get().user)
    for bad in ("%00", "a" * 3000, "..%2f..%2fetc", "\u202e", new("key")):
        for route in ROUTES:
            if "<str:" in route:
                answer = browser.get("/" + PLACE.sub(bad, route))
                assert answer.status_code in (302, 400, 404, 405), (route, bad)
