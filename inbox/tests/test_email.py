"""Mail in the sandbox of a test key: it arrives by looking, is answered once, and is nobody else's."""

import asyncio
from typing import Any

import pytest

from inbox import watches, watching
from inbox.tests.posting import let_others_rest
from tests.support.api import Api

MAIL = {
    "sender": "ben@customer.example",
    "name": "Ben",
    "text": "Is it ready?",
    "content": {"subject": "Order 7"},
}


def call(api: Api, key: str, tool: str, status: int = 200, **arguments: Any) -> dict[str, Any]:
    answer = api.post(f"/api/tools/{tool}", key, arguments)
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told["data"] if status == 200 else told


def arrive(api: Api, person: Any, **event: Any) -> None:
    """A person writes, and the watch looks."""
    answer = api.post("/api/sandbox/email/inbound", person.test_key, {**MAIL, **event})
    assert (answer.status_code, answer.json()["status"]) == (202, "kept")
    watching.look_around(30)


@pytest.fixture
def watched(api: Api, acme: Any) -> Any:
    """acme, whose sandbox mailbox was looked at once."""
    let_others_rest()
    call(api, acme.test_key, "email_list_folders")
    watches.enrol()
    watching.look_around(30)
    return acme


def threads(api: Api, key: str) -> list[Any]:
    found: list[Any] = api.get("/api/inbox/threads", key).json()["threads"]
    return found


def test_new_mail_is_in_the_inbox_and_can_be_read_and_answered(api: Api, watched: Any, globex: Any) -> None:
    arrive(api, watched)
    (thread,) = threads(api, watched.test_key)
    last = thread["last_message"]
    assert (thread["contact"], thread["contact_name"], thread["unread"]) == ("ben@customer.example", "Ben", 1)
    assert last["text"] == "Order 7\n\nIs it ready?"
    assert last["untrusted"] is True
    assert threads(api, watched.live_key) == []
    assert threads(api, globex.test_key) == []
    mail_id = last["data"]["id"]
    read = call(api, watched.test_key, "email_get_message", id=mail_id)
    assert (read["content"].strip(), read["untrusted"]) == ("Is it ready?", True)
    call(api, watched.test_key, "email_reply", id=mail_id, body="Tomorrow.")
    (thread,) = threads(api, watched.test_key)
    assert (thread["last_message"]["direction"], thread["last_message"]["reply_to"]) == (
        "out",
        last["message_id"],
    )


def test_a_text_into_a_thread_answers_its_latest_mail_or_is_a_mail_of_its_own_where_that_is_gone(
    api: Api, watched: Any
) -> None:
    arrive(api, watched)
    (thread,) = threads(api, watched.test_key)
    told = call(api, watched.test_key, "hermes_send", to=thread["id"], text="Tomorrow.")
    assert told["tool"] == "email_reply"
    (sent,) = call(api, watched.test_key, "email_list_messages", folder="Sent")["messages"]
    assert (sent["subject"], sent["to"]) == ("Re: Order 7", ["Ben <ben@customer.example>"])
    call(api, watched.test_key, "email_delete", ids=[thread["last_message"]["data"]["id"]])
    again = call(api, watched.test_key, "hermes_send", to=thread["id"], text="Or today.")
    assert again["tool"] == "email_send"


def test_a_strangers_id_is_one_of_the_own_mailbox_or_unknown(api: Api, watched: Any, globex: Any) -> None:
    arrive(api, watched, content={"subject": "canary-of-acme"})
    mail_id = threads(api, watched.test_key)[0]["last_message"]["data"]["id"]
    told = call(api, globex.test_key, "email_get_message", 404, id=mail_id)
    assert told["code"] == "not_found"
    found = call(api, globex.test_key, "email_search", subject="canary-of-acme")
    assert found["messages"] == []


def test_one_key_sends_once_and_a_dry_run_never(api: Api, acme: Any) -> None:
    letter: dict[str, Any] = {"to": ["ben@customer.example"], "subject": "s", "body": "b"}
    rehearsed = call(api, acme.test_key, "email_send", **letter, dry_run=True)
    assert rehearsed["request"]["recipients"] == letter["to"]
    assert call(api, acme.test_key, "email_list_messages", folder="Sent")["messages"] == []
    first, again = (call(api, acme.test_key, "email_send", **letter, idempotency_key="k") for _ in range(2))
    assert again == first
    assert len(call(api, acme.test_key, "email_list_messages", folder="Sent")["messages"]) == 1


INNER = ("127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "::ffff:7f00:1", "100.64.0.1")
ODD = ("2130706433", "0x7f.1", "127.1", "0177.0.0.1", "mail.example.com.", "localhost:6379")


@pytest.mark.parametrize("host", [*INNER, *ODD])
@pytest.mark.parametrize("server", ["imap_host", "smtp_host"])
def test_ss01_ss02_mail_servers_inside_are_not_asked(
    api: Api, acme: Any, host: str, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = _connect(api, acme, monkeypatch, **{"imap_host": host, "smtp_host": host, server: host})
    assert refused == (422 if host in ODD else 502)


@pytest.mark.parametrize("port", ["6379", "3306", "22", "5672", "25", "443"])
def test_ss07_only_ports_of_mail_are_asked(
    api: Api, acme: Any, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _connect(api, acme, monkeypatch, imap_host="93.184.215.14", imap_port=port) == 422


def _connect(api: Api, person: Any, monkeypatch: pytest.MonkeyPatch, **given: str) -> int:
    """The status of connecting with these servers; nothing may be connected to."""
    opened: list[Any] = []

    async def open_connection(*address: Any, **_: Any) -> Any:
        opened.append(address)
        raise OSError

    monkeypatch.setattr(asyncio, "open_connection", open_connection)
    credentials = {"address": "ana@firm.example", "password": "p", "smtp_host": "smtp.firm.example", **given}
    answer = api.post("/api/connect/email", person.live_key, {"credentials": credentials})
    assert opened == []
    assert api.get("/api/connections", person.live_key).json()["connections"] == []
    return int(answer.status_code)


def test_a_text_over_any_channel_goes_out_as_mail(api: Api, acme: Any) -> None:
    call(
        api, acme.test_key, "hermes_send", to="ben@customer.example", text="Ready\nCome by.", channel="email"
    )
    (sent,) = call(api, acme.test_key, "email_list_messages", folder="Sent")["messages"]
    assert (sent["subject"], sent["to"]) == ("Ready", ["ben@customer.example"])
