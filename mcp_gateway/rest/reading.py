"""Requests read into types: whatever does not fit is one InvalidArgument that names the argument."""

import re
from typing import TypeVar

import msgspec
from rest_framework.request import Request

from hermes.core.errors import InvalidArgument, MalformedBody, TooLarge
from mcp_gateway.rest.shapes import Given

LIMIT_BODY_BYTES = 1 << 20
_ARGUMENT = re.compile(r"at `\$\.(\w+)|field `([^`]*)`")
G = TypeVar("G", bound=Given)


def body(request: Request, shape: type[G]) -> G:
    """The JSON body; an absent one is an empty object.

    Raises TooLarge beyond 1 MiB, MalformedBody (no JSON) and InvalidArgument. Reads the stream itself:
    the framework takes a body without Content-Length for empty.
    """
    raw: bytes = request._request.read(LIMIT_BODY_BYTES + 1)
    if len(raw) > LIMIT_BODY_BYTES:
        raise TooLarge(f"The body is larger than {LIMIT_BODY_BYTES // 1024} KiB. Send less.")
    try:
        return msgspec.json.decode(raw if raw.strip() else b"{}", type=shape)
    except msgspec.ValidationError as wrong:
        raise _refusal(wrong) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedBody("The body must be one JSON object.") from None


def query(request: Request, shape: type[G]) -> G:
    """The query parameters; empty ones count as left out. Raises InvalidArgument."""
    given = {name: value for name, value in request.query_params.dict().items() if value != ""}
    try:
        return msgspec.convert(given, shape, strict=False)
    except msgspec.ValidationError as wrong:
        raise _refusal(wrong) from None


def _refusal(wrong: msgspec.ValidationError) -> InvalidArgument:
    text = str(wrong)[:300]
    found = _ARGUMENT.search(text)
    details = {"argument": (found[1] or found[2])[:60]} if found else None
    return InvalidArgument(f"The request does not fit: {text}.", details=details)
