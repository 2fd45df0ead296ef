"""Answers that end a request before or beside JSON-RPC."""

import asyncio

from hermes.core.asgi import Headers, Receive, Send, respond_json, respond_problem
from hermes.core.errors import HermesError
from mcp_gateway.challenges import challenge_headers

DRAIN_LIMIT_BYTES = 65_536
DRAIN_WITHIN_S = 1.0


async def refuse(send: Send, error: HermesError) -> None:
    """Answer with the error as problem+json, with the challenge and what else belongs to it."""
    await respond_problem(send, error, challenge_headers(error))


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
