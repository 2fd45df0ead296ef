"""Who may speak to an MCP endpoint at all: Host and Origin, before authentication (R-31), and CORS."""

import functools
from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from hermes.core.asgi import Send

PREFLIGHT_AGE_S = b"7200"
ALLOWED_METHODS = b"GET, POST, DELETE, OPTIONS"
ALLOWED_HEADERS = (
    b"Authorization, X-API-Key, Content-Type, Accept, Last-Event-ID, "
    b"MCP-Protocol-Version, Mcp-Session-Id, Mcp-Method, Mcp-Name"
)
EXPOSED_HEADERS = b"WWW-Authenticate, Mcp-Session-Id, Retry-After"
ONCE = frozenset({b"host", b"origin", b"authorization", b"mcp-session-id"})


class Refused(Exception):
    """The request is not for this endpoint or comes from a page that may not use it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def check(scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> bytes | None:
    """The request's origin where it has one, or None; raises Refused."""
    if len(headers) != len(scope["headers"]):
        _refuse_doubled(scope)
    host = headers.get(b"host")
    if host is None:
        raise Refused(400, "A Host header is needed.")
    if not _is_own_host(host, tuple(settings.ALLOWED_HOSTS)):
        raise Refused(421, "This server does not answer for that host.")
    origin = headers.get(b"origin")
    if origin is not None and not _is_welcome(origin, host, scope):
        raise Refused(403, "This origin may not use the endpoint; its operator can allow it.")
    return origin


def with_cors(send: Send, origin: bytes) -> Send:
    """`send` that lets a browser page of `origin` read the answer."""
    granted = [
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", EXPOSED_HEADERS),
        (b"vary", b"Origin"),
    ]

    async def send_with_cors(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *granted]}
        await send(message)

    return send_with_cors


def preflight_headers(headers: Mapping[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    """What a preflight answer grants; `Mcp-Param-*` headers are named one by one as they are asked for."""
    asked = headers.get(b"access-control-request-headers", b"").lower().split(b",")
    params = [name.strip() for name in asked if name.strip().startswith(b"mcp-param-")][:20]
    return [
        (b"allow", ALLOWED_METHODS),
        (b"access-control-allow-methods", ALLOWED_METHODS),
        (b"access-control-allow-headers", b", ".join([ALLOWED_HEADERS, *params])),
        (b"access-control-max-age", PREFLIGHT_AGE_S),
    ]


def _refuse_doubled(scope: Mapping[str, Any]) -> None:
    seen: set[bytes] = set()
    for name, _ in scope["headers"]:
        if name in ONCE and name in seen:
            raise Refused(400, f"The header {name.decode('latin-1')} came twice.")
        seen.add(name)


@functools.lru_cache(maxsize=256)
def _is_own_host(host: bytes, allowed: tuple[str, ...]) -> bool:
    domain, _ = split_domain_port(host.decode("latin-1"))
    return bool(domain) and validate_host(domain, list(allowed))


def _is_welcome(origin: bytes, host: bytes, scope: Mapping[str, Any]) -> bool:
    text = origin.decode("latin-1")
    if text == f"{scope.get('scheme', 'http')}://{host.decode('latin-1')}":
        return True
    public = urlsplit(settings.PUBLIC_URL)
    return text == f"{public.scheme}://{public.netloc}" or text in settings.MCP_ALLOWED_ORIGINS
