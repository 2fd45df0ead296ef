"""What the management paths do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hermes.core import clock
from inbox.models import Message, Thread
from tenants import connections
from tests.support.api import Api
from tests.support.probed import Probed
from tests.support.upstream import Upstream

CREDENTIALS = {"token": "token-canary"}


def pages(api: Api, key: str, path: str, member: str) -> list[dict[str, Any]]:
    """All rows of a list, read one by one."""
    rows: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = api.get(f"{path}{'&' if '?' in path else '?'}limit=1&cursor={cursor}", key).json()
        assert len(page[member]) <= 1
        rows += page[member]
        cursor = page.get("next_cursor")
    return rows


def test_an_account_is_connected_read_renamed_paused_resumed_and_disconnected(
    api: Api, acme: Any, upstream: Upstream
) -> None:
    upstream.script.append((200, {}, {"id": acme.customer.public_id, "name": "Support line"}))
    made = api.post("/api/connect/probe", acme.live_key, {"credentials": CREDENTIALS})
    assert made.status_code == 201, made.text
    connection = made.json()["connection"]
    assert (connection["platform"], connection["account"]) == ("probe", "Support line")
    assert (connection["mode"], connection["status"]) == ("live", "active")
    assert connection["identity"]["label"] == "Support line"
    path = f"/api/connections/{connection['id']}"
    assert api.get(path, acme.live_key).json() == {"connection": connection}
    changed = api.request("PATCH", path, acme.live_key, json={"label": "Desk", "status": "paused"}).json()
    assert (changed["connection"]["account"], changed["connection"]["status"]) == ("Desk", "paused")
    assert api.post("/api/tools/probe_echo", acme.live_key, {"text": "x"}).status_code == 409
    resumed = api.request("PATCH", path, acme.live_key, json={"status": "active"}).json()
    assert resumed["connection"]["status"] == "active"
    ended = api.request("DELETE", path, acme.live_key).json()
    assert ended["connection"]["status"] == "revoked"
    assert ended["detail"]
    assert api.get("/api/connections", acme.live_key).json() == {"connections": [], "next_cursor": None}
    again = api.request("DELETE", path, acme.live_key)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize("refusal", [401, 403])
def test_a_credential_that_the_platform_refuses_is_a_422_and_not_saved(
    api: Api, acme: Any, upstream: Upstream, refusal: int
) -> None:
    upstream.script.append((refusal, {}, {}))
    answer = api.post("/api/connect/probe", acme.live_key, {"credentials": CREDENTIALS})
    assert (answer.status_code, answer.json()["code"]) == (422, "platform_rejected")
    assert api.get("/api/connections", acme.live_key).json()["connections"] == []


@pytest.mark.parametrize("given", [{}, {"token": ""}, {"token": 5}, {"token": "t", "extra": "x"}])
def test_a_credential_that_is_no_such_is_named_and_the_platform_not_asked(
    api: Api, acme: Any, upstream: Upstream, given: dict[str, Any]
) -> None:
    answer = api.post("/api/connect/probe", acme.live_key, {"credentials": given})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_argument")
    assert upstream.asked == []


def test_an_account_connected_without_a_check_waits_until_it_is_verified(
    api: Api, acme: Any, upstream: Upstream
) -> None:
    made = api.post(
        "/api/connect/probe", acme.live_key, {"credentials": CREDENTIALS, "label": "Desk", "verify": False}
    ).json()["connection"]
    assert (made["status"], made["account"], made["verified_at"]) == ("pending", "Desk", None)
    assert upstream.asked == []
    upstream.script.append((200, {}, {"id": acme.customer.public_id, "name": "Support line"}))
    verified = api.post(f"/api/connections/{made['id']}/verify", acme.live_key).json()["connection"]
    assert verified["status"] == "active"
    assert verified["verified_at"] is not None


def test_a_live_key_connects_no_sandbox_account(api: Api, acme: Any) -> None:
    answer = api.post("/api/connect/probe", acme.live_key, {"credentials": CREDENTIALS, "mode": "sandbox"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_no_answer_shows_a_credential(api: Api, acme: Any, upstream: Upstream) -> None:
    """AU12, CR06"""
    upstream.script.append((200, {}, {"id": acme.customer.public_id, "name": "n"}))
    made = api.post("/api/connect/probe", acme.live_key, {"credentials": CREDENTIALS})
    issued = api.post("/api/keys", acme.live_key, {"name": "second"}).json()
    api.post(f"/api/keys/{issued['key']['id']}/rotate", acme.live_key)
    shown = [
        api.get(f"/api/{path}", acme.live_key).text for path in ("connections", "keys", "audit", "usage")
    ]
    for text in (made.text, *shown):
        assert "token-canary" not in text
        assert issued["secret"] not in text
        assert acme.live_key not in text


def test_a_key_is_issued_with_its_limits_listed_rotated_and_revoked(api: Api, acme: Any) -> None:
    wanted = {
        "name": "office",
        "scopes": ["tools:read", "tools:write"],
        "tools": ["probe_echo"],
        "profile": "full",
        "addresses": ["127.0.0.1", "10.0.0.0/8"],
        "expires_at": clock.iso(clock.now() + timedelta(days=2)),
    }
    issued = api.post("/api/keys", acme.live_key, wanted)
    assert issued.status_code == 201, issued.text
    key = issued.json()["key"]
    assert {name: key[name] for name in wanted} == {**wanted, "addresses": ["127.0.0.1/32", "10.0.0.0/8"]}
    assert key["mode"] == "live"
    assert issued.json()["secret"].startswith(key["hint"].partition("…")[0])
    assert key in api.get("/api/keys", acme.live_key).json()["keys"]
    rotated = api.post(f"/api/keys/{key['id']}/rotate", acme.live_key, {"overlap_s": 60})
    assert rotated.status_code == 201
    successor = rotated.json()["key"]
    listed = {row["id"]: row for row in api.get("/api/keys", acme.live_key).json()["keys"]}
    assert listed[key["id"]]["replaced_by"] == successor["id"]
    assert api.get("/api/connections", issued.json()["secret"]).status_code == 200
    assert api.get("/api/connections", rotated.json()["secret"]).status_code == 200
    revoked = api.request("DELETE", f"/api/keys/{successor['id']}", acme.live_key).json()["key"]
    assert revoked["revoked_at"] is not None
    assert api.get("/api/connections", rotated.json()["secret"]).status_code == 401


def test_a_keys_mode_is_by_default_that_of_the_key_in_use(api: Api, acme: Any) -> None:
    assert api.post("/api/keys", acme.test_key, {"name": "n"}).json()["key"]["mode"] == "test"


def test_lists_are_read_page_by_page_without_gap_or_repeat(api: Api, acme: Any, upstream: Upstream) -> None:
    for number in range(3):
        upstream.script.append((200, {}, {"id": f"{acme.customer.public_id}-{number}", "name": f"n{number}"}))
        made = api.post("/api/connect/probe", acme.live_key, {"credentials": {"token": f"t{number}"}})
        assert made.status_code == 201
        api.post("/api/keys", acme.live_key, {"name": f"key {number}"})
    accounts = [row["account"] for row in pages(api, acme.live_key, "/api/connections", "connections")]
    assert accounts == ["n0", "n1", "n2"]
    names = [row["name"] for row in pages(api, acme.live_key, "/api/keys", "keys")]
    assert names[:3] == ["key 2", "key 1", "key 0"]
    actions = [row["action"] for row in pages(api, acme.live_key, "/api/audit", "entries")]
    assert actions[:2] == ["key.issued", "connection.linked"]
    assert len(actions) == len(api.get("/api/audit?limit=100", acme.live_key).json()["entries"])


def test_the_trail_is_filtered(api: Api, probed: Probed) -> None:
    api.post("/api/tools/probe_echo", probed.key, {"text": "x"})
    calls = api.get("/api/audit?action=tool.call&tool=probe_echo&outcome=ok", probed.key).json()["entries"]
    assert [entry["tool"] for entry in calls] == ["probe_echo"]
    assert calls[0]["connection"] == probed.connection
    later = clock.iso(clock.now() + timedelta(hours=1))
    assert api.get(f"/api/audit?since={later}", probed.key).json()["entries"] == []
    assert len(api.get(f"/api/audit?until={later}", probed.key).json()["entries"]) >= 2


def test_usage_is_that_of_the_keys_mode(api: Api, probed: Probed) -> None:
    before = api.get("/api/usage", probed.key).json()
    api.post("/api/tools/probe_echo", probed.key, {"text": "x"})
    after = api.get("/api/usage", probed.key).json()
    assert after == {**before, "used": before["used"] + 1, "left": before["left"] - 1}
    assert after["mode"] == "live"


def test_tools_are_those_of_the_key(api: Api, probed: Probed) -> None:
    tools = {tool["name"]: tool for tool in api.get("/api/tools", probed.key).json()["tools"]}
    assert tools["probe_echo"]["platform"] == "probe"
    assert tools["probe_echo"]["annotations"]["readOnlyHint"] is True
    assert "text" in tools["probe_echo"]["input_schema"]["properties"]
    reader = api.post("/api/keys", probed.key, {"name": "r", "scopes": ["tools:read"]}).json()["secret"]
    named = [tool["name"] for tool in api.get("/api/tools", reader).json()["tools"]]
    assert "probe_echo" in named
    assert "probe_send" not in named
    assert named == sorted(named)


@pytest.fixture
def conversation(probed: Probed) -> str:
    """Three messages with one contact."""
    connection = connections.get(probed.customer.pk, probed.connection)
    thread = Thread(
        customer=probed.customer,
        connection=connection,
        contact="4917",
        contact_name="Ada",
        last_at=clock.now(),
    )
    thread.save()
    for number in range(3):
        Message(
            customer=probed.customer,
            connection=connection,
            thread=thread,
            upstream_id=f"m{number}",
            direction="in",
            kind="text",
            text=f"text {number}",
            at=clock.now() + timedelta(seconds=number),
        ).save()
    return thread.public_id


def test_conversations_are_listed_and_read(api: Api, probed: Probed, conversation: str) -> None:
    [thread] = api.get(f"/api/inbox/threads?connection={probed.connection}", probed.key).json()["threads"]
    assert (thread["id"], thread["contact_name"], thread["platform"]) == (conversation, "Ada", "probe")
    path = f"/api/inbox/threads/{conversation}/messages"
    assert api.get(path, probed.key).json()["thread"]["id"] == conversation
    texts = [message["text"] for message in pages(api, probed.key, path, "messages")]
    assert texts == ["text 2", "text 1", "text 0"]
    assert api.get("/api/inbox/threads?unread=true", probed.key).json()["threads"] == []


def test_a_disconnected_accounts_conversations_are_shown_no_more(
    api: Api, probed: Probed, conversation: str
) -> None:
    api.request("DELETE", f"/api/connections/{probed.connection}", probed.key)
    assert api.get("/api/inbox/threads", probed.key).json()["threads"] == []
    assert api.get(f"/api/inbox/threads/{conversation}/messages", probed.key).status_code == 404


def test_more_requests_a_minute_than_management_takes_are_told_when_to_come_again(
    api: Api, connect: Callable[..., Probed], monkeypatch: pytest.MonkeyPatch
) -> None:
    from hermes.core.limits import Bucket
    from mcp_gateway.rest import authentication

    probed = connect()
    monkeypatch.setattr(authentication, "REQUESTS", Bucket("manage-test", capacity=3, per_minute=6))
    answers = [api.get("/api/usage", probed.key) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 10
