"""One HTTP request of somebody who may be here."""

import dataclasses
from collections.abc import Mapping

from hermes.core.asgi import Receive, Scope, Send
from mcp_gateway import auth
from mcp_gateway.calls import Caller

AGENT_LIMIT = 120


@dataclasses.dataclass(slots=True)
class Visit:
    """An authenticated request: who asks, what came, and how to answer. Header names are lower case."""

    caller: Caller
    scope: Scope
    headers: Mapping[bytes, bytes]
    receive: Receive
    send: Send


async def admit(scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, send: Send) -> Visit:
    """Authenticate a request; raises as `auth.authenticate` does."""
    agent = headers.get(b"user-agent", b"")[:AGENT_LIMIT].decode("latin-1")
    caller = await auth.authenticate(
        scope["headers"], address=scope["client"][0], surface="mcp", client=agent
    )
    return Visit(caller, scope, headers, receive, send)
