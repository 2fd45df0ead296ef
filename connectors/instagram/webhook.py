"""Instagram's webhook: its envelope (entries, messages, changes) and the account's subscription to it.

Shapes Meta does not describe are kept as `OtherEvent`; one odd part never stops the parts beside it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from connectors.instagram.client import ME, MESSAGES, Instagram
from connectors.instagram.inbound import comment, event_of, instant, mention
from connectors.kit import meta_deliveries
from connectors.kit.context import ToolContext
from connectors.kit.meta import APP_SECRET, HANDSHAKE, items, sign, text_of, verify
from connectors.kit.meta_deliveries import ODD, first_named, kept
from connectors.kit.secret import Secret
from connectors.kit.webhook import InboundEvent, Registration, WebhookSpec

# What the account has the app told. Fields the app itself is not subscribed to stay silent.
SUBSCRIBED = (
    "messages",
    "messaging_postbacks",
    "messaging_seen",
    "message_reactions",
    "message_edit",
    "comments",
    "live_comments",
    "mentions",
)
_CHANGES = {"comments": comment, "live_comments": comment, "mentions": mention}
_ACCOUNT = re.compile(rb'"entry"\s*:\s*\[\s*\{(?:\s*"time"\s*:\s*\d+\s*,)?\s*"id"\s*:\s*"(\d{1,32})"')
_other = partial(kept, instant=instant)


def lane(body: bytes) -> str:
    """The account the body names first, empty where its beginning names none."""
    return first_named(_ACCOUNT, body)


def parse(body: bytes) -> list[InboundEvent]:
    """Every event of a delivery, in its order; never raises on what it does not know."""
    return meta_deliveries.parse(body, "instagram", _events_of_entry)


def _events_of_entry(entry: Mapping[str, Any]) -> Iterator[InboundEvent]:
    account, time = text_of(entry.get("id")), entry.get("time")
    route = (account,) if account else ()
    for name in ("messaging", "standby"):
        for raw in items(entry.get(name)):
            yield _message(route, name, raw)
    for change in items(entry.get("changes")):
        field, value = text_of(change.get("field")) or "unknown", change.get("value")
        read = _CHANGES.get(field)
        try:
            if read is not None and isinstance(value, dict):
                yield read(route, value, time)
                continue
        except ODD:
            pass
        # Meta's test button posts messages as changes.
        if read is None and isinstance(value, dict) and "sender" in value:
            yield _message(route, field, value)
        else:
            yield _other(route, field, value, time=time)


def _message(route: Sequence[str], name: str, raw: Mapping[str, Any]) -> InboundEvent:
    """What one item of `messaging` says; what another app is to answer (`standby`) is kept as it came."""
    try:
        event = event_of(route, raw) if name != "standby" else None
    except ODD:
        event = None
    return event or _other(route, _kind_of(name, raw), raw, time=raw.get("timestamp"))


def _kind_of(name: str, raw: Mapping[str, Any]) -> str:
    told = [part for part in raw if part not in ("sender", "recipient", "timestamp")]
    return told[0] if name == "messaging" and told else name


async def _subscribe(ctx: ToolContext, address: str, secret: Secret) -> None:  # noqa: ARG001  (the app's own)
    """The address and the secret are the app's, set at Meta; an account only says that the app is told."""
    await Instagram(ctx).post(f"{ME}/subscribed_apps", {"subscribed_fields": list(SUBSCRIBED)}, need=MESSAGES)


async def _unsubscribe(ctx: ToolContext, address: str) -> None:  # noqa: ARG001
    await Instagram(ctx).delete(f"{ME}/subscribed_apps", need=MESSAGES)


WEBHOOK = WebhookSpec(
    secret_setting=APP_SECRET,
    verify=verify,
    sign=sign,
    parse=parse,
    lane=lane,
    handshake=HANDSHAKE,
    registration=Registration(add=_subscribe, remove=_unsubscribe),
)
