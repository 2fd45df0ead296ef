"""hermes_connect, and calls that lack an account: the page in both eras, else a link as text."""

from typing import Any

import pytest

from mcp_gateway.mcp.tests.agents import Agent, call_of, outcomes
from tenants import connect_links, connections
from tenants.actors import SYSTEM
from tenants.models import ConnectLink
from tests.support.api import Api
from tests.support.probed import Probed
from tests.support.upstream import Upstream

PAGES: dict[str, Any] = {"elicitation": {"url": {}}}
CONNECT = call_of("hermes_connect", platform="probe", label="Second")
ECHO = call_of("probe_echo", text="hello")
SEND = call_of("probe_send", to="x", text="hello")


@pytest.fixture
def bare(api: Api, acme: Any) -> Agent:
    """acme's agent, with nothing connected."""
    return Agent(api, acme.live_key)


def links_of(customer: Any) -> list[ConnectLink]:
    return list(connect_links.listed(customer.pk, mode="live"))


def follow(customer: Any, upstream: Upstream, account: str = "second") -> None:
    """The person connects an account on the page of the customer's newest link."""
    link = links_of(customer)[0]
    upstream.script.append((200, {}, {"id": f"{account}-{customer.public_id}", "name": "Second"}))

    def connect() -> Any:
        label = link.account or None
        return connections.link(customer.pk, link.platform, {"token": "t"}, label=label, by=SYSTEM)

    connect_links.use(link, connect, by=SYSTEM)


def test_2026_opens_the_page_and_tells_how_it_ended(agent: Agent, probed: Probed, upstream: Upstream) -> None:
    first = agent.result("tools/call", CONNECT, capabilities=PAGES)
    assert first["resultType"] == "input_required"
    asked = first["inputRequests"]["connect"]["params"]
    (link,) = links_of(probed.customer)
    assert (asked["mode"], asked["url"]) == ("url", connect_links.address(link))
    assert "First live key" in link.asked_as
    assert "test-agent 1" in link.asked_as
    again = {**CONNECT, "inputResponses": {"connect": {"action": "accept"}}}
    opened = agent.result("tools/call", {**again, "requestState": first["requestState"]}, capabilities=PAGES)[
        "structuredContent"
    ]
    assert (opened["status"], opened["url"]) == ("opened", asked["url"])
    follow(probed.customer, upstream)
    told = agent.result("tools/call", CONNECT, capabilities=PAGES)["structuredContent"]
    assert (told["status"], told["account"], told["meta"]["units"]) == ("connected", "Second", 0)
    other = agent.result("tools/call", CONNECT, capabilities=PAGES)
    assert other["inputRequests"]["connect"]["params"]["url"] != asked["url"]


@pytest.mark.parametrize("action", ["decline", "cancel"])
def test_2026_a_person_who_does_not_want_to_ends_the_link(agent: Agent, probed: Probed, action: str) -> None:
    state = agent.result("tools/call", CONNECT, capabilities=PAGES)["requestState"]
    answer = {**CONNECT, "inputResponses": {"connect": {"action": action}}, "requestState": state}
    told = agent.result("tools/call", answer, capabilities=PAGES)["structuredContent"]
    assert (told["status"], "url" in told) == ("declined", False)
    assert connect_links.status(links_of(probed.customer)[0]) == "revoked"


def test_2026_a_state_of_anothers_link_is_refused(agent: Agent, stranger: Agent, probed: Probed) -> None:
    """TE02: the state is bound to who asked."""
    state = agent.result("tools/call", CONNECT, capabilities=PAGES)["requestState"]
    answer = {**CONNECT, "inputResponses": {"connect": {"action": "decline"}}, "requestState": state}
    refused = stranger.modern("tools/call", answer, capabilities=PAGES).json()
    assert refused["error"]["code"] == -32602
    assert connect_links.status(links_of(probed.customer)[0]) == "open"


def test_2025_gets_the_page_as_an_error_until_the_account_is_connected(
    agent: Agent, probed: Probed, upstream: Upstream
) -> None:
    session = agent.initialize("2025-11-25", **PAGES)
    errors = [agent.handshake("tools/call", CONNECT, session=session).json()["error"] for _ in range(2)]
    assert errors[0] == errors[1]
    assert errors[0]["code"] == -32042
    (asked,) = errors[0]["data"]["elicitations"]
    (link,) = links_of(probed.customer)
    assert asked["mode"] == "url"
    assert (asked["url"], asked["elicitationId"]) == (connect_links.address(link), link.public_id)
    follow(probed.customer, upstream)
    told = agent.handshake("tools/call", CONNECT, session=session).json()["result"]["structuredContent"]
    assert told["status"] == "connected"


