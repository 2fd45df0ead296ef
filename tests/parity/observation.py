"""All that a call leaves: its answer, its entry in the audit trail, what it cost, what was asked of whom."""

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Any

from audit import trail
from billing import subscriptions
from tests.parity.conftest import CALL_TOKEN, shown
from tests.support.api import Api
from tests.support.surfaces import SURFACES
from tests.support.tenants import Tenant, World

# What holds the time it was made at: cursors and links to files.
TIMED = re.compile(rb'[\w-]{20,}:[\w-]{6}:[\w-]{43}|/media/[\w.-]+|(?<="expires_at": ")[^"]+')
PASSING = frozenset({"id", "at", "closed_at", "duration_ms", "seq", "mac", "surface"})


@dataclasses.dataclass(frozen=True)
class Observed:
    """What must be the same by every surface."""

    code: str
    data: Any
    content: tuple[Any, ...]
    error: Mapping[str, Any]
    meta: Mapping[str, Any]
    entry: Mapping[str, Any]
    used: int
    asked: tuple[Any, ...]


def observe(
    api: Api,
    world: World,
    surface: str,
    tenant: Tenant,
    tool: str,
    arguments: Mapping[str, Any],
    *,
    key: str | None = None,
) -> Observed:
    """Make a call as the tenant, with its live key or another of its own."""
    used, last = _used(tenant), _last_entry(tenant)
    world.forget()
    told = SURFACES[surface](api, key or tenant.key, tool, arguments)
    entry = _last_entry(tenant)
    assert entry != last
    assert entry["surface"] == ("rest" if surface == "rest" else "mcp")
    assert entry["id"] == told.error.get("call_id", entry["id"])
    return Observed(
        code=told.code,
        data=_lasting(told.data),
        content=tuple(_lasting(told.content)),
        error={k: v for k, v in told.error.items() if k != "call_id"},
        meta=_lasting({k: v for k, v in told.meta.items() if k not in ("call_id", "quota_left")}),
        entry=_lasting({k: v for k, v in entry.items() if k not in PASSING}),
        used=_used(tenant) - used,
        asked=tuple(shown(asked) for asked in world.asked),
    )


def _lasting(told: Any) -> Any:
    """What was told, without what differs from call to call."""
    return json.loads(CALL_TOKEN.sub(b"*", TIMED.sub(b"*", json.dumps(told).encode())))


def _last_entry(tenant: Tenant) -> dict[str, Any]:
    entries = trail.page(tenant.customer.pk, action="tool.call", limit=1).entries
    return entries[0] if entries else {}


def _used(tenant: Tenant) -> int:
    return int(subscriptions.usage(tenant.customer.pk, "live")["used"])
