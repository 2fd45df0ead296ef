"""What X posts: events of its Activity API, signed with the consumer secret of the operator's app.

docs.x.com, "V2 Webhooks API" and "X Activity API": the signature is the base64 HMAC-SHA256 of the raw body;
X checks the address by GET with a `crc_token` that is to be answered signed with the same secret.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.kit.webhook import Answer, Handshake, InboundEvent, InboundMessage, OtherEvent, WebhookSpec
from connectors.twitter import reading
from connectors.twitter.client import Json, is_id, items, member
from connectors.twitter.inbound import post_message
from hermes.core import clock
from hermes.core.errors import InvalidArgument

SIGNATURE = "x-twitter-webhooks-signature"
SETTING = "TWITTER_CONSUMER_SECRET"
POSTS = frozenset({"post.mention.create", "post.reply.create", "post.quote.create"})
MESSAGES = frozenset({"dm.received", "dm.sent"})
LIMIT_TOKEN_CHARS = 1_000
_USER = re.compile(rb'"filter"\s*:\s*\{[^{}]{0,200}?"user_id"\s*:\s*"(\d{1,19})"')
_LOOKED_AT_BYTES = 65_536
ODD = (TypeError, ValueError, AttributeError, KeyError, OverflowError, InvalidArgument)


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the secrets signed exactly these bytes; every secret is tried, in constant time."""
    given = headers.get(SIGNATURE, "").encode()
    matches = False
    for secret in secrets:
        matches |= bool(secret) and hmac.compare_digest(_signature(secret, body).encode(), given)
    return matches


def sign(secret: str, body: bytes) -> dict[str, str]:
    """The header by which X signs these bytes."""
    return {SIGNATURE: _signature(secret, body)}


def answer(secret: str, query: Mapping[str, str]) -> Answer | None:
    """X's check of the address: its token, signed; None where no secret is set or no token given."""
    token = query.get("crc_token", "")
    if not secret or not 0 < len(token) <= LIMIT_TOKEN_CHARS:
        return None
    signed = _signature(secret, token.encode("utf-8", "replace"))
    return Answer(body=json.dumps({"response_token": signed}).encode(), content_type="application/json")


def lane(body: bytes) -> str:
    """The account whose subscription the event is of, empty where its beginning names none."""
    found = _USER.search(body, 0, _LOOKED_AT_BYTES)
    return found[1].decode() if found else ""


def parse(body: bytes) -> list[InboundEvent]:
    """The events of a delivery; never raises on what it does not know."""
    try:
        delivery = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        delivery = None
    data = member(delivery, "data")
    if not data:
        kept = delivery if isinstance(delivery, dict) else {"bytes": len(body)}
        return [_other((), "unreadable", kept, body)]
    me: Any = member(data, "filter").get("user_id")
    route: tuple[str, ...] = (me,) if is_id(me) else ()
    kind = str(data.get("event_type") or "unknown")[:60]
    try:
        return list(_events(route, kind, data)) or [_other(route, kind, data, body)]
    except ODD:
        return [_other(route, kind, data, body)]


def _events(route: Sequence[str], kind: str, data: Json) -> list[InboundMessage]:
    payload = member(data, "payload")
    if kind in POSTS and route:
        included = reading.Included(data)
        return [post_message(payload, included, me=route[0], route=route)]
    if kind in MESSAGES and route:
        people = member(payload, "users")
        return [_message(route, raw, people) for raw in items(payload, "direct_message_events")]
    return []


def _message(route: Sequence[str], raw: Json, people: Json) -> InboundMessage:
    told, me = raw["message_create"], route[0]
    sender, recipient = told["sender_id"], member(told, "target").get("recipient_id")
    contact = str(recipient if sender == me else sender)
    if not is_id(contact) or not is_id(raw.get("id")):
        raise ValueError("nobody is named")
    data = member(told, "message_data")
    name = reading.name_of(member(member(people, contact), "data"), "username")
    media = member(member(data, "attachment"), "media")
    return InboundMessage(
        route=route,
        upstream_id=raw["id"],
        contact=contact,
        contact_name=f"@{name}" if name else "",
        at=datetime.fromtimestamp(int(raw["created_timestamp"]) / 1000, UTC),
        kind="text" if not media else "image",
        text=str(data.get("text") or ""),
        direction="out" if sender == me else "in",
        extra={"media": reading.name_of(media, "type") or "media"} if media else {},
    )


def _other(route: Sequence[str], kind: str, data: Json, body: bytes) -> OtherEvent:
    uuid = data.get("event_uuid")
    basis = f"{kind}\n{uuid}".encode() if isinstance(uuid, str) else body
    payload = member(data, "payload")
    return OtherEvent(
        route=route,
        kind=kind,
        dedupe=hashlib.sha256(basis).hexdigest(),
        data={name: part for name, part in data.items() if name != "includes"},
        at=_instant(payload.get("created_at")),
    )


def _instant(value: Any) -> datetime | None:
    try:
        return clock.parse(value) if isinstance(value, str) else None
    except (InvalidArgument, OverflowError):
        return None


def _signature(secret: str, signed: bytes) -> str:
    mac = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return "sha256=" + base64.b64encode(mac).decode()


WEBHOOK = WebhookSpec(
    secret_setting=SETTING,
    verify=verify,
    sign=sign,
    parse=parse,
    lane=lane,
    handshake=Handshake(token_setting=SETTING, answer=answer),
)
