"""Every path that takes an id answers a stranger's id byte for byte as an id that never was."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from hermes.core import ids
from tenants import keys
from tests.support.agents import connect_agent
from tests.support.api import Api
from tests.support.rows import rows_of
from tests.support.tenants import Tenant, World

PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
BODIES: tuple[Any, ...] = (None, {"label": "mine"}, {"status": "paused"})
# Written by whoever is asked, about whoever asks.
OF_THE_CALL = frozenset({"last_used_at", "updated_at"})


def routes(patterns: list[Any] | None = None, before: str = "/") -> Iterator[str]:
    """Every route of the URLconf."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, before + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield before + str(pattern.pattern)


# Pages: people sign in to them, by a session; what strangers see there is tested beside them.
FOR_PEOPLE = ("/account/", "/admin/", "/api/docs/", "/connect/", "/docs/", "/portal/", "/sandbox/")
# A client's registration (RFC 7592) belongs to no customer and has a token of its own.
FOR_CLIENTS = "/oauth/register/"
WITH_IDS = sorted(
    route for route in routes() if PLACE.search(route) and not route.startswith((*FOR_PEOPLE, FOR_CLIENTS))
)
LISTS = sorted(
    route
    for route in routes()
    if not PLACE.search(route) and route.startswith("/api/") and route not in ("/api/docs", "/api/setup")
)


@pytest.fixture
def foreign(api: Api, theirs: Tenant) -> dict[str, str]:
    """An id of each kind that globex has."""
    theirs.hear("whatsapp", "14155550123", "hello")
    thread = api.get("/api/inbox/threads", theirs.key).json()["threads"][0]
    webhook = theirs.forward(api)
    test = api.post(f"/api/webhooks/{webhook}/test", theirs.key).json()["delivery"]
    return {
        "con": theirs.connections["whatsapp"],
        "key": keys.listed(theirs.customer.pk)[0].public_id,
        "thr": thread["id"],
        "msg": thread["last_message"]["id"],
        "whe": webhook,
        "evt": test["id"],
        "agt": connect_agent(theirs.customer).id,
        "lnk": api.post("/api/connect-links", theirs.key, {"platform": "probe"}).json()["link"]["id"],
    }


def test_the_walk_finds_the_paths_that_take_ids() -> None:
    assert {"/api/connections/<str:connection_id>", "/api/inbox/threads/<str:thread_id>/messages"} <= {
        *WITH_IDS
    }
    assert "/api/audit" in LISTS


@pytest.mark.parametrize("route", WITH_IDS)
def test_te01_a_strangers_id_in_a_path_answers_as_an_unknown_one(
    api: Api, world: World, ours: Tenant, theirs: Tenant, foreign: dict[str, str], route: str
) -> None:
    before = rows_of(theirs.customer), rows_of(ours.customer, without=OF_THE_CALL)
    for kind, theirs_id in foreign.items():
        unknown_id = ids.new(kind)
        for method in METHODS:
            for body in BODIES if method in ("POST", "PATCH") else (None,):
                answers = [
                    api.request(method, PLACE.sub(each, route), ours.key, json=body)
                    for each in (theirs_id, unknown_id)
                ]
                stranger, unknown = ((a.status_code, a.content, dict(a.headers)) for a in answers)
                said = stranger[1].replace(theirs_id.encode(), unknown_id.encode())
                assert (stranger[0], said, stranger[2]) == unknown, (method, kind, body)
                assert answers[0].status_code in (404, 405, 422), (method, kind, body)
    assert (rows_of(theirs.customer), rows_of(ours.customer, without=OF_THE_CALL)) == before
    assert world.asked == []


@pytest.mark.parametrize("route", LISTS)
def test_te01_a_strangers_id_in_a_query_answers_as_an_unknown_one(
    api: Api, ours: Tenant, foreign: dict[str, str], route: str
) -> None:
    for kind, theirs_id in foreign.items():
        unknown_id = ids.new(kind)
        for name in ("connection", "actor", "customer"):
            stranger, unknown = (
                api.get(route, ours.key, params={name: each}) for each in (theirs_id, unknown_id)
            )
            assert stranger.status_code == unknown.status_code < 500
            assert stranger.content == unknown.content
            assert dict(stranger.headers) == dict(unknown.headers)


def test_te14_a_cursor_of_the_strangers_is_refused(api: Api, ours: Tenant, theirs: Tenant) -> None:
    for contact in ("14155550101", "14155550102"):
        theirs.hear("whatsapp", contact, "hello")
        theirs.forward(api)
        api.post("/api/connect-links", theirs.key, {"platform": "probe"})
        connect_agent(theirs.customer)
    pages = {route: api.get(f"{route}?limit=1", theirs.key).json() for route in LISTS}
    cursors = {route: page["next_cursor"] for route, page in pages.items() if "next_cursor" in page}
    paged = {"/api/connections", "/api/connect-links", "/api/keys", "/api/audit", "/api/inbox/threads"}
    assert {*paged, "/api/agents", "/api/webhooks"} <= {*cursors}
    for route, cursor in cursors.items():
        assert api.get(route, theirs.key, params={"cursor": cursor}).status_code == 200
        refused = api.get(route, ours.key, params={"cursor": cursor})
        assert (refused.status_code, refused.json()["argument"]) == (422, "cursor")
