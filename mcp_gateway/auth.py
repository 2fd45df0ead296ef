"""From a credential in a request to its Caller, by a process cache of at most `TTL_S` seconds.

The cache is keyed by a digest of what was presented. A customer's epoch (changed by every
revocation, plan, key or credential change) is compared on each tool call, so a stale entry
never runs a tool; the TTL bounds everything else, and the case that Redis is down.
"""

import asyncio
import dataclasses
import hashlib
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from hermes.core import clock, epoch, limits
from hermes.core.errors import Forbidden, RateLimited, Unauthenticated
from hermes.core.threads import blocking
from mcp_gateway.calls import Caller
from tenants import keys
from tenants.principals import Principal

TTL_S = 5.0
UNKNOWN_TTL_S = 1.0
CAPACITY = 10_000
FAILURES_PER_ADDRESS = limits.Bucket("auth", capacity=100, per_minute=10)
UNKNOWN = "This key is unknown, expired or revoked. Make a new one and use that."
MISSING = "Send an API key: 'Authorization: Bearer hms_…' (or 'X-API-Key')."


class Barred(Forbidden):
    """The credential is good, but it may call nothing: a suspended customer, or an address it is not for."""


class _Entry(NamedTuple):
    principal: Principal | None
    expires: float
    epoch: str | None


_cache: OrderedDict[bytes, _Entry] = OrderedDict()
_loading: dict[tuple[int, bytes], asyncio.Task[_Entry]] = {}


def presented(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The credential of a request, or None. Header names are lower case, as in ASGI."""
    found = None
    for name, value in headers:
        if name == b"authorization":
            scheme, _, rest = value.decode("latin-1").partition(" ")
            if scheme.lower() == "bearer" and rest.strip():
                return rest.strip()
        elif name == b"x-api-key" and value:
            found = value.decode("latin-1").strip()
    return found


async def authenticate(
    headers: Iterable[tuple[bytes, bytes]], *, address: str, surface: str, client: str = ""
) -> Caller:
    """The caller behind a request's credential.

    Raises Unauthenticated (none, unknown, expired, revoked), Barred (suspended customer, address not
    allowed) and RateLimited (too many failures from this address; R-17).
    """
    key = presented(headers)
    if key is None:
        raise Unauthenticated(MISSING)
    digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
    entry = _cache.get(digest)
    if entry is None or entry.expires < time.monotonic():
        entry = await _load_once(key, digest, entry)
    if entry.principal is None:
        await _count_failure(address)
        raise Unauthenticated(UNKNOWN)
    _check_usable(entry.principal, address)
    return Caller(
        principal=entry.principal, surface=surface, client=client, address=address, credential=(key, digest)
    )


async def refreshed(caller: Caller, current: str | None) -> Caller:
    """`caller` as of epoch `current`; raises as `authenticate` does when it may no longer call.

    With `current` None (Redis is down) the caller stands for what is left of its TTL.
    """
    if current is None or caller.credential is None:
        return caller
    key, digest = caller.credential
    entry = _cache.get(digest)
    if entry is None or entry.epoch != current:
        entry = await _load(key, digest, current)
    if entry.principal is caller.principal:
        return caller
    if entry.principal is None:
        raise Unauthenticated(UNKNOWN)
    _check_usable(entry.principal, caller.address)
    return dataclasses.replace(caller, principal=entry.principal)


def forget_all() -> None:
    """Empty the cache."""
    _cache.clear()


async def _load_once(key: str, digest: bytes, stale: _Entry | None) -> _Entry:
    slot = (id(asyncio.get_running_loop()), digest)
    task = _loading.get(slot)
    if task is None:
        known = stale.principal.customer if stale is not None and stale.principal is not None else None
        task = _loading[slot] = asyncio.ensure_future(_load_current(key, digest, known))
        task.add_done_callback(lambda _: _loading.pop(slot, None))
    return await asyncio.shield(task)


async def _load_current(key: str, digest: bytes, customer: str | None) -> _Entry:
    # The epoch is read before the rows: a change in between then shows as another epoch.
    return await _load(key, digest, await epoch.current(customer) if customer else None)


async def _load(key: str, digest: bytes, current: str | None) -> _Entry:
    try:
        principal = await blocking(keys.load_principal, key)
    except Unauthenticated:
        entry = _Entry(None, time.monotonic() + UNKNOWN_TTL_S, current)
    else:
        entry = _Entry(principal, time.monotonic() + TTL_S, current)
    _cache[digest] = entry
    _cache.move_to_end(digest)
    if len(_cache) > CAPACITY:
        _cache.popitem(last=False)
    return entry


async def _count_failure(address: str) -> None:
    taken = await limits.take(address, (FAILURES_PER_ADDRESS,))
    if not taken.allowed:
        raise RateLimited(
            "Too many requests with unknown keys from this address. Check the key and wait.",
            retry_after_s=taken.retry_after_s,
        )


def _check_usable(principal: Principal, address: str) -> None:
    if principal.expires_at is not None and principal.expires_at <= clock.now():
        raise Unauthenticated(UNKNOWN)
    if principal.customer_status != "active":
        raise Barred("This customer is suspended. Its owner can ask support to resume it.")
    if principal.addresses and not _is_within(address, principal.addresses):
        raise Barred("This key may not be used from this address; its owner can change that.")


def _is_within(address: str, networks: Iterable[str]) -> bool:
    try:
        peer = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(peer in ipaddress.ip_network(network, strict=False) for network in networks)
