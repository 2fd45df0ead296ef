"""What Discord posts: interactions (slash commands, buttons, forms) and events of the application.

Signed with the application's Ed25519 key over the timestamp header and the raw body (developer documentation,
"Interactions Overview"). Discord wants an answer within 3 s and switches an address off that does not refuse
bad signatures, or does not answer its pings.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from connectors.discord import reading
from connectors.discord.client import Json, items, member
from connectors.discord.credentials import DiscordCredentials
from connectors.discord.snowflakes import is_id, moment_of
from connectors.kit.credentials import Credentials
from connectors.kit.webhook import Answer, InboundEvent, InboundMessage, OtherEvent, WebhookSpec
from hermes.core import clock
from hermes.core.errors import InvalidArgument

SIGNATURE, TIMESTAMP = "x-signature-ed25519", "x-signature-timestamp"
PING, COMMAND, COMPONENT, AUTOCOMPLETE, FORM = 1, 2, 3, 4, 5
KINDS = {COMMAND: "command", COMPONENT: "button", FORM: "form"}
_JSON = "application/json"
# Ephemeral: only the person who acted sees it.
_RECEIVED = {"type": 4, "data": {"content": "Received.", "flags": 64, "allowed_mentions": {"parse": []}}}
_ANSWERS = {PING: {"type": 1}, COMPONENT: {"type": 6}, AUTOCOMPLETE: {"type": 8, "data": {"choices": []}}}
ODD = (TypeError, ValueError, AttributeError, KeyError, OverflowError)


def verify(keys: Sequence[str], headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the public keys (hex) signed the timestamp and exactly these bytes; all are tried."""
    try:
        signature = bytes.fromhex(headers.get(SIGNATURE, ""))
        signed = headers.get(TIMESTAMP, "").encode("latin-1") + body
    except ValueError:
        return False
    return len(signature) == 64 and sum(_is_signed(key, signature, signed) for key in keys) > 0


def sign(secret: str, body: bytes) -> dict[str, str]:
    """The headers of a body signed with a private key (its seed, hex)."""
    timestamp = str(int(time.time()))
    signature = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)).sign(timestamp.encode() + body)
    return {SIGNATURE: signature.hex(), TIMESTAMP: timestamp}


def key_for(secret: str) -> str:
    """The public key (hex) of a private one."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)).public_key().public_bytes_raw().hex()


def key_of(credentials: Credentials) -> str:
    """The application's public key as the customer gave it; empty where none was given."""
    return (credentials.public_key or "") if isinstance(credentials, DiscordCredentials) else ""


def answer(body: bytes) -> Answer:
    """What Discord expects: pong, that a button was seen, that a command was received, or nothing (204)."""
    delivery = _read(body)
    if _is_application_event(delivery):
        return Answer(status=204)
    told: Any = _ANSWERS.get(delivery.get("type", 0) if _is_kind(delivery) else 0, _RECEIVED)
    return Answer(body=json.dumps(told).encode(), content_type=_JSON)


def parse(body: bytes) -> list[InboundEvent]:
    """The event of a delivery, none for a ping; never raises on what it does not know."""
    delivery = _read(body)
    if not delivery:
        return [_other((), "unreadable", {"bytes": len(body)}, body)]
    application = delivery.get("application_id")
    route: tuple[str, ...] = (application,) if is_id(application) else ()
    if _is_application_event(delivery):
        return _application_event(route, delivery, body)
    if delivery.get("type") == PING or delivery.get("type") == AUTOCOMPLETE:
        return []
    try:
        return [_interaction(route, delivery)]
    except ODD:
        return [_other(route, "interaction", delivery, body)]


def _application_event(route: Sequence[str], delivery: Json, body: bytes) -> list[InboundEvent]:
    event = member(delivery, "event")
    if not event:
        return []
    kind = str(event.get("type") or "event").lower()[:60]
    return [_other(route, kind, member(event, "data"), body, at=_instant(event.get("timestamp")))]


def _interaction(route: Sequence[str], delivery: Json) -> InboundMessage:
    data, interaction_id = member(delivery, "data"), reading.needed_id(delivery, "id")
    user = member(member(delivery, "member"), "user") or member(delivery, "user")
    channel = member(delivery, "channel")
    about = member(delivery, "message").get("id")
    # The token, which may answer in the bot's name for 15 minutes, stays behind.
    return InboundMessage(
        route=route,
        upstream_id=interaction_id,
        contact=str(delivery.get("channel_id") or channel["id"]),
        contact_name=_place(channel, user),
        at=moment_of(interaction_id),
        kind=KINDS[delivery["type"]],
        text=_TEXTS[delivery["type"]](data),
        reply_to=str(about) if is_id(about) else "",
        extra={"author": reading.person(user), "interaction": {"data": data}},
    )


def _place(channel: Json, user: Json) -> str:
    name = str(channel.get("name") or "")[: reading.NAME_CHARS]
    return f"#{name}" if name else str(reading.person(user)["name"])


def _command(data: Json) -> str:
    words = [f"/{data.get('name', '')}"]
    pending = list(reversed(items(data, "options")))
    while pending:
        option = pending.pop()
        inner = items(option, "options")
        value = f":{option['value']}" if "value" in option else ""
        words.append(f"{option.get('name', '')}{value}")
        pending += reversed(inner)
    return " ".join(words)[: reading.TEXT_CHARS]


def _pressed(data: Json) -> str:
    values = data.get("values")
    chosen = ", ".join(str(v) for v in values) if isinstance(values, list) else ""
    return f"{data.get('custom_id', '')}{': ' if chosen else ''}{chosen}"[: reading.TEXT_CHARS]


def _filled_in(data: Json) -> str:
    fields, pending = [], items(data, "components")
    while pending:
        part = pending.pop(0)
        if "value" in part:
            fields.append(f"{part.get('custom_id', '')}: {part['value']}")
        inner = items(part, "components") + ([part["component"]] if member(part, "component") else [])
        pending = inner + pending
    return "\n".join(fields)[: reading.TEXT_CHARS]


_TEXTS: Mapping[int, Callable[[Json], str]] = {COMMAND: _command, COMPONENT: _pressed, FORM: _filled_in}


def _is_signed(key: str, signature: bytes, signed: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def _read(body: bytes) -> Json:
    try:
        delivery = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    return delivery if isinstance(delivery, dict) else {}


def _is_application_event(delivery: Json) -> bool:
    """Application events have an `event`; their ping is of type 0, an interaction's of type 1."""
    return "event" in delivery or (_is_kind(delivery) and delivery.get("type") == 0)


def _is_kind(delivery: Json) -> bool:
    return type(delivery.get("type")) is int


def _instant(value: Any) -> datetime | None:
    try:
        return clock.parse(value) if isinstance(value, str) else None
    except (InvalidArgument, OverflowError):
        return None


def _other(
    route: Sequence[str], kind: str, data: Json, body: bytes, *, at: datetime | None = None
) -> OtherEvent:
    return OtherEvent(route=route, kind=kind, dedupe=hashlib.sha256(body).hexdigest(), data=data, at=at)


WEBHOOK = WebhookSpec(verify=verify, sign=sign, parse=parse, key_of=key_of, key_for=key_for, answer=answer)
