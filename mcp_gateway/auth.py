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
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, NamedTuple

from hermes.core import clock, epoch, limits
from hermes.core.errors import Forbidden, NoCredential, RateLimited, Unauthenticated
from hermes.core.threads import blocking
from mcp_gateway.calls import Caller
from mcp_gateway.oauth import tokens
from tenants import keys
from tenants.key_format import UNKNOWN
from tenants.principals import Principal

TTL_S = 5.0
UNKNOWN_TTL_S = 1.0
CAPACITY = 10_000
FAILURES_PER_ADDRESS = limits.Bucket("auth", capacity=100, per_minute=10)
MISSING = "Send an API key or an OAuth token: 'Authorization: Bearer hms_…' (or 'X-API-Key')."


class Barred(Forbidden):
    """The credential is good, but it may call nothing: a suspended customer, or an address it is not for."""


class _Entry(NamedTuple):
    principal: Principal | None
    expires: float
    epoch: str | None
    is_guess: bool = False


_cache: OrderedDict[bytes, _Entry] = OrderedDict()
_What = tuple[bytes, str | None]  # a credential's digest, and as of which epoch where that is known
_loading: dict[tuple[int, _What], asyncio.Task[_Entry]] = {}


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

    Raises NoCredential, Unauthenticated (unknown, expired, revoked), Barred (suspended customer, address not
    allowed) and RateLimited (too many failures from this address; R-17).
    """
    key = presented(headers)
    if key is None:
        raise NoCredential(MISSING)
    digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
    entry = _cache.get(digest)
    if entry is None or entry.expires < time.monotonic():
        known = entry.principal.customer if entry is not None and entry.principal is not None else None
        entry = await _once((digest, None), lambda: _load_current(key, digest, known))
    if entry.principal is None:
        if entry.is_guess:
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
        entry = await _once((digest, current), lambda: _load(key, digest, current))
    if entry.principal is caller.principal:
        return caller
    if entry.principal is None:
        raise Unauthenticated(UNKNOWN)
    _check_usable(entry.principal, caller.address)
    return dataclasses.replace(caller, principal=entry.principal)


def forget_all() -> None:
    """Empty the cache."""
    _cache.clear()


async def _once(what: _What, load: Callable[[], Coroutine[Any, Any, _Entry]]) -> _Entry:
    """What `load` gives; all who want the same at once (calls, streams) share one look into the database."""
    slot = (id(asyncio.get_running_loop()), what)
    task = _loading.get(slot)
    if task is None:
        task = _loading[slot] = asyncio.ensure_future(load())
        task.add_done_callback(lambda _: _loading.pop(slot, None))
    return await asyncio.shield(task)


async def _load_current(key: str, digest: bytes, customer: str | None) -> _Entry:
    # The epoch is read before the rows: a change in between then shows as another epoch.
    return await _load(key, digest, await epoch.current(customer) if customer else None)


async def _load(key: str, digest: bytes, current: str | None) -> _Entry:
    load = tokens.load_principal if tokens.is_token(key) else keys.load_principal
    try:
        principal = await blocking(load, key)
    except Unauthenticated as refused:
        is_guess = not isinstance(refused, tokens.Expired)
        entry = _Entry(None, time.monotonic() + UNKNOWN_TTL_S, current, is_guess)
    else:
        lasting = TTL_S if principal.customer_status == "active" else UNKNOWN_TTL_S
        entry = _Entry(principal, time.monotonic() + lasting, current)
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
