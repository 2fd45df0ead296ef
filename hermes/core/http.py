"""The one async way out over HTTP, behind the egress guard (aiohttp).

No cookies, no redirects, nothing from the environment, one deadline over the whole exchange. A process
keeps one pool for each event loop and kind of host: the guarded pool, whose resolver takes only public
addresses, and the operator's.
"""

import asyncio
import functools
import io
import socket
import ssl
import time
import weakref
from collections.abc import Collection, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

import aiohttp
import yarl
from aiohttp.abc import AbstractResolver, ResolveResult
from django.conf import settings

from hermes.core import egress, metrics
from hermes.core.http_body import Received, encode, headers_of, readable, url_with
from hermes.core.http_types import CutOff, HttpResponse, NotReached, Part, Revealing

CONNECTIONS = 4_000
CONNECTIONS_PER_HOST = 2_000
# Servers hang up after 60 s and more; staying well below means that few requests meet a closing connection.
KEEP_ALIVE_S = 15.0
# aiohttp warns of larger bodies that are not streamed, since one write of them holds the event loop.
_STREAMED_BYTES = 1_000_000
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_BROKEN = (aiohttp.ClientError, OSError, NotReached, CutOff)


class _Flight:
    """How far a request got."""

    __slots__ = ("is_sent",)

    def __init__(self) -> None:
        self.is_sent = False


_flight: ContextVar[_Flight] = ContextVar("flight")


class _Request(aiohttp.ClientRequest):
    async def send(self, conn: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        flight = _flight.get()
        # aiohttp repeats idempotent methods on a broken connection by itself; only reading is repeated here.
        if flight.is_sent and self.method not in _SAFE_METHODS:
            raise CutOff
        flight.is_sent = True
        return await super().send(conn)


class _Resolver(AbstractResolver):
    def __init__(self, *, exempt: bool) -> None:
        self._exempt = exempt

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002  (aiohttp's signature)
    ) -> list[ResolveResult]:
        addresses = await egress.resolve(host, port, exempt=self._exempt)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


class HttpClient:
    """Outbound HTTP; `connectors.kit.context.Http` says what a request is.

    `bases` are the operator's addresses (default: the settings'). `tls` replaces the authorities
    that servers are checked against, for tests with an authority of their own.
    """

    def __init__(self, *, bases: Collection[str] | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._bases = bases
        self._tls = tls
        self._pools: weakref.WeakKeyDictionary[
            asyncio.AbstractEventLoop, dict[bool, aiohttp.ClientSession]
        ] = weakref.WeakKeyDictionary()

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        bearer: Revealing | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        parts: Sequence[Part] | None = None,
        content: bytes | None = None,
        deadline_s: float = 30.0,
        limit_bytes: int = 5_000_000,
    ) -> HttpResponse:
        """One exchange within `deadline_s`, its answer at most `limit_bytes` after decompression.

        Raises InvalidArgument (the address or a header is refused as it is written), NotReached,
        CutOff and ResponseTooLarge; none of them tells the address, a token or the cause.
        """
        bases = settings.OPERATOR_BASES if self._bases is None else self._bases
        target = egress.allowed_url(url_with(url, params), bases=bases)
        body, content_type = encode(json=json, form=form, parts=parts, content=content)
        sent_headers = headers_of(headers, bearer=bearer, content_type=content_type)
        flight = _Flight()
        _flight.set(flight)
        status, began = "cut", time.perf_counter()
        try:
            async with (
                asyncio.timeout(deadline_s),
                self._pool(exempt=target.exempt).request(
                    method,
                    yarl.URL(target.url, encoded=True),
                    headers=sent_headers,
                    data=body if body is None or len(body) < _STREAMED_BYTES else io.BytesIO(body),
                    allow_redirects=False,
                ) as answer,
            ):
                response = await _taken(answer, limit_bytes)
                status = str(response.status)
                return response
        except _BROKEN:
            status = "cut" if flight.is_sent else "unreached"
        finally:
            if target.exempt:
                metrics.upstream_ended(target.host, status, time.perf_counter() - began)
        # Raised out here so that no error of the library, which tells the address, hangs on as its context.
        raise CutOff if flight.is_sent else NotReached

    async def aclose(self) -> None:
        """Close the running loop's connections."""
        for pool in self._pools.pop(asyncio.get_running_loop(), {}).values():
            await pool.close()

    def _pool(self, *, exempt: bool) -> aiohttp.ClientSession:
        pools = self._pools.setdefault(asyncio.get_running_loop(), {})
        if exempt not in pools:
            pools[exempt] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=_Resolver(exempt=exempt),
                    use_dns_cache=False,
                    ssl=self._tls or egress.tls_context(),
                    limit=CONNECTIONS,
                    limit_per_host=CONNECTIONS_PER_HOST,
                    keepalive_timeout=KEEP_ALIVE_S,
                ),
                request_class=_Request,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=egress.CONNECT_S, sock_connect=egress.CONNECT_S
                ),
                auto_decompress=False,
                trust_env=False,
            )
        return pools[exempt]


async def _taken(answer: aiohttp.ClientResponse, limit_bytes: int) -> HttpResponse:
    headers = readable(answer.headers.items())
    received = Received(headers, limit_bytes)
    async for chunk in answer.content.iter_any():
        received.feed(chunk)
    return HttpResponse(status=answer.status, headers=headers, body=received.body())


@functools.cache
def client() -> HttpClient:
    """The process's client."""
    return HttpClient()


@functools.cache
def outside() -> HttpClient:
    """The process's client for addresses that callers give; not even the operator's hosts are exempt."""
    return HttpClient(bases=())


async def aclose() -> None:
    """Close the process's connections of the running loop."""
    await client().aclose()
    await outside().aclose()
