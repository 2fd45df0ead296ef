"""Answers that end a request before or beside JSON-RPC: who must authenticate, and how (RFC 9728, 6750)."""

import asyncio

import msgspec
from django.conf import settings

from hermes.core.asgi import Headers, Receive, Send, respond, respond_json
from hermes.core.errors import HermesError, InsufficientScope, Unauthenticated
from hermes.core.problems import CONTENT_TYPE, as_problem, retry_after

DRAIN_LIMIT_BYTES = 65_536
DRAIN_WITHIN_S = 1.0
ALL_SCOPES = "tools:read tools:write inbox:read manage"


def challenge(error: HermesError, *, token_sent: bool) -> list[tuple[bytes, bytes]]:
    """The headers of a 401 or 403 that tell a client where and for what to get a token."""
    parts = [f'resource_metadata="{settings.PUBLIC_URL}/.well-known/oauth-protected-resource/mcp"']
    if isinstance(error, InsufficientScope):
        parts += [f'scope="{error.details.get("scope", ALL_SCOPES)}"', 'error="insufficient_scope"']
    elif isinstance(error, Unauthenticated):
        parts.append(f'scope="{ALL_SCOPES}"')
        if token_sent:
            parts.append('error="invalid_token"')
    else:
        return []
    return [(b"www-authenticate", f"Bearer {', '.join(parts)}".encode())]


async def refuse(send: Send, error: HermesError, *, token_sent: bool) -> None:
    """Answer with the error as problem+json, with the challenge and Retry-After that belong to it."""
    headers = [(b"content-type", CONTENT_TYPE.encode()), *challenge(error, token_sent=token_sent)]
    if error.retry_after_s is not None:
        headers.append((b"retry-after", str(retry_after(error)).encode()))
    await respond(send, error.status, msgspec.json.encode(as_problem(error)), headers)


async def turn_away(send: Send, status: int, detail: str, headers: Headers = ()) -> None:
    """Answer with a bare HTTP refusal that no Hermes error code stands for."""
    await respond_json(send, status, {"status": status, "detail": detail}, headers)


async def drain(receive: Receive) -> None:
    """Take in a short body that nobody will read: a proxy that is cut off while it sends loses the answer."""
    size = 0
    try:
        async with asyncio.timeout(DRAIN_WITHIN_S):
            while size <= DRAIN_LIMIT_BYTES:
                message = await receive()
                size += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return
