"""The probe's webhook: a door for each connection, keys made by Hermes or held by the credentials."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from connectors.kit.context import ToolContext
from connectors.kit.secret import Secret
from connectors.kit.webhook import Answer, InboundEvent, InboundMessage, Registration, WebhookSpec

SIGNATURE = "x-probe-signature"
Asking = Callable[..., Awaitable[Any]]


def sign(secret: str, body: bytes) -> dict[str, str]:
    """The header that proves these bytes."""
    return {SIGNATURE: hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def verify(keys: Sequence[str], headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the keys signed the bytes."""
    given = headers.get(SIGNATURE, "")
    return any(hmac.compare_digest(sign(key, body)[SIGNATURE], given) for key in keys)


def parse(body: bytes) -> list[InboundEvent]:
    """A message for each member of the list `messages`; `account` is its route where it has one."""
    try:
        messages = msgspec.json.decode(body)["messages"]
    except (msgspec.DecodeError, KeyError, TypeError):
        return []
    at = datetime(2026, 11, 22, 10, tzinfo=UTC)
    return [
        InboundMessage(
            route=[m["account"]] if "account" in m else [],
            upstream_id=m["id"],
            contact=m["from"],
            at=at,
            kind="text",
            text=m["text"],
        )
        for m in messages
    ]


def answer(body: bytes) -> Answer:
    """A ping wants a pong."""
    return Answer(body=b'{"type":"pong"}', content_type="application/json") if b'"ping"' in body else Answer()


def webhook(request: Asking) -> WebhookSpec:
    """The probe's webhook, told to the platform by `request(ctx, method, path, **body)`."""

    async def add(ctx: ToolContext, address: str, secret: Secret) -> None:
        await request(ctx, "PUT", "/webhook", json={"address": address, "secret": secret.reveal()})

    async def remove(ctx: ToolContext, address: str) -> None:
        await request(ctx, "DELETE", "/webhook", json={"address": address})

    return WebhookSpec(
        verify=verify,
        sign=sign,
        parse=parse,
        key_of=lambda credentials: f"key of {credentials.dump()['token']}",
        answer=answer,
        registration=Registration(add=add, remove=remove),
    )
