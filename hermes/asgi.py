"""The ASGI application. Hot doors are chosen here by look-up, before Django and its middleware."""

import gc
from collections.abc import MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application

from hermes.environment import choose_settings

choose_settings()
django_application: Any = get_asgi_application()

import hermes.celery  # noqa: E402, F401  (after Django is set up; tasks sent from here need its broker)
from hermes.core import closing, group_commit, http, peer  # noqa: E402
from hermes.core.asgi import Receive, Send, respond  # noqa: E402
from inbox.door import webhook  # noqa: E402
from inbox.media.door import media  # noqa: E402
from mcp_gateway.mcp import door, sse  # noqa: E402
from mcp_gateway.rest.tool_calls import call_tool, tool_of  # noqa: E402
from mcp_gateway.rest.uploads import limited  # noqa: E402
from tenants.startup import check_keys  # noqa: E402

DRAIN_S = 30.0

# A server may import this inside its event loop, where Django's ORM refuses to run.
with ThreadPoolExecutor(1) as _startup:
    _startup.submit(check_keys).result()
# What is loaded by now lives as long as the process: the collector need not look at it again.
gc.freeze()


async def application(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """Serve one connection."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    if scope["type"] != "http":
        await send({"type": "websocket.close", "code": 1000})
        return
    if not peer.is_modest(scope):
        await respond(send, 431, b"")
        return
    scope = peer.vetted(scope)
    path: str = scope["path"]
    if path in ("/mcp", "/mcp/"):
        await door.mcp(scope, receive, send)
    elif path.startswith("/api/") and scope["method"] == "POST" and (tool := tool_of(path)):
        await call_tool(tool, scope, receive, send)
    elif path.startswith("/webhook/"):
        await webhook(scope, receive, send)
    elif path.startswith("/media/"):
        await media(scope, receive, send)
    elif settings.MCP_LEGACY_SSE and path == "/sse":
        await sse.sse(scope, receive, send)
    elif settings.MCP_LEGACY_SSE and path == "/messages/":
        await sse.messages(scope, receive, send)
    else:
        await limited(django_application, scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            closing.begin_on_signals()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await closing.drain(DRAIN_S)
            await http.aclose()
            group_commit.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