@pytest.mark.parametrize(
    ("version", "capabilities"),
    [
        ("2026-07-28", {}),
        ("2026-07-28", {"elicitation": {}}),
        ("2026-07-28", {"elicitation": {"form": {}}}),
        ("2025-11-25", {}),
        ("2025-11-25", {"elicitation": {"form": {}}}),
        ("2025-06-18", PAGES),
    ],
)
def test_others_get_the_link_as_text(
    agent: Agent, probed: Probed, version: str, capabilities: dict[str, Any]
) -> None:
    if version == "2026-07-28":
        result = agent.result("tools/call", CONNECT, capabilities=capabilities)
    else:
        session = agent.initialize(version, **capabilities)
        result = agent.handshake("tools/call", CONNECT, session=session).json()["result"]
    told = result["structuredContent"]
    (link,) = links_of(probed.customer)
    assert (told["status"], told["url"]) == ("link", connect_links.address(link))
    assert told["url"] in result["content"][0]["text"]


def test_a_call_without_an_account_offers_the_page_and_goes_on_once_it_is_connected(
    api: Api, bare: Agent, acme: Any, upstream: Upstream
) -> None:
    first = bare.result("tools/call", ECHO, capabilities=PAGES)
    assert "probe" in first["inputRequests"]["connect"]["params"]["message"].casefold()
    answered = {
        **ECHO,
        "inputResponses": {"connect": {"action": "accept"}},
        "requestState": first["requestState"],
    }
    still = bare.result("tools/call", answered, capabilities=PAGES)
    assert still["isError"] is True
    assert "call again when the person is done" in still["content"][0]["text"]
    follow(acme.customer, upstream)
    done = bare.result("tools/call", answered, capabilities=PAGES)
    assert (done["isError"], done["structuredContent"]["text"]) == (False, "hello")
    assert outcomes(api, acme.live_key) == ["ok", "not_connected", "not_connected"]


def test_a_person_who_declines_is_not_asked_in_a_circle(bare: Agent, acme: Any) -> None:
    state = bare.result("tools/call", ECHO, capabilities=PAGES)["requestState"]
    answer = {**ECHO, "inputResponses": {"connect": {"action": "decline"}}, "requestState": state}
    told = bare.result("tools/call", answer, capabilities=PAGES)
    assert told["isError"] is True
    assert "did not want to connect" in told["content"][0]["text"]
    assert connect_links.status(links_of(acme.customer)[0]) == "revoked"


def test_an_account_that_must_be_reconnected_offers_its_page_by_its_label(
    agent: Agent, probed: Probed, upstream: Upstream
) -> None:
    session = agent.initialize("2025-11-25", **PAGES)
    upstream.script.append((401, {}, {}))
    for _ in range(2):  # the platform's refusal, then Hermes' own
        error = agent.handshake("tools/call", SEND, session=session).json()["error"]
        assert error["code"] == -32042
    (link,) = links_of(probed.customer)
    assert link.account == probed.account
    upstream.script.append((200, {}, {"id": probed.customer.public_id, "name": "Probe"}))
    connect_links.use(
        link,
        lambda: connections.link(probed.customer.pk, "probe", {"token": "new"}, label=link.account),
        by=SYSTEM,
    )
    assert agent.handshake("tools/call", SEND, session=session).json()["result"]["isError"] is False


def test_what_cannot_open_pages_may_not_connect_or_is_paused_gets_the_plain_error(
    api: Api, bare: Agent, agent: Agent, acme: Any, probed: Probed
) -> None:
    plain = bare.result("tools/call", ECHO)
    assert plain["_meta"]["hermes/error"]["code"] == "not_connected"
    limited = api.post("/api/keys", acme.live_key, {"name": "reads", "scopes": ["tools:read"]}).json()
    reader = Agent(api, limited["secret"])
    assert reader.result("tools/call", ECHO, capabilities=PAGES)["isError"] is True
    assert links_of(acme.customer) == []
    connections.pause(probed.customer.pk, probed.connection)
    assert agent.result("tools/call", ECHO, capabilities=PAGES)["isError"] is True
    assert links_of(probed.customer) == []


def test_mc15_wrong_arguments_are_refused_and_make_no_link(bare: Agent, acme: Any) -> None:
    for wrong in (
        {},
        {"platform": 5},
        {"platform": ""},
        {"platform": "x" * 1_000_000},
        {"platform": "nowhere"},
        {"platform": "probe", "label": "a\u202eb"},
        {"platform": "probe", "extra": 1},
        {"platform": "probe", "account": "x"},
    ):
        answer = bare.modern("tools/call", {"name": "hermes_connect", "arguments": wrong})
        assert (answer.status_code, answer.json()["result"]["isError"]) == (200, True)
    rehearsed = bare.call("hermes_connect", platform="probe", dry_run=True)["structuredContent"]
    assert rehearsed["request"] == {"link_for": "probe", "label": None}
    assert links_of(acme.customer) == []


def test_it_is_listed_while_few_platforms_are_connected(bare: Agent, agent: Agent) -> None:
    for each in (bare, agent):
        assert "hermes_connect" in {tool["name"] for tool in each.result("tools/list")["tools"]}
