"""The way out over HTTP for synchronous code: tasks, commands, token exchanges (requests).

The same guard, caps, deadline and failures as `hermes.core.http`. Only the adapter of requests is used: its
Session keeps cookies, reads the environment and unpacks the body of a redirect without a limit.
"""

import functools
import http.client
import socket
import ssl
import time
from collections.abc import Collection, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

import requests
import urllib3
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from hermes.core import egress, metrics
from hermes.core.http_body import Received, encode, headers_of, readable, url_with
from hermes.core.http_types import CutOff, HttpResponse, NotReached, Part, Revealing

CONNECTIONS_PER_HOST = 50
_CHUNK_BYTES = 65_536
_BROKEN = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    NotReached,
    CutOff,
)


class _Flight:
    """One request under way: whether the guard applies, how far it got and when it must end."""

    __slots__ = ("ends_at", "exempt", "is_sent")

    def __init__(self, *, exempt: bool, deadline_s: float) -> None:
        self.exempt = exempt
        self.is_sent = False
        self.ends_at = time.monotonic() + deadline_s

    def left_s(self) -> float:
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


_flight: ContextVar[_Flight] = ContextVar("flight")


class _Timed(socket.socket):
    """A socket that waits no longer than the flight lasts, however slowly bytes drip."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_flight.get().left_s())
        return super().recv_into(*args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_flight.get().left_s())
        return super().send(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self.settimeout(_flight.get().left_s())
        super().sendall(*args, **kwargs)


class _TimedTls(_Timed, ssl.SSLSocket):
    pass


class _Guarded(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        flight = _flight.get()
        for address in egress.resolve_now(self.host, self.port, exempt=flight.exempt):
            sock = _Timed(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
            try:
                sock.settimeout(min(egress.CONNECT_S, flight.left_s()))
                sock.connect((address, self.port))
            except OSError:
                sock.close()
            else:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return sock
        raise NotReached

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        _flight.get().is_sent = True
        super().send(data)


class _GuardedTls(_Guarded, HTTPSConnection):
    pass


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Guarded


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _GuardedTls


class _Adapter(HTTPAdapter):
    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        super().__init__(pool_connections=CONNECTIONS_PER_HOST, pool_maxsize=CONNECTIONS_PER_HOST)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        self.poolmanager = urllib3.PoolManager(
            num_pools=connections, maxsize=maxsize, block=block, ssl_context=self._tls, **options
        )
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def cert_verify(self, *_: Any) -> None:
        """The context says whom to trust; requests would add authorities of its own."""


class SyncHttpClient:
    """The synchronous twin of `hermes.core.http.HttpClient`; safe to share between threads.

    `tls` replaces the authorities that servers are checked against and belongs to this client from then on.
    """

    def __init__(self, *, bases: Collection[str] | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._bases = bases
        context = tls or egress.new_tls_context()
        context.sslsocket_class = _TimedTls
        self._adapters = {True: _Adapter(context), False: _Adapter(context)}

    def request(
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
        wants_body: bool = True,
    ) -> HttpResponse:
        """One exchange, as `HttpClient.request` describes it. The system's resolver bounds the look-up.

        Without `wants_body` the answer is over with its head: nothing of its body is read.
        """
        bases = settings.OPERATOR_BASES if self._bases is None else self._bases
        target = egress.allowed_url(url_with(url, params), bases=bases)
        body, content_type = encode(json=json, form=form, parts=parts, content=content)
        sent_headers = headers_of(headers, bearer=bearer, content_type=content_type)
        prepared = requests.Request(method, target.url, headers=sent_headers, data=body).prepare()
        prepared.url = target.url
        flight = _Flight(exempt=target.exempt, deadline_s=deadline_s)
        token = _flight.set(flight)
        status, began = "cut", time.perf_counter()
        try:
            with self._adapters[target.exempt].send(prepared, stream=True, timeout=deadline_s) as answer:
                response = _taken(answer, limit_bytes) if wants_body else _head(answer)
            status = str(response.status)
            return response
        except _BROKEN:
            status = "cut" if flight.is_sent else "unreached"
        finally:
            _flight.reset(token)
            if target.exempt:
                metrics.upstream_ended(target.host, status, time.perf_counter() - began)
        # Raised out here so that no error of the library, which tells the address, hangs on as its context.
        raise CutOff if flight.is_sent else NotReached

    def close(self) -> None:
        """Close all connections."""
        for adapter in self._adapters.values():
            adapter.close()


def _head(answer: requests.Response) -> HttpResponse:
    return HttpResponse(status=answer.status_code, headers=readable(answer.raw.headers.iteritems()), body=b"")


def _taken(answer: requests.Response, limit_bytes: int) -> HttpResponse:
    raw: urllib3.HTTPResponse = answer.raw
    headers = readable(raw.headers.iteritems())
    received = Received(headers, limit_bytes)
    for chunk in raw.stream(_CHUNK_BYTES, decode_content=False):
        received.feed(chunk)
    return HttpResponse(status=answer.status_code, headers=headers, body=received.body())


@functools.cache
def client() -> SyncHttpClient:
    """The process's client."""
    return SyncHttpClient()
