"""What must hold before a call is opened: tool, arguments, scope, connection, rate."""

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from connectors.kit import schema
from connectors.kit.tool import Tool
from hermes.core import limits
from hermes.core.errors import (
    AmbiguousAccount,
    HermesError,
    InvalidArgument,
    NeedsReauth,
    NotConnected,
    NotFound,
    RateLimited,
)
from mcp_gateway import auth, catalogue
from mcp_gateway.calls import Caller, ToolCall
from tenants import states
from tenants.principals import ConnectionView

KEY_LIMIT_CHARS = 256


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A call that may be opened: its tool, checked arguments and the connection it goes to."""

    caller: Caller
    tool: Tool
    arguments: Mapping[str, Any]
    params: Any
    connection: ConnectionView | None
    dry_run: bool
    detail: str
    key: str | None
    fingerprint: str


async def admit(caller: Caller, call: ToolCall) -> Admitted:
    """Take one token of the customer's rate, then check `call` against what the customer has now.

    Raises the typed errors of docs/api.md; nothing has been written then.
    """
    return check(await take_turn(caller), call)


async def take_turn(caller: Caller) -> Caller:
    """Take one token of the customer's rate; gives the caller as it is now.

    Raises RateLimited, and what authentication raises where the caller may no longer call.
    """
    taken = await limits.take(caller.principal.customer, _buckets(caller))
    if not taken.allowed:
        raise RateLimited(
            f"More than {caller.principal.plan.calls_per_minute} calls a minute. Wait, then call again.",
            retry_after_s=taken.retry_after_s,
        )
    return await auth.refreshed(caller, taken.epoch)


def check(caller: Caller, call: ToolCall) -> Admitted:
    """`admit` without the rate: for a call within a call that has been admitted."""
    listing = catalogue.find(caller, call.tool)
    arguments = dict(call.arguments)
    own = _own_arguments(listing, arguments, call.idempotency_key)
    params = schema.parse_arguments(listing.tool, arguments)
    connection = None
    if listing.connector is not None:
        connection = _choose(caller.principal.connections, listing.connector.slug, own.account)
    return Admitted(
        caller=caller,
        tool=listing.tool,
        arguments=call.arguments,
        params=params,
        connection=connection,
        dry_run=own.dry_run,
        detail=own.detail,
        key=own.key,
        fingerprint=_fingerprint(call.tool, arguments, connection) if own.key else "",
    )


def _buckets(caller: Caller) -> tuple[limits.Bucket, ...]:
    principal = caller.principal
    per_minute = principal.plan.calls_per_minute
    return (limits.Bucket(f"calls:{principal.mode}", capacity=per_minute, per_minute=per_minute),)


@dataclasses.dataclass(frozen=True, slots=True)
class _Own:
    account: str | None
    key: str | None
    dry_run: bool
    detail: str


def _own_arguments(listing: catalogue.Listing, arguments: dict[str, Any], header_key: str | None) -> _Own:
    published = listing.input_schema.get("properties", {}) if isinstance(listing.tool.params, type) else {}

    def take(name: str, kind: type[str] | type[bool], limit: int) -> Any:
        if name not in published or name not in arguments:
            return None
        value = arguments.pop(name)
        if value is None:
            return None
        if type(value) is not kind or (isinstance(value, str) and not 0 < len(value) <= limit):
            raise InvalidArgument(
                f"'{name}' is not valid: {published[name]['description']}", details={"argument": name}
            )
        return value

    account = take("account", str, 80)
    key = take("idempotency_key", str, KEY_LIMIT_CHARS)
    dry_run = take("dry_run", bool, 0) or False
    detail = take("detail", str, 8) or "concise"
    if detail not in ("concise", "detailed"):
        raise InvalidArgument("'detail' is 'concise' or 'detailed'.", details={"argument": "detail"})
    if header_key is not None and not 0 < len(header_key) <= KEY_LIMIT_CHARS:
        raise InvalidArgument(f"Idempotency-Key has 1 to {KEY_LIMIT_CHARS} characters.")
    if not listing.tool.takes_key or dry_run:
        return _Own(account, None, dry_run, detail)
    if header_key is not None and key is not None and header_key != key:
        raise InvalidArgument("The Idempotency-Key header and the argument idempotency_key differ; send one.")
    return _Own(account, key or header_key, dry_run, detail)


def _choose(connections: Sequence[ConnectionView], platform: str, account: str | None) -> ConnectionView:
    usable = [c for c in connections if c.platform == platform and c.status in states.LIVE]
    if account is not None:
        found = [c for c in usable if account in (c.account, c.public_id)]
        if not found:
            raise NotFound(
                f"No connected {platform} account is called '{account}'. Use one of the listed accounts.",
                details={"accounts": [c.account for c in usable]},
            )
    else:
        found = usable
    if not found:
        raise NotConnected(f"No {platform} account is connected.", details={"platform": platform})
    if len(found) > 1:
        raise AmbiguousAccount(
            f"Several {platform} accounts are connected; say which by 'account'.",
            details={"accounts": [c.account for c in found]},
        )
    if found[0].status == "needs_reauth":
        raise needs_reauth(found[0])
    return found[0]


def needs_reauth(connection: ConnectionView) -> HermesError:
    """The refusal for a connection whose credential the platform no longer takes."""
    return NeedsReauth(
        f"The {connection.platform} account '{connection.account}' must be reconnected: its credential is "
        "refused by the platform. Its owner can reconnect it and then the call can be repeated.",
        details={"platform": connection.platform, "account": connection.account},
    )


def _fingerprint(tool: str, arguments: Mapping[str, Any], connection: ConnectionView | None) -> str:
    told = [tool, arguments, connection.public_id if connection is not None else ""]
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()
