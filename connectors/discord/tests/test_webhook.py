"""Interactions and application events: proved by their signature, answered as Discord wants, told on."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from connectors.discord import webhook
from connectors.discord.connector import CONNECTOR
from connectors.discord.tests.conftest import credentials_with
from connectors.kit.webhook import InboundMessage, OtherEvent

SEED = "11" * 32
KEY = webhook.key_for(SEED)
OTHER = webhook.key_for("22" * 32)
APPLICATION, CHANNEL, INTERACTION = "1096161334001844294", "1096172334001844290", "1096172334001844777"
PING = {"id": "1096172334001844294", "application_id": APPLICATION, "type": 1, "token": "t", "version": 1}


def encoded(body: Any) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


def interaction(kind: int, data: Any, **more: Any) -> dict[str, Any]:
    user = {"id": "5", "username": "ana", "global_name": "Ana"}
    return {
        "id": INTERACTION,
        "application_id": APPLICATION,
        "type": kind,
        "token": "secret-of-fifteen-minutes",
        "channel_id": CHANNEL,
        "channel": {"id": CHANNEL, "name": "general", "type": 0},
        "member": {"user": user},
        "data": data,
        "version": 1,
        **more,
    }


def event(kind: str, data: Any, type_: int = 1) -> dict[str, Any]:
    told = {"type": kind, "timestamp": "2024-10-18T18:41:21.109604", "data": data}
    return {"version": 1, "application_id": APPLICATION, "type": type_, "event": told}


def test_only_the_key_that_signed_exactly_these_bytes_is_believed() -> None:
    body = encoded(PING)
    headers = webhook.sign(SEED, body)
    assert webhook.verify([KEY], headers, body)
    assert webhook.verify([OTHER, KEY], headers, body)
    assert webhook.verify(["", "zz", KEY], headers, body)
    assert not webhook.verify([OTHER], headers, body)
    assert not webhook.verify([], headers, body)
    assert not webhook.verify([KEY], headers, body + b" ")
    assert not webhook.verify([KEY], {**headers, webhook.TIMESTAMP: "1"}, body)
    for broken in ("", "zz", "00" * 64, headers[webhook.SIGNATURE][:-2], headers[webhook.SIGNATURE] * 2):
        assert not webhook.verify([KEY], {**headers, webhook.SIGNATURE: broken}, body)


def test_a_signature_of_nothing_but_the_body_is_refused() -> None:
    body = encoded(PING)
    signature = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(SEED)).sign(body).hex()
    headers = {webhook.SIGNATURE: signature, webhook.TIMESTAMP: "1700000000"}
    assert not webhook.verify([KEY], headers, body)


def test_the_key_of_the_credentials_is_the_customers() -> None:
    assert webhook.key_of(credentials_with(public_key=KEY)) == KEY
    assert webhook.key_of(credentials_with()) == ""
    assert not webhook.verify([webhook.key_of(credentials_with())], webhook.sign(SEED, b"{}"), b"{}")


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (PING, 200, {"type": 1}),
        (interaction(3, {"custom_id": "ok"}), 200, {"type": 6}),
        (interaction(4, {"name": "x"}), 200, {"type": 8, "data": {"choices": []}}),
        ({"version": 1, "application_id": APPLICATION, "type": 0}, 204, None),
        (event("ENTITLEMENT_CREATE", {}), 204, None),
    ],
)
def test_discord_is_answered_as_it_wants(body: Any, status: int, told: Any) -> None:
    answer = webhook.answer(encoded(body))
    assert answer.status == status
    assert (json.loads(answer.body) if answer.body else None) == told


@pytest.mark.parametrize("kind", [2, 5])
def test_who_uses_a_command_or_form_alone_sees_that_it_arrived(kind: int) -> None:
    told = json.loads(webhook.answer(encoded(interaction(kind, {"name": "x"}))).body)
    assert told["type"] == 4
    assert told["data"]["flags"] == 64
    assert told["data"]["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"\xff", b'{"type":{}}', b'{"type":true}', b'{"type":99}']
)
def test_an_odd_body_has_an_answer_too(body: bytes) -> None:
    assert webhook.answer(body).status in (200, 204)


def test_pings_are_no_events() -> None:
    ping_of_events = {"version": 1, "application_id": APPLICATION, "type": 0}
    assert webhook.parse(encoded(PING)) == webhook.parse(encoded(ping_of_events)) == []


@pytest.mark.parametrize(
    ("kind", "data", "named", "text"),
    [
        (2, {"name": "help"}, "command", "/help"),
        (
            2,
            {
                "name": "order",
                "options": [
                    {"name": "show", "options": [{"name": "number", "value": 1042}]},
                    {"name": "loud", "value": True},
                ],
            },
            "command",
            "/order show number:1042 loud:True",
        ),
        (3, {"custom_id": "yes", "component_type": 2}, "button", "yes"),
        (3, {"custom_id": "size", "values": ["s", "m"]}, "button", "size: s, m"),
        (
            5,
            {
                "custom_id": "form",
                "components": [
                    {"type": 1, "components": [{"custom_id": "name", "value": "Ana"}]},
                    {"type": 18, "component": {"custom_id": "mail", "value": "a@example.com"}},
                ],
            },
            "form",
            "name: Ana\nmail: a@example.com",
        ),
    ],
)
def test_what_people_enter_and_press_becomes_a_message(kind: int, data: Any, named: str, text: str) -> None:
    body = encoded(interaction(kind, data, message={"id": "1096172334001844295"}))
    (message,) = webhook.parse(body)
    assert isinstance(message, InboundMessage)
    assert (message.kind, message.text) == (named, text)
    assert (message.contact, message.contact_name) == (CHANNEL, "#general")
    assert message.route == (APPLICATION,)
    assert message.upstream_id == INTERACTION
    assert message.reply_to == "1096172334001844295"
    assert message.extra["author"] == {"user_id": "5", "name": "Ana"}
    assert "secret-of-fifteen-minutes" not in str(message)


def test_in_a_direct_channel_the_person_gives_the_name() -> None:
    body = interaction(
        2, {"name": "x"}, channel={"id": CHANNEL, "type": 1}, user={"id": "5", "username": "ana"}
    )
    del body["member"]
    (message,) = webhook.parse(encoded(body))
    assert isinstance(message, InboundMessage)
    assert message.contact_name == "ana"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("ENTITLEMENT_CREATE", {"application_id": APPLICATION, "sku_id": "123489045643835123", "type": 4}),
        ("ENTITLEMENT_UPDATE", {"application_id": APPLICATION, "deleted": False}),
        ("ENTITLEMENT_DELETE", {"application_id": APPLICATION, "deleted": True}),
        ("LOBBY_MESSAGE_DELETE", {"id": "1402406637632884857", "lobby_id": "1402399883394285659"}),
        ("SOMETHING_NEW", {}),
    ],
)
def test_application_events_are_kept_as_they_come(name: str, data: Any) -> None:
    (kept,) = webhook.parse(encoded(event(name, data)))
    assert isinstance(kept, OtherEvent)
    assert (kept.kind, kept.data, kept.route) == (name.lower(), data, (APPLICATION,))
    assert kept.at is not None
    assert kept.at.year == 2024


@pytest.mark.parametrize(
    "body",
    [
        interaction(2, None),
        interaction(99, {}),
        interaction(2, {}, id="no id"),
        interaction(2, {"options": [{"options": 5}, 7]}, channel_id=None, channel=None),
        interaction(5, {"components": [None, {"component": 3}]}),
        {**PING, "type": True},
        {"event": 5},
        {"event": {"type": 5, "data": [], "timestamp": 7}},
    ],
)
def test_odd_shapes_are_kept_or_dropped_and_never_raise(body: Any) -> None:
    for kept in webhook.parse(encoded(body)):
        assert isinstance(kept, OtherEvent | InboundMessage)


def test_the_webhook_is_declared_with_a_door_of_its_own() -> None:
    assert CONNECTOR.webhook is not None
    assert CONNECTOR.webhook.secret_setting == ""
