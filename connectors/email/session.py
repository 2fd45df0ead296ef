"""A signed-in connection to the mailbox for one call, and how its failures are told."""

import asyncio
import contextlib
import imaplib
import json
from collections.abc import AsyncIterator, Callable
from typing import Concatenate, ParamSpec, TypeVar

import structlog
from imapclient.exceptions import IMAPClientError, ProtocolError  # type: ignore[import-untyped]

from connectors.email import errors
from connectors.email.credentials import EmailCredentials
from connectors.email.imap import Client
from connectors.email.limits import MESSAGE_BYTES
from connectors.email.mailbox import Mailbox
from connectors.email.wire import Wire
from connectors.kit.context import ToolContext
from hermes.core import egress
from hermes.core.errors import (
    HermesError,
    InvalidArgument,
    NeedsReauth,
    NotAllowedByPlatform,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
)
from hermes.core.http_types import NotReached

P = ParamSpec("P")
T = TypeVar("T")
WITHIN_S = 30.0
LIMIT_BYTES = MESSAGE_BYTES * 2
log = structlog.get_logger(__name__)


class Session:
    """Runs work on the mailbox in a thread; calls may follow each other, never overlap."""

    def __init__(self, ctx: ToolContext, box: Mailbox) -> None:
        self._ctx = ctx
        self._box = box

    async def do(self, work: Callable[Concatenate[Mailbox, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work(mailbox, …)`. Raises HermesError in place of whatever the mail server did."""

        def told() -> T:
            return _told(self._box, lambda: work(self._box, *args, **kwargs))

        return await heeding(self._ctx, told)


@contextlib.asynccontextmanager
async def mailbox(ctx: ToolContext) -> AsyncIterator[Session]:
    """The connected account's mailbox, signed in.

    Raises NeedsReauth, NotAllowedByPlatform, RateLimited and PlatformUnavailable.
    """
    await ctx.renew()
    async with contextlib.AsyncExitStack() as stack:
        try:
            box = await _opened(ctx, stack)
        except NeedsReauth:
            if not await ctx.renew(is_refused=True):
                raise
            box = await _opened(ctx, stack)
        yield Session(ctx, box)


async def _opened(ctx: ToolContext, stack: contextlib.AsyncExitStack) -> Mailbox:
    credentials = credentials_of(ctx)
    servers = credentials.servers()
    wire = await stack.enter_async_context(line(ctx, servers.imap_host, servers.imap_port))
    box: Mailbox = await heeding(ctx, _signed_in, ctx, wire, credentials)
    return box


async def heeding(ctx: ToolContext, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of `work`, run in a thread; where the server limits the account, it is left alone."""
    try:
        result: T = await ctx.blocking(work, *args, **kwargs)
    except RateLimited as limited:
        ctx.patience.limited(limited.retry_after_s or 0.0)
        raise
    return result


def credentials_of(ctx: ToolContext) -> EmailCredentials:
    """The call's credentials."""
    credentials = ctx.credentials()
    if not isinstance(credentials, EmailCredentials):
        raise TypeError("these are not a mail account's credentials")
    return credentials


@contextlib.asynccontextmanager
async def line(ctx: ToolContext, host: str, port: int) -> AsyncIterator[Wire]:
    """A line to a mail server, closed in the end.

    Raises PlatformUnavailable and what the account's patience does.
    """
    ctx.patience.check()
    loop = asyncio.get_running_loop()
    ends = loop.time() + WITHIN_S
    try:
        reader, writer = await ctx.dial(host, port)
    except NotReached:
        ctx.patience.failed()
        raise PlatformUnavailable(
            f"{host} is not reached on port {port} by TLS with a valid certificate; check the server and "
            "port, or try again in a minute."
        ) from None
    try:
        yield Wire(reader, writer, within_s=ends - loop.time(), limit_bytes=LIMIT_BYTES)
    except (PlatformUnavailable, OutcomeUnknown):
        ctx.patience.failed()
        raise
    except InvalidArgument:
        raise
    except HermesError:
        ctx.patience.answered()
        raise
    else:
        ctx.patience.answered()
    finally:
        # TLS's goodbye goes out; the server's is not waited for, which a hostile one would never send.
        writer.close()
        writer.transport.abort()
        await asyncio.sleep(0)


def _signed_in(ctx: ToolContext, wire: Wire, credentials: EmailCredentials) -> Mailbox:
    def work() -> Mailbox:
        client = Client(wire)
        servers = credentials.servers()
        if not egress.begins_tls(servers.imap_port):
            _secure(client, servers.imap_host)
        _sign_in(client, credentials)
        return Mailbox(client, ctx.before_change)

    return _told(None, work)


def _secure(client: Client, host: str) -> None:
    try:
        client.secure(host)
    except IMAPClientError:
        raise NotAllowedByPlatform(
            "The mail server offers no TLS on this port, so nothing was sent to it; use port 993."
        ) from None


def _sign_in(client: Client, credentials: EmailCredentials) -> None:
    by_token = credentials.access_token is not None
    challenge: list[bytes] = []

    def token(asked: bytes) -> str:
        if asked:
            challenge.append(asked)
            return ""
        secret = credentials.access_token.reveal() if credentials.access_token else ""
        return f"user={credentials.login}\1auth=Bearer {secret}\1\1"

    try:
        if by_token:
            client.sasl_login("XOAUTH2", token)
        elif credentials.password is not None and client.has_capability("AUTH=PLAIN"):
            client.plain_login(credentials.login, credentials.password.reveal())
        elif credentials.password is not None:
            client.login(credentials.login, credentials.password.reveal())
    except imaplib.IMAP4.abort:
        raise
    except IMAPClientError as refused:
        if challenge and is_too_narrow(challenge[0]):
            raise NotAllowedByPlatform(errors.TOO_NARROW) from None
        raise errors.imap_sign_in(str(refused), by_token=by_token) from None


def is_too_narrow(challenge: bytes) -> bool:
    """Whether XOAUTH2's error challenge (Google's and RFC 7628's JSON) says that a scope is missing."""
    try:
        told = json.loads(challenge)
    except ValueError:
        return False
    return isinstance(told, dict) and str(told.get("status")) in ("403", "insufficient_scope")


def _told(box: Mailbox | None, work: Callable[[], T]) -> T:
    failure: HermesError
    try:
        return work()
    except (OSError, imaplib.IMAP4.abort):
        failure = errors.lost(is_changing=_is_changing(box))
    except ProtocolError:
        failure = _unreadable(is_changing=_is_changing(box))
    except IMAPClientError as refused:
        failure = errors.imap_refusal(str(refused))
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError) as odd:
        # The library's parser takes a server's word for what an answer is made of.
        log.warning("mail_answer_unreadable", error=type(odd).__name__, exc_info=True)
        failure = _unreadable(is_changing=_is_changing(box))
    raise failure


def _is_changing(box: Mailbox | None) -> bool:
    return box is not None and box.is_changing


def _unreadable(*, is_changing: bool) -> HermesError:
    if is_changing:
        return errors.lost(is_changing=True)
    return PlatformUnavailable("The mail server's answer cannot be read; try again in a minute.")
