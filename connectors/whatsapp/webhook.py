"""Meta's webhook: its signature and its envelope (entries, changes, messages, statuses).

Shapes Meta does not describe are kept as `OtherEvent`; one odd part never stops the parts beside it.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from connectors.kit.webhook import Handshake, InboundEvent, OtherEvent, StatusChange, WebhookSpec
from connectors.whatsapp.inbound import Parties, instant, items, member, message, text_of

SIGNATURE = "x-hub-signature-256"
# Where a change's value keeps messages, by whom: the business's own come from its phone (coexistence).
MESSAGE_LISTS = {"messages": "in", "message_echoes": "out"}
CALLS = "calls"
# Members of a value that are read here; what else it has becomes one further event.
TOLD = frozenset({"messaging_product", "metadata", "contacts", "statuses", "history", *MESSAGE_LISTS})
_NUMBER = re.compile(rb'"phone_number_id"\s*:\s*"(\d{1,32})"')
_LOOKED_AT_BYTES = 65_536
# What reading a shape nobody described can raise.
ODD = (TypeError, ValueError, AttributeError, KeyError, OverflowError)


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the secrets signed exactly these bytes; every secret is tried, in constant time."""
    given = headers.get(SIGNATURE, "").encode()
    matches = False
    for secret in secrets:
        mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        matches |= bool(secret) and hmac.compare_digest(b"sha256=" + mac.encode(), given)
    return matches


def sign(secret: str, body: bytes) -> dict[str, str]:
    """The header by which Meta signs these bytes."""
    return {SIGNATURE: "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def lane(body: bytes) -> str:
    """The phone number id the body names first, empty where its beginning names none."""
    found = _NUMBER.search(body, 0, _LOOKED_AT_BYTES)
    return found[1].decode() if found else ""


def answer(token: str, query: Mapping[str, str]) -> str | None:
    """Meta's handshake: the challenge, for who knows the verify token."""
    given = query.get("hub.verify_token", "")
    is_right = bool(token) and hmac.compare_digest(token.encode(), given.encode("utf-8", "replace"))
    return query.get("hub.challenge", "") if is_right and query.get("hub.mode") == "subscribe" else None


def parse(body: bytes) -> list[InboundEvent]:
    """Every event of a delivery, in its order; never raises on what it does not know."""
    try:
        # The standard library's reader, because half a surrogate pair must not cost the whole delivery.
        delivery = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return [_other((), "unreadable", {"bytes": len(body)}, seed=body)]
    if not isinstance(delivery, dict) or delivery.get("object") != "whatsapp_business_account":
        kind = text_of(delivery.get("object"))[:24] if isinstance(delivery, dict) else ""
        return [_other((), kind or "unreadable", delivery, seed=body)]
    events: list[InboundEvent] = []
    for entry in items(delivery.get("entry")):
        account = text_of(entry.get("id"))
        for change in items(entry.get("changes")):
            events += _events_of_change(account, change, entry.get("time"))
    return events


def _events_of_change(account: str, change: Mapping[str, Any], time: Any) -> list[InboundEvent]:
    value, field = change.get("value"), text_of(change.get("field"))
    number = text_of(member(value, "metadata").get("phone_number_id"))
    route = tuple(part for part in (number, account) if part)
    try:
        events = list(_events(route, field, value, time)) if isinstance(value, dict) else []
    except ODD:
        events = []
    return events or [_other(route, field or "unknown", value, time=time)]


def _events(route: Sequence[str], field: str, value: Mapping[str, Any], time: Any) -> Iterator[InboundEvent]:
    parties = Parties(value)
    for name, direction in MESSAGE_LISTS.items():
        for raw in items(value.get(name)):
            yield _or_kept(route, name, raw, partial(message, route, raw, parties, direction))
    for part in items(value.get("history")):
        yield from _history(route, part, parties)
    for raw in items(value.get("statuses")):
        if field == CALLS:
            yield _other(route, "call_status", raw)
        else:
            yield _or_kept(route, "statuses", raw, partial(_status, route, raw, parties))
    rest = {name: part for name, part in value.items() if name not in TOLD}
    if rest:
        yield _other(route, field or "unknown", rest, time=time)


def _or_kept(
    route: Sequence[str], kind: str, raw: Mapping[str, Any], read: Callable[[], InboundEvent]
) -> InboundEvent:
    try:
        return read()
    except ODD:
        return _other(route, kind, raw)


def _history(route: Sequence[str], part: Mapping[str, Any], parties: Parties) -> Iterator[InboundEvent]:
    """Messages from before the number was linked; who wrote is told by the sender's number."""
    if items(part.get("errors")):
        yield _other(route, "history", part)
    for thread in items(part.get("threads")):
        contact = text_of(thread.get("id"))
        for raw in items(thread.get("messages")):
            direction = "in" if text_of(raw.get("from")) == contact else "out"
            told = {"to": contact, **raw, "is_history": True}
            yield _or_kept(route, "history", raw, partial(message, route, told, parties, direction))


def _status(route: Sequence[str], raw: Mapping[str, Any], parties: Parties) -> StatusChange:
    error = next(iter(items(raw.get("errors"))), None)
    return StatusChange(
        route=route,
        upstream_id=_needed(raw, "id"),
        status=_needed(raw, "status").lower(),
        at=instant(raw.get("timestamp")),
        contact=parties.contact(raw, "recipient"),
        error=_error(error) if error else None,
        call_token=text_of(raw.get("biz_opaque_callback_data")),
    )


def _error(error: Mapping[str, Any]) -> dict[str, Any]:
    told = {
        "code": error.get("code"),
        "title": text_of(error.get("title") or error.get("message")),
        "details": text_of(member(error, "error_data").get("details")),
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


def _needed(raw: Mapping[str, Any], name: str) -> str:
    value = text_of(raw.get(name))
    if not value:
        raise ValueError(name)
    return value


def _other(
    route: Sequence[str], kind: str, data: Any, *, time: Any = None, seed: bytes | None = None
) -> OtherEvent:
    kept = data if isinstance(data, dict) else {"value": data}
    basis = seed if seed is not None else json.dumps([*route, kind, kept, time], sort_keys=True).encode()
    at: datetime | None
    try:
        at = instant(time)
    except ValueError:
        at = None
    return OtherEvent(route=route, kind=kind[:60], dedupe=hashlib.sha256(basis).hexdigest(), data=kept, at=at)


WEBHOOK = WebhookSpec(
    secret_setting="META_APP_SECRET",  # noqa: S106  (a setting's name)
    verify=verify,
    sign=sign,
    parse=parse,
    lane=lane,
    handshake=Handshake(token_setting="META_VERIFY_TOKEN", answer=answer),  # noqa: S106  (a setting's name)
)
