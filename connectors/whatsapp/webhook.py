"""WhatsApp's webhook: its envelope (entries, changes, messages, statuses).

Shapes Meta does not describe are kept as `OtherEvent`; one odd part never stops the parts beside it.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from connectors.kit import meta_deliveries
from connectors.kit.meta import APP_SECRET, HANDSHAKE, items, member, sign, text_of, verify
from connectors.kit.meta_deliveries import ODD, first_named, kept
from connectors.kit.webhook import InboundEvent, StatusChange, WebhookSpec
from connectors.whatsapp.inbound import Parties, instant, message

# Where a change's value keeps messages, by whom: the business's own come from its phone (coexistence).
MESSAGE_LISTS = {"messages": "in", "message_echoes": "out"}
CALLS = "calls"
# Members of a value that are read here; what else it has becomes one further event.
TOLD = frozenset({"messaging_product", "metadata", "contacts", "statuses", "history", *MESSAGE_LISTS})
_NUMBER = re.compile(rb'"phone_number_id"\s*:\s*"(\d{1,32})"')
_other = partial(kept, instant=instant)


def lane(body: bytes) -> str:
    """The phone number id the body names first, empty where its beginning names none."""
    return first_named(_NUMBER, body)


def parse(body: bytes) -> list[InboundEvent]:
    """Every event of a delivery, in its order; never raises on what it does not know."""
    return meta_deliveries.parse(body, "whatsapp_business_account", _events_of_entry)


def _events_of_entry(entry: Mapping[str, Any]) -> Iterator[InboundEvent]:
    account = text_of(entry.get("id"))
    for change in items(entry.get("changes")):
        yield from _events_of_change(account, change, entry.get("time"))


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


WEBHOOK = WebhookSpec(
    secret_setting=APP_SECRET,
    verify=verify,
    sign=sign,
    parse=parse,
    lane=lane,
    handshake=HANDSHAKE,
)
