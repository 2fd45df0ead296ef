"""What Meta's platforms post: one envelope, read as far as Meta describes it, the rest kept as it came."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.kit.meta import items, text_of
from connectors.kit.webhook import InboundEvent, OtherEvent

# What reading a shape nobody described can raise.
ODD = (TypeError, ValueError, AttributeError, KeyError, OverflowError)
_LOOKED_AT_BYTES = 65_536


def first_named(pattern: re.Pattern[bytes], body: bytes) -> str:
    """The id the pattern finds first, empty where the body's beginning names none."""
    found = pattern.search(body, 0, _LOOKED_AT_BYTES)
    return found[1].decode() if found else ""


def parse(
    body: bytes, about: str, events_of: Callable[[Mapping[str, Any]], Iterable[InboundEvent]]
) -> list[InboundEvent]:
    """Every event of a delivery whose `object` is `about`, entry by entry, in its order.

    Never raises on what it does not know; `events_of` one entry must not either.
    """
    try:
        # The standard library's reader, because half a surrogate pair must not cost the whole delivery.
        delivery = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return [kept((), "unreadable", {"bytes": len(body)}, seed=body)]
    if not isinstance(delivery, dict) or delivery.get("object") != about:
        kind = text_of(delivery.get("object"))[:24] if isinstance(delivery, dict) else ""
        return [kept((), kind or "unreadable", delivery, seed=body)]
    return [event for entry in items(delivery.get("entry")) for event in events_of(entry)]


def kept(
    route: Sequence[str],
    kind: str,
    data: Any,
    *,
    time: Any = None,
    instant: Callable[[Any], datetime] | None = None,
    seed: bytes | None = None,
) -> OtherEvent:
    """What nobody described, as it came. `instant` reads `time` (ValueError: it is none); the same data of
    the same time, or the same `seed`, is one event.
    """
    told = data if isinstance(data, dict) else {"value": data}
    basis = seed if seed is not None else json.dumps([*route, kind, told, time], sort_keys=True).encode()
    try:
        at = instant(time) if instant else None
    except ValueError:
        at = None
    return OtherEvent(route=route, kind=kind[:60], dedupe=hashlib.sha256(basis).hexdigest(), data=told, at=at)
