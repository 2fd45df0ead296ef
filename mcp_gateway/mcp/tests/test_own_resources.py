"""Resources that tell of the inbox, the accounts and the usage, each read by its tool."""

from typing import Any

import msgspec
import pytest

from mcp_gateway.mcp.tests.agents import Agent
from mcp_gateway.mcp.uris import CONNECTIONS, INBOX, USAGE, thread_uri
from tenants import keys
from tenants.key_limits import Limits
from tests.support.api import Api
from tests.support.tenants import Tenant

CONTACT = "14155550101"
UNKNOWN = "thr_01M825MF6FCTKVWMRFACJ1JAG0"
FAMILY = "hermes://inbox/{channel}/{thread}"
OURS = {INBOX, FAMILY, CONNECTIONS, USAGE}


def thread_of(api: Api, tenant: Tenant) -> str:
    """The id of the tenant's only conversation."""
    (thread,) = api.get("/api/inbox/threads", tenant.key).json()["threads"]
    return str(thread["id"])


def read(api: Api, key: str, uri: str) -> Any:
    (contents,) = Agent(api, key).result("resources/read", {"uri": uri})["contents"]
    assert (contents["uri"], contents["mimeType"]) == (uri, "application/json")
    return msgspec.json.decode(contents["text"])


def test_each_resource_tells_what_its_tool_tells_and_is_recorded_as_that(api: Api, acme_shop: Tenant) -> None:
    acme_shop.hear("whatsapp", CONTACT, "Is it ready?", "Ada")
    thread = thread_of(api, acme_shop)
    used = api.get("/api/usage", acme_shop.key).json()["used"]
    assert read(api, acme_shop.key, INBOX)["threads"][0]["last_message"]["text"] == "Is it ready?"
    told = read(api, acme_shop.key, thread_uri("whatsapp", thread))
    assert [m["text"] for m in told["messages"]] == ["Is it ready?"]
    assert told["notice"]
    assert acme_shop.connections["whatsapp"] in str(read(api, acme_shop.key, CONNECTIONS))
    assert read(api, acme_shop.key, USAGE)["used"] == used + 2
    entries = api.get("/api/audit", acme_shop.key).json()["entries"]
    calls = [(e["tool"], e["surface"], e["units"]) for e in entries if e["action"] == "tool.call"]
    assert calls[:4] == [
        ("hermes_usage", "mcp", 0),
        ("hermes_list_connections", "mcp", 0),
        ("hermes_get_thread", "mcp", 1),
        ("hermes_inbox", "mcp", 1),
    ]


def test_both_eras_list_and_read_the_same(api: Api, acme_shop: Tenant) -> None:
    agent = Agent(api, acme_shop.key)
    session = agent.initialize()
    for method, kind, name in (
        ("resources/list", "resources", "uri"),
        ("resources/templates/list", "resourceTemplates", "uriTemplate"),
    ):
        old = agent.handshake(method, session=session).json()["result"][kind]
        assert old == agent.result(method)[kind]
        assert {r[name] for r in old} & OURS
    answer = agent.handshake("resources/read", {"uri": CONNECTIONS}, session=session).json()["result"]
    assert msgspec.json.decode(answer["contents"][0]["text"]) == read(api, acme_shop.key, CONNECTIONS)


def test_what_was_read_is_not_kept_by_clients(api: Api, acme_shop: Tenant) -> None:
    result = Agent(api, acme_shop.key).result("resources/read", {"uri": INBOX})
    assert (result["ttlMs"], result["cacheScope"]) == (0, "private")


def test_a_foreign_conversation_answers_as_one_that_never_was(
    api: Api, acme_shop: Tenant, globex_shop: Tenant
) -> None:
    acme_shop.hear("whatsapp", CONTACT, "for acme only")
    thread, stranger = thread_of(api, acme_shop), Agent(api, globex_shop.key)
    foreign, unknown, elsewhere = (
        stranger.modern("resources/read", {"uri": uri}, id=1)
        for uri in (thread_uri("whatsapp", thread), thread_uri("whatsapp", UNKNOWN), thread_uri("x", thread))
    )
    assert foreign.status_code == unknown.status_code == elsewhere.status_code == 400
    assert foreign.text.replace(thread, UNKNOWN) == unknown.text
    own = Agent(api, acme_shop.key).modern("resources/read", {"uri": thread_uri("telegram", thread)})
    assert own.json()["error"]["code"] == -32602


@pytest.mark.parametrize(
    ("limits", "missing"),
    [
        (Limits(scopes=("tools:read",)), {INBOX, FAMILY}),
        (Limits(scopes=("inbox:read",)), OURS),
        (Limits(scopes=("tools:read", "inbox:read"), tools=("hermes_usage",)), OURS - {USAGE}),
    ],
    ids=["without inbox:read", "without tools:read", "only one tool"],
)
def test_a_key_has_the_resources_its_scopes_and_tools_admit(
    api: Api, acme_shop: Tenant, limits: Limits, missing: set[str]
) -> None:
    key = keys.issue(acme_shop.customer.pk, name="narrow", mode="live", limits=limits).text
    agent = Agent(api, key)
    listed = {r["uri"] for r in agent.result("resources/list")["resources"]}
    listed |= {r["uriTemplate"] for r in agent.result("resources/templates/list")["resourceTemplates"]}
    assert listed & OURS == OURS - missing
    session = agent.initialize()
    for uri in missing - {FAMILY} | {thread_uri("whatsapp", UNKNOWN)}:
        if uri.startswith(INBOX) and INBOX not in missing:
            continue
        assert agent.modern("resources/read", {"uri": uri}).status_code == 400
        answer = agent.handshake("resources/subscribe", {"uri": uri}, session=session).json()
        assert answer["error"]["code"] == -32002
