"""Fifty words of one customer, put wherever it may put words, and none of them in any answer to another."""

from collections.abc import Iterator

import pytest

from mcp_gateway.mcp.tests.agents import Agent
from tenants.models import Customer
from tests.isolation.test_rest_sweep import LISTS, routes
from tests.isolation.test_tool_sweep import TOOLS
from tests.support.api import Api
from tests.support.surfaces import SURFACES
from tests.support.tenants import Tenant, World

CANARIES = 50
MCP_LISTS = ("server/discover", "tools/list", "prompts/list", "resources/list", "resources/templates/list")


class Words:
    """The canaries of one customer, each used once."""

    def __init__(self, name: str) -> None:
        self.all = [f"canary{name}{number:02d}x" for number in range(CANARIES)]
        self._left = iter(self.all)

    def next(self) -> str:
        return next(self._left)

    def rest(self) -> Iterator[str]:
        yield from self._left


@pytest.fixture
def told(api: Api, world: World) -> dict[str, tuple[Tenant, list[str]]]:
    """acme and globex with their canaries in names, labels, keys, messages, arguments and instructions."""
    return {name: _filled(api, world, name) for name in ("acme", "globex")}


def _filled(api: Api, world: World, name: str) -> tuple[Tenant, list[str]]:
    words = Words(name)
    tenant = world.make(words.next(), probe=words.next(), whatsapp=words.next())
    Customer.objects.filter(pk=tenant.customer.pk).update(instructions=words.next())
    for _ in range(5):
        body = {"name": words.next(), "scopes": ["tools:read"]}
        assert api.post("/api/keys", tenant.key, body).status_code == 201
    for number in range(10):
        tenant.hear("whatsapp", f"1415555{number:04d}", f"invoice {words.next()}", words.next())
    for _ in range(5):
        to = {"to": "+14155550199", "text": words.next()}
        assert api.post("/api/tools/whatsapp_send_text", tenant.key, to).status_code == 200
    for word in words.rest():
        assert api.post("/api/tools/probe_echo", tenant.key, {"text": word}).status_code == 200
    return tenant, words.all


def everything(api: Api, tenant: Tenant) -> str:
    """All that a customer's key can read, by every path, list and tool, failures included."""
    paths = [route for route in routes() if "<" not in route]
    answers = [api.get(path, tenant.key) for path in paths]
    answers += [api.get(f"{path}?limit=100", tenant.key) for path in LISTS]
    for thread in api.get("/api/inbox/threads?limit=100", tenant.key).json()["threads"]:
        answers.append(api.get(f"/api/inbox/threads/{thread['id']}/messages", tenant.key))
    for connection in tenant.connections.values():
        answers.append(api.get(f"/api/connections/{connection}", tenant.key))
    agent = Agent(api, tenant.key)
    answers += [agent.modern(method) for method in MCP_LISTS]
    answers += [agent.handshake(method, session=agent.initialize()) for method in MCP_LISTS[1:]]
    for name, tool in TOOLS.items():
        for call in SURFACES.values():
            answers.append(call(api, tenant.key, name, tool.example).response)
            answers.append(call(api, tenant.key, name, {**tool.example, "surplus": 1}).response)
    for query in ("canary", "invoice", "canaryacme00x", "canaryglobex00x"):
        found = SURFACES["rest"](api, tenant.key, "whatsapp_search_messages", {"query": query, "limit": 100})
        answers.append(found.response)
    return " ".join(f"{a.headers} {a.text}" for a in answers)


def test_te11_no_canary_of_one_is_in_any_answer_to_the_other(
    api: Api, told: dict[str, tuple[Tenant, list[str]]]
) -> None:
    for name, other in (("acme", "globex"), ("globex", "acme")):
        tenant, own = told[name]
        read = everything(api, tenant)
        own_read = [word for word in own if word in read]
        assert len(own_read) >= CANARIES * 0.9, sorted(set(own) - set(own_read))
        # The words that were searched for come back in the answer's own arguments, not as content.
        foreign = [
            word
            for word in told[other][1]
            if word in read and word not in ("canaryacme00x", "canaryglobex00x")
        ]
        assert foreign == []


def test_te11_the_test_mode_of_the_same_customer_reads_none_of_its_live_words(
    api: Api, told: dict[str, tuple[Tenant, list[str]]]
) -> None:
    """Live conversations, labels and calls stay with live keys."""
    tenant, _ = told["acme"]
    for path in ("/api/inbox/threads", "/api/connections", "/api/keys", "/api/audit"):
        read = api.get(f"{path}?limit=100", tenant.test_key)
        assert read.status_code == 200
        assert "canaryacme" not in read.text
