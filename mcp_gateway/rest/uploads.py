"""How large a body may be where Django answers, which takes it in whole before it asks whose it is."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any

from connectors.registry import all_connectors
from hermes.core.asgi import Receive, Scope, Send, header, respond_problem
from hermes.core.errors import HermesError, TooLarge
from mcp_gateway import auth
from mcp_gateway.challenges import challenge_headers
from tenants import actors

LIMIT_BODY_BYTES = 4_000_000
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


async def limited(application: Application, scope: Scope, receive: Receive, send: Send) -> None:
    """Let the application answer a body of at most 4 MB; of an archive's size only who may bring one in."""
    limit_bytes = LIMIT_BODY_BYTES
    try:
        if _is_import(scope):
            await _require_manager(scope)
            limit_bytes = _archive_bytes()
        declared = header(scope, b"content-length") or ""
        if declared.isdecimal() and int(declared) > limit_bytes:
            raise _too_large(limit_bytes)
    except HermesError as refused:
        await respond_problem(send, refused, challenge_headers(refused))
        return
    counted = _Counted(receive, limit_bytes)
    await application(scope, counted.receive, send)
    if counted.is_too_large:
        await respond_problem(send, _too_large(limit_bytes))


class _Counted:
    """A body on its way in; one that is too large ends as if the client had gone."""

    def __init__(self, receive: Receive, limit_bytes: int) -> None:
        self._receive = receive
        self._left = limit_bytes
        self.is_too_large = False

    async def receive(self) -> Any:
        """The next part."""
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left >= 0:
            return message
        self.is_too_large = True
        return {"type": "http.disconnect"}


def _is_import(scope: Scope) -> bool:
    path: str = scope["path"]
    return scope["method"] == "POST" and path.startswith("/api/connections/") and path.endswith("/import")


async def _require_manager(scope: Scope) -> None:
    caller = await auth.authenticate(
        scope["headers"],
        address=scope["client"][0],
        surface="rest",
        client=(header(scope, b"user-agent") or "")[:120],
    )
    actors.of_key(caller.principal, surface="rest", address=caller.address).require("connections:manage")


@functools.cache
def _archive_bytes() -> int:
    return max(c.vault.archive_bytes for c in all_connectors().values() if c.vault is not None)


def _too_large(limit_bytes: int) -> TooLarge:
    return TooLarge(f"The body is larger than {limit_bytes:,} bytes. Send less.")
