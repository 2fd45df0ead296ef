"""A sandbox bot's whole way: people write, agents read, wait and answer."""

import asyncio
from typing import Any

import pytest

from audit.models import AuditEntry
from inbox.models import Message
from inbox.tests.telegram import CHAT, call, settle
from tenants import connections, credentials as vault, keys
from tenants.models import Connection
from tests.support.api import Api
from tests.support.surfaces import SURFACES


@pytest.fixture
def sandbox(acme: Any) -> str:
    """The public id of acme's sandbox bot."""
    keys.load_principal(acme.test_key)
    return str(connections.listed(acme.customer.pk, mode="test").get(platform="telegram").public_id)


def hear(api: Api, key: str, sandbox: str, **event: Any) -> None:
    """A person does something in the sandbox."""
    answer = api.post("/api/sandbox/telegram/inbound", key, {"sender": str(CHAT), "name": "Ann", **event})
    assert answer.status_code == 202, answer.text
    assert set(settle(sandbox)) == {"done"}


def test_a_test_key_reads_what_people_write_and_reading_uses_nothing_up(
    api: Api, acme: Any, sandbox: str
) -> None:
    hear(api, acme.test_key, sandbox, text="Where is my order?")
    sent = call(api, acme.test_key, "telegram_send_message", chat_id=str(CHAT), text="On its way.")
    hear(api, acme.test_key, sandbox, text="y", kind="callback", reply_to=sent["message_id"])
    (chat,) = call(api, acme.test_key, "telegram_list_chats")["conversations"]
    assert (chat["contact"], chat["contact_name"], chat["unread"]) == (str(CHAT), "Ann", 2)
    read: list[dict[str, Any]] = []
    for _ in range(2):
        read = call(api, acme.test_key, "telegram_get_messages", chat_id=str(CHAT))["messages"]
        assert sorted((m["direction"], m["kind"], m["text"]) for m in read) == [
            ("in", "callback", "y"),
            ("in", "text", "Where is my order?"),
            ("out", "text", "On its way."),
        ]
    pressed = next(m for m in read if m["kind"] == "callback")["data"]["callback_id"]
    assert call(api, acme.test_key, "telegram_answer_callback", callback_id=pressed)["done"]


def test_a_group_and_the_person_whose_id_has_the_same_digits_are_two_chats(
    api: Api, acme: Any, sandbox: str
) -> None:
    hear(api, acme.test_key, sandbox, sender="-1001000000001", text="in the group")
    hear(api, acme.test_key, sandbox, sender="1001000000001", text="in private")
    for chat, text in (("-1001000000001", "in the group"), ("1001000000001", "in private")):
        (message,) = call(api, acme.test_key, "telegram_get_messages", chat_id=chat)["messages"]
        assert message["text"] == text


def test_who_waits_is_told_at_once_and_misses_nothing(api: Api, acme: Any, sandbox: str) -> None:
    def wait(**more: Any) -> dict[str, Any]:
        return call(api, acme.test_key, "telegram_wait_for_message", chat_id=str(CHAT), **more)

    began = wait(timeout=0)
    assert (began["timed_out"], began["messages"]) == (True, [])
    hear(api, acme.test_key, sandbox, text="one")
    hear(api, acme.test_key, sandbox, text="elsewhere", sender="987654321")
    hear(api, acme.test_key, sandbox, text="two")
    found = wait(timeout=20, from_cursor=began["cursor"])
    assert [m["text"] for m in found["messages"]] == ["one", "two"]
    assert wait(timeout=0, from_cursor=found["cursor"])["messages"] == []
    told = SURFACES["rest"](api, acme.test_key, "telegram_wait_for_message", {"from_cursor": "nonsense"})
    assert told.code == "invalid_argument"


