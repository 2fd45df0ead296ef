"""Headers that mirror the body (2026-07-28, transports/streamable-http); proxies route by them.

`Mcp-Name` and `Mcp-Param-*` may come as `=?base64?...?=`. A tool's schema names its mirrored arguments by
`x-mcp-header`, on properties reached through `properties` alone.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mcp_types import HEADER_MISMATCH

from hermes.core.asgi import Scope
from mcp_gateway import catalogue
from mcp_gateway.mcp.wire import RpcError

NAMED_BY = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
ROUTING = frozenset({b"mcp-protocol-version", b"mcp-method", b"mcp-name"})
PARAM_PREFIX = b"mcp-param-"
_SENTINEL = re.compile(rb"=\?base64\?(.*)\?=")
_DECIMAL = re.compile(r"(-?\d{1,18})(?:\.0+)?")

_declared: dict[str, tuple[catalogue.Listing, tuple[tuple[tuple[str, ...], bytes], ...]]] = {}


def check(headers: Mapping[bytes, bytes], name: bytes, value: Any) -> None:
    """Raise RpcError unless the header is there and says `value`."""
    given = headers.get(name)
    if given is None:
        raise _mismatch(name, "is missing")
    if type(value) is not str or (given != value.encode() and _decoded(given) != value):
        raise _mismatch(name, "does not say what the body says")


def refuse_doubled(scope: Scope) -> None:
    """Raise RpcError where a routing or mirrored header came twice: two readers could take different ones."""
    seen: set[bytes] = set()
    for name, _ in scope["headers"]:
        if name in ROUTING or name.startswith(PARAM_PREFIX):
            if name in seen:
                raise _mismatch(name, "came twice")
            seen.add(name)


def check_arguments(headers: Mapping[bytes, bytes], params: Mapping[str, Any]) -> None:
    """Compare a call's `Mcp-Param-*` headers with its arguments, where its tool declares any."""
    name = params.get("name")
    listing = catalogue.every_tool().get(name) if type(name) is str else None
    if listing is None:
        return
    for path, header in _headers_of(listing):
        value, given = _at(params.get("arguments"), path), headers.get(header)
        told = _rendered(value)
        if (told is None) != (given is None):
            raise _mismatch(header, "and its argument must be there together")
        if told is not None and given is not None and not _agree(value, told, _decoded(given)):
            raise _mismatch(header, "does not say what the argument says")


def _headers_of(listing: catalogue.Listing) -> tuple[tuple[tuple[str, ...], bytes], ...]:
    known = _declared.get(listing.tool.name)
    if known is None or known[0] is not listing:
        found = tuple(
            (path, PARAM_PREFIX + header.lower().encode())
            for path, header in _annotated(listing.input_schema, ())
        )
        known = _declared[listing.tool.name] = (listing, found)
    return known[1]


def _annotated(schema: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, inner in schema.get("properties", {}).items():
        if isinstance(inner, Mapping):
            if "x-mcp-header" in inner:
                yield (*path, name), inner["x-mcp-header"]
            yield from _annotated(inner, (*path, name))


def _at(arguments: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        arguments = arguments.get(step) if type(arguments) is dict else None
    return arguments


def _rendered(value: Any) -> str | None:
    if type(value) is bool:
        return "true" if value else "false"
    return str(value) if type(value) in (str, int, float) else None


def _agree(value: Any, told: str, given: str | None) -> bool:
    """Numbers agree as numbers: 42 and 42.0 are one."""
    if told == given or given is None or type(value) not in (int, float):
        return told == given
    one, other = _DECIMAL.fullmatch(told), _DECIMAL.fullmatch(given)
    return one is not None and other is not None and int(one[1]) == int(other[1])


def _decoded(value: bytes) -> str | None:
    """A header's value, the sentinel undone; None where it is not canonical base64 of UTF-8."""
    found = _SENTINEL.fullmatch(value)
    try:
        if found is None:
            return value.decode("ascii")
        plain = base64.b64decode(found[1], validate=True)
        return plain.decode() if base64.b64encode(plain) == found[1] else None
    except (binascii.Error, UnicodeDecodeError):
        return None


def _mismatch(header: bytes, fault: str) -> RpcError:
    return RpcError(HEADER_MISMATCH, f"Header mismatch: {header.decode('latin-1')} {fault}.")
