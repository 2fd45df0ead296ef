"""The guard of everything that leaves: strict addresses, one look-up, and only public hosts.

Every address a name resolves to must be public, and the connection goes to exactly those addresses.
The operator's base addresses and `HERMES_EGRESS_ALLOW` (`host:port`, for tests) are exempt.
"""

import asyncio
import dataclasses
import functools
import ipaddress
import re
import socket
import ssl
from collections.abc import Collection, Iterable

import certifi
import structlog
from django.conf import settings

from hermes.core.addresses import is_public
from hermes.core.errors import InvalidArgument
from hermes.core.http_types import NotReached

RESOLVE_S = 3.0
CONNECT_S = 3.0
MAIL_PORTS_WITH_TLS = frozenset({465, 993})
MAIL_PORTS = MAIL_PORTS_WITH_TLS | {143, 587}

_CHARACTER = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})"
_URL = re.compile(
    rf"(?P<scheme>https?)://(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{{1,5}}))?"
    rf"(?P<path>(?:/{_CHARACTER}*)?(?:\?(?:{_CHARACTER}|[\[\]?])*)?)"
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_DOTS = re.compile(r"(?:/|^)(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)
_LIMIT_CHARS = 8192

log = structlog.get_logger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """An address that may be asked. `host` is lower case, without brackets; `path` has the query with it."""

    scheme: str
    host: str
    port: int
    path: str
    exempt: bool

    @property
    def url(self) -> str:
        """The address as it goes to a client library."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _default_port(self.scheme) else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


def allowed_url(url: str, *, bases: Collection[str]) -> Target:
    """Parse `url` strictly and say where it leads.

    `bases` are the operator's addresses: a URL of the same scheme, host and port is exempt from
    the rules on scheme, port and address. Raises InvalidArgument for a form that is refused whatever it leads
    to and NotReached for a literal address that is not public.
    """
    found = _URL.fullmatch(url) if len(url) <= _LIMIT_CHARS else None
    if found is None or _DOTS.search(found["path"].partition("?")[0]):
        raise InvalidArgument("That is not an address Hermes can ask; give a plain https:// URL.")
    host = checked_host(found["host"].strip("[]"))
    port = int(found["port"] or _default_port(found["scheme"]))
    path = found["path"] if found["path"].startswith("/") else f"/{found['path']}"
    exempt = (found["scheme"], host, port) in _origins(frozenset(bases)) or is_allowed(host, port)
    if not exempt:
        if found["scheme"] != "https" or port != 443:
            raise InvalidArgument("Only https:// on port 443 can be asked; change the address.")
        if is_literal(host):
            _vetted(host, [host], exempt=False)
    return Target(found["scheme"], host, port, path, exempt)


@functools.lru_cache(maxsize=1024)
def checked_host(host: str) -> str:
    """A host name or literal address in lower case.

    Raises InvalidArgument for what resolvers read in more than one way: numbers other than dotted decimals,
    a trailing dot, a zone id, characters beyond ASCII (write an international name in its xn-- form).
    """
    if is_literal(host):
        return host.lower()
    host = host.lower() if host.isascii() else ""
    labels = host.split(".")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)) or _NUMBER.fullmatch(labels[-1]):
        raise InvalidArgument("That is not a host name; write it as in mail.example.com.")
    return host


def is_literal(host: str) -> bool:
    """Whether `host` is an IPv4 or IPv6 address in its plain form."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return host.isascii() and "%" not in host


def is_allowed(host: str, port: int) -> bool:
    """Whether `HERMES_EGRESS_ALLOW` names this host and port."""
    return f"{host}:{port}" in settings.EGRESS_ALLOW


async def resolve(host: str, port: int, *, exempt: bool) -> list[str]:
    """The addresses of `host` after one look-up of at most 3 s.

    Raises NotReached if there is none or one of them is not public.
    """
    if is_literal(host):
        return _vetted(host, [host], exempt=exempt)
    try:
        async with asyncio.timeout(RESOLVE_S):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotReached from None
    return _vetted(host, (str(entry[4][0]) for entry in found), exempt=exempt)


def resolve_now(host: str, port: int, *, exempt: bool) -> list[str]:
    """`resolve` for synchronous code; the system's resolver bounds the time."""
    if is_literal(host):
        return _vetted(host, [host], exempt=exempt)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotReached from None
    return _vetted(host, (str(entry[4][0]) for entry in found), exempt=exempt)


async def dial(
    host: str,
    port: int,
    *,
    implicit_tls: bool | None = None,
    tls: ssl.SSLContext | None = None,
    connect_s: float = CONNECT_S,
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a guarded stream to a mail server, `connect_s` for each of its addresses.

    Ports 465 and 993 begin with TLS; 143 and 587 begin plain, and the caller must go on with
    `await writer.start_tls(tls_context(), server_hostname=host)` before any credential is sent. An exempt
    port does as the one its last three digits name (10993 as 993).
    Raises InvalidArgument for another port or a bad name, NotReached otherwise.
    """
    host = checked_host(host)
    exempt = is_allowed(host, port)
    if port not in MAIL_PORTS and not exempt:
        raise InvalidArgument(
            "Mail servers are reached on ports 143, 465, 587 and 993 only; change the port."
        )
    begins_with_tls = begins_tls(port) if implicit_tls is None else implicit_tls
    context = (tls or tls_context()) if begins_with_tls else None
    for address in await resolve(host, port, exempt=exempt):
        try:
            async with asyncio.timeout(connect_s):
                return await asyncio.open_connection(
                    address, port, ssl=context, server_hostname=host if context else None
                )
        except OSError:
            continue
    raise NotReached


def begins_tls(port: int) -> bool:
    """Whether a mail port begins with TLS; the others change to it by STARTTLS."""
    return port % 1000 in MAIL_PORTS_WITH_TLS


def new_tls_context() -> ssl.SSLContext:
    """A context for outbound connections: certifi's authorities, and the operator's own if there are some."""
    context = ssl.create_default_context(cafile=certifi.where())
    if settings.EGRESS_CA:
        context.load_verify_locations(settings.EGRESS_CA)
    return context


@functools.cache
def tls_context() -> ssl.SSLContext:
    """The process's context; a library that sets options on its context takes a new one."""
    return new_tls_context()


def _vetted(host: str, addresses: Iterable[str], *, exempt: bool) -> list[str]:
    found = list(dict.fromkeys(addresses))
    if not exempt and not all(map(is_public, found)):
        log.warning("egress_blocked", host=host)
        raise NotReached
    if not found:
        raise NotReached
    return found


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


@functools.lru_cache(maxsize=64)
def _origins(bases: frozenset[str]) -> frozenset[tuple[str, str, int]]:
    found = [match for match in map(_URL.fullmatch, bases) if match]
    return frozenset(
        (m["scheme"], m["host"].strip("[]").lower(), int(m["port"] or _default_port(m["scheme"])))
        for m in found
    )