def test_a_message_ends_the_waiting(api: Api, acme: Any, sandbox: str) -> None:
    async def play() -> Any:
        body = {"timeout": 25}
        headers = {"Authorization": f"Bearer {acme.test_key}"}
        waiting = asyncio.ensure_future(
            api._client.post("/api/tools/telegram_wait_for_message", json=body, headers=headers)
        )
        while not waiting.done():
            event = {"sender": str(CHAT), "text": "now"}
            await api._client.post("/api/sandbox/telegram/inbound", json=event, headers=headers)
            await asyncio.to_thread(settle, sandbox)
            await asyncio.sleep(0.2)
        return (await waiting).json()

    found = api.run(play(), 60)
    assert found["data"]["messages"][0]["text"] == "now"


def test_the_stranger_sees_nothing_of_it(api: Api, acme: Any, globex: Any, sandbox: str) -> None:
    hear(api, acme.test_key, sandbox, text="private words")
    for tool, arguments in (
        ("telegram_list_chats", {}),
        ("telegram_get_messages", {"chat_id": str(CHAT)}),
        ("telegram_wait_for_message", {"timeout": 0}),
    ):
        told = SURFACES["rest"](api, globex.test_key, tool, arguments)
        assert "private words" not in told.response.text


@pytest.mark.usefixtures("sandbox")
def test_a_dry_run_shows_the_request_without_the_token(api: Api, acme: Any) -> None:
    token = _token_of(acme)
    told = SURFACES["rest"](
        api, acme.test_key, "telegram_send_message", {"chat_id": "40301", "text": "x", "dry_run": True}
    )
    assert told.code == "ok"
    assert "sendMessage" in told.response.text
    assert token not in told.response.text


@pytest.mark.parametrize(
    ("chat", "code"),
    [
        ("40001", "recipient_unreachable"),
        ("40002", "not_allowed_by_platform"),
        ("40003", "recipient_unreachable"),
        ("40301", "recipient_unreachable"),
        ("40305", "not_allowed_by_platform"),
        ("42901", "rate_limited"),
        ("50001", "platform_unavailable"),
        ("50201", "outcome_unknown"),
        ("50402", "outcome_unknown"),
        ("40101", "needs_reauth"),
    ],
)
def test_each_trouble_of_the_sandbox_has_its_code(api: Api, acme: Any, chat: str, code: str) -> None:
    told = SURFACES["rest"](api, acme.test_key, "telegram_send_message", {"chat_id": chat, "text": "x"})
    assert told.code == code
    again = connections.listed(acme.customer.pk, mode="test").get(platform="telegram")
    assert again.status == ("needs_reauth" if code == "needs_reauth" else "active")


def test_a_key_of_idempotency_sends_once(api: Api, acme: Any) -> None:
    send = {"chat_id": str(CHAT), "text": "once", "idempotency_key": "k1"}
    ids = {call(api, acme.test_key, "telegram_send_message", **send)["message_id"] for _ in range(3)}
    assert len(ids) == 1
    assert Message.objects.of(acme.customer).filter(text="once").count() == 1


@pytest.mark.parametrize(
    ("token", "status"),
    [("123456789:AA_SANDBOX_REVOKED_000000000000000000", 422), ("not a token", 422)],
)
def test_a_wrong_token_saves_nothing(api: Api, acme: Any, token: str, status: int) -> None:
    credentials = {"credentials": {"bot_token": token}, "label": "wrong"}
    answer = api.post("/api/connect/telegram", acme.test_key, credentials)
    assert answer.status_code == status
    assert token not in answer.text
    assert not Connection.objects.of(acme.customer).filter(account="wrong").exists()


def test_no_audit_entry_has_the_token(api: Api, acme: Any) -> None:
    for chat in (str(CHAT), "40301", "50402"):
        SURFACES["rest"](
            api, acme.test_key, "telegram_send_message", {"chat_id": chat, "text": "secret words"}
        )
    entries = repr(list(AuditEntry.objects.filter(customer=acme.customer).values()))
    assert "telegram_send_message" in entries
    assert _token_of(acme) not in entries
    assert "secret words" not in entries


def _token_of(person: Any) -> str:
    connection = connections.listed(person.customer.pk, mode="test").get(platform="telegram")
    return str(vault.of_connection(connection).dump()["bot_token"])
