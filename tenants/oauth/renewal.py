"""Renewing an access token: one exchange upstream, whoever asks for it and from how many processes (R-09)."""

import asyncio
import contextlib
import time
from weakref import WeakValueDictionary

import structlog

from connectors.kit.context import Http
from hermes.core import clock, closing
from hermes.core.errors import HermesError, NeedsReauth, PlatformUnavailable
from hermes.core.threads import blocking
from tenants.oauth import calling, leases
from tenants.oauth.leases import Held, Lease

# An exchange takes 10 s at most; who waits for another's looks at the row this often.
WAIT_S = 12.0
LOOK_S = 0.05
RETRY_AFTER_S = 5
log = structlog.get_logger(__name__)
_running: WeakValueDictionary[tuple[int, int, int], "asyncio.Task[Held]"] = WeakValueDictionary()


async def renew(
    customer_id: int, connection_id: int, *, seen: int, is_refused: bool = False, http: Http
) -> Held:
    """A credential newer than version `seen` of the connection, or the same one where it works still.

    `is_refused`: the platform refused that one, whatever its time. The exchange goes on where the caller is
    cancelled, so that no new token is lost. Raises NeedsReauth (the account is then stopped), NotConnected,
    NotAllowedByPlatform (the app is refused) and PlatformUnavailable.
    """
    key = (id(asyncio.get_running_loop()), connection_id, seen)
    task = _running.get(key)
    if task is None or task.done():
        work = _renewed(customer_id, connection_id, seen=seen, is_refused=is_refused, http=http)
        _running[key] = task = asyncio.ensure_future(work)
        closing.let_finish(task)
        task.add_done_callback(_look_at)
    return await asyncio.shield(task)


def _look_at(task: "asyncio.Task[Held]") -> None:
    if not task.cancelled():
        task.exception()  # looked at, because its callers may be gone


async def _renewed(customer_id: int, connection_id: int, *, seen: int, is_refused: bool, http: Http) -> Held:
    until = time.monotonic() + WAIT_S
    while True:
        taken = await blocking(leases.take, customer_id, connection_id, seen=seen, is_refused=is_refused)
        if isinstance(taken, Held):
            return taken
        if taken is not None:
            return await _exchanged(taken, is_refused=is_refused, http=http)
        if time.monotonic() > until:
            raise PlatformUnavailable(
                "The account's access is being renewed; try again in a few seconds.",
                retry_after_s=RETRY_AFTER_S,
            )
        await asyncio.sleep(LOOK_S)


async def _exchanged(lease: Lease, *, is_refused: bool, http: Http) -> Held:
    connection, renew_tokens = lease.connection, lease.spec.renew
    fault: HermesError | None = None
    try:
        ctx = calling.context_of(
            connection.customer, connection.platform, mode=connection.mode, app=lease.app, http=http
        )
        assert renew_tokens is not None  # noqa: S101  (no lease is given without)
        tokens = await renew_tokens(ctx, lease.spec, lease.tokens)
    except HermesError as error:
        fault = error
    except BaseException:
        with contextlib.suppress(HermesError):
            await asyncio.shield(blocking(leases.fail, lease, None))
        raise
    else:
        held = await blocking(leases.keep, lease, tokens)
        log.info("access_renewed", connection=connection.public_id, platform=connection.platform)
        return held
    await blocking(leases.fail, lease, fault)
    log.warning("access_not_renewed", connection=connection.public_id, error=fault.code)
    if not is_refused and lease.held.ends_at is not None and lease.held.ends_at > clock.now():
        return lease.held
    if isinstance(fault, NeedsReauth):
        await blocking(leases.stop, lease, fault)
    raise fault
