"""Who is at the other end: forwarding headers count only from a proxy the operator trusts."""

import functools
import ipaddress
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

from django.conf import settings

FORWARDING = frozenset(
    {
        b"x-forwarded-for",
        b"x-forwarded-proto",
        b"x-forwarded-host",
        b"x-forwarded-port",
        b"x-real-ip",
        b"forwarded",
    }
)
# Daphne turns this request header into the ASGI root_path, whoever sends it.
ROOT_PATH = b"daphne-root-path"

LIMIT_HEADERS = 128
LIMIT_HEAD_BYTES = 16_384


def is_modest(scope: Mapping[str, Any]) -> bool:
    """Whether the request's head is of a size a client may need; not every server bounds it (httptools)."""
    headers: Sequence[tuple[bytes, bytes]] = scope["headers"]
    if len(headers) > LIMIT_HEADERS:
        return False
    size = len(scope["path"]) + len(scope["query_string"])
    for name, value in headers:
        size += len(name) + len(value)
    return size <= LIMIT_HEAD_BYTES


def vetted(scope: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The scope with the client's real address and without headers that an untrusted peer may not set."""
    headers: Sequence[tuple[bytes, bytes]] = scope["headers"]
    address = scope["client"][0] if scope.get("client") else ""
    forwarded = [h for h in headers if h[0] in FORWARDING or h[0] == ROOT_PATH]
    if not forwarded:
        return {**scope, "client": (address, 0)} if not scope.get("client") else scope
    if _is_trusted(address):
        address = _first_untrusted(headers, address)
        dropped: frozenset[bytes] = frozenset({ROOT_PATH})
    else:
        dropped = FORWARDING | {ROOT_PATH}
    kept = [h for h in headers if h[0] not in dropped]
    return {**scope, "headers": kept, "client": (address, 0), "root_path": ""}


def _first_untrusted(headers: Sequence[tuple[bytes, bytes]], peer: str) -> str:
    chain = ",".join(v.decode("latin-1") for k, v in headers if k == b"x-forwarded-for").split(",")
    for hop in reversed([h.strip() for h in chain]):
        if not _is_address(hop):
            break
        peer = hop
        if not _is_trusted(hop):
            break
    return peer


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(address: str) -> bool:
    return bool(settings.TRUSTED_PROXIES) and _within(address, tuple(settings.TRUSTED_PROXIES))


@functools.lru_cache(maxsize=4096)
def _within(address: str, networks: tuple[str, ...]) -> bool:
    return _is_address(address) and any(
        ipaddress.ip_address(address) in ipaddress.ip_network(n, strict=False) for n in networks
    )
