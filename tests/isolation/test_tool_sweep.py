"""Every tool answers a stranger's ids as ids that never were, on every surface."""

import copy
import itertools
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from connectors.kit import schema
from hermes.core import ids
from mcp_gateway import catalogue
from mcp_gateway.testing.catalogue import TOOLS as FIXTURES
from tests.support.api import Api
from tests.support.rows import rows_of
from tests.support.surfaces import SURFACES, Told
from tests.support.tenants import Tenant, World

# What differs between two equal calls: ids of the call and of a thread of one's own, the platform's random
# ids, versions of what was written, what is left, the time.
PASSING = re.compile(
    rb"lnk_[0-9A-Z]{26}\.[\w-]{22}|(?:call|thr)_[0-9A-Z]{26}|wamid\.[\w+/=]+|A[0-9a-f]{22}|\b[0-9a-f]{16}\b|\b\d{17,20}\b|\d{4}-\d\d-\d\dT[\d:.]+Z"
    rb'|(?<="quota_left":)\d+|(?<=quota_left\\":)\d+|(?<="cursor":")[\w:-]+|(?<="cursor\\":\\")[\w:-]+'
    rb"|\b[0-9a-f]{32}\b|(?<=:1700000000:)\d{8}|urn:li:person:\w+"
)
ENDLESS = "probe_hang"
OURS_ALONE = {tool.name for tool in FIXTURES} | {ENDLESS}
TOOLS = {name: found.tool for name, found in catalogue.every_tool().items() if name not in OURS_ALONE}
# Those that go to one account; the cross-channel ones take no `account`.
BOUND = [name for name in TOOLS if catalogue.every_tool()[name].connector is not None]
CONTACT, UNKNOWN_CONTACT = "14155550137", "14155550138"


def texts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the texts of an argument are."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from texts(item, (*path, name))
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            yield from texts(item, (*path, place))


def put(arguments: Mapping[str, Any], path: tuple[Any, ...], text: str) -> dict[str, Any]:
    changed: Any = copy.deepcopy(dict(arguments))
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = text
    return dict(changed)


@pytest.fixture
def foreign(api: Api, world: World, theirs: Tenant) -> dict[str, str]:
    """What globex has, each beside the same that nobody has."""
    wamid = theirs.hear("whatsapp", CONTACT, "canary-of-globex", "Carl Canary")
    thread = api.get("/api/inbox/threads", theirs.key).json()["threads"][0]
    world.forget()
    return {
        theirs.connections["whatsapp"]: ids.new("con"),
        thread["id"]: ids.new("thr"),
        thread["last_message"]["id"]: ids.new("msg"),
        wamid: f"wamid.{uuid.uuid4().hex}",
        CONTACT: UNKNOWN_CONTACT,
    }


def said(told: Told, *given: str) -> tuple[int, bytes]:
    """An answer without what was asked for until then and what differs each time."""
    content = told.response.content
    for each in given:
        content = content.replace(each.encode(), b"*")
    return told.response.status_code, PASSING.sub(b"", content)


@pytest.mark.parametrize("tool", BOUND)
def test_te02_a_strangers_account_is_not_found_and_no_platform_is_asked(
    api: Api, world: World, ours: Tenant, theirs: Tenant, tool: str
) -> None:
    before = rows_of(theirs.customer)
    for call, foreign_id in itertools.product(SURFACES.values(), theirs.connections.values()):
        unknown_id = ids.new("con")
        stranger, unknown = (
            call(api, ours.key, tool, {**TOOLS[tool].example, "account": account})
            for account in (foreign_id, unknown_id)
        )
        assert stranger.code == "not_found"
        assert said(stranger, foreign_id) == said(unknown, unknown_id)
    assert world.asked == []
    assert rows_of(theirs.customer) == before


@pytest.mark.parametrize("tool", TOOLS)
def test_te02_a_strangers_id_in_any_argument_answers_as_an_unknown_one(
    api: Api,
    world: World,
    needed: frozenset[str] | None,
    theirs: Tenant,
    foreign: dict[str, str],
    tool: str,
) -> None:
    """Two customers of equal state ask, one for the stranger's id and one for an unknown id, on each surface
    in turn: what differs between surfaces is seen by the tests of their parity.
    """
    labels = dict.fromkeys(theirs.connections, "shop")
    asker, twin = (world.make("acme", only=needed, **labels) for _ in range(2))
    world.upstream.respond = lambda asked: {"id": "m", "item": "i"}
    before, example = rows_of(theirs.customer), TOOLS[tool].example
    given: dict[str, str] = {}  # what is written stays: a later answer may hold what was given before
    surfaces = itertools.cycle(SURFACES.values())
    for (path, foreign_id), call in zip(itertools.product(texts(example), foreign), surfaces, strict=False):
        unknown_id = given[foreign_id] = foreign[foreign_id]
        stranger = call(api, asker.key, tool, put(example, path, foreign_id))
        unknown = call(api, twin.key, tool, put(example, path, unknown_id))
        assert said(stranger, *given) == said(unknown, *given.values()), (path, foreign_id)
        assert b"anary" not in stranger.response.content
    assert not any(secret in repr(world.asked) for secret in theirs.secrets)
    assert rows_of(theirs.customer) == before


PAGED = [name for name, tool in TOOLS.items() if "cursor" in schema.input_schema(tool).get("properties", {})]


@pytest.mark.parametrize("tool", PAGED)
def test_te14_a_cursor_of_the_strangers_is_refused_or_is_a_position_at_the_platform(
    api: Api, world: World, ours: Tenant, theirs: Tenant, tool: str
) -> None:
    platform = tool.partition("_")[0]
    for tenant in (ours, theirs):
        for contact in ("14155550101", "14155550102", "14155550102"):
            tenant.hear(
                platform if platform in tenant.connections else "whatsapp", contact, "an invoice", "Ada"
            )
    example = {**TOOLS[tool].example, "limit": 1}
    page = SURFACES["rest"](api, theirs.key, tool, example)
    cursor = page.data["next_cursor"]
    assert SURFACES["rest"](api, theirs.key, tool, {**example, "cursor": cursor}).code == "ok"
    for call in SURFACES.values():
        world.forget()
        told = call(api, ours.key, tool, {**example, "cursor": cursor})
        if world.asked:
            assert all(any(own in str(asked.headers) for own in ours.secrets) for asked in world.asked)
        else:
            assert told.code == "invalid_argument"
