"""Bodies, the same for the async and the sync client: how they are sent and how they are taken in."""

import os
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from hermes.core.errors import InvalidArgument
from hermes.core.http_types import CutOff, Part, ResponseTooLarge, Revealing

USER_AGENT = "Hermes"
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_SET_BY_CLIENT = frozenset({"Host", "Connection", "Content-Length", "Transfer-Encoding", "Cookie"})


def url_with(url: str, params: Mapping[str, str] | None) -> str:
    """`url` with the parameters added to its query, spaces as %20."""
    if not params:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params, quote_via=quote, safe='')}"


def encode(
    *,
    json: Any = None,
    form: Mapping[str, str] | None = None,
    parts: Sequence[Part] | None = None,
    content: bytes | None = None,
) -> tuple[bytes | None, str | None]:
    """The body and its content type, of at most one of the four."""
    if sum(given is not None for given in (json, form, parts, content)) > 1:
        raise ValueError("give at most one of json, form, parts and content")
    if json is not None:
        return msgspec.json.encode(json), "application/json"
    if form is not None:
        return urlencode(form).encode("ascii"), "application/x-www-form-urlencoded"
    if parts is not None:
        return _multipart(parts)
    return content, None


def headers_of(
    given: Mapping[str, str] | None, *, bearer: Revealing | None, content_type: str | None
) -> dict[str, str]:
    """The headers to send. Raises InvalidArgument for characters that HTTP does not allow."""
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"}
    if content_type:
        headers["Content-Type"] = content_type
    if bearer is not None:
        headers["Authorization"] = f"Bearer {bearer.reveal()}"
    headers |= {name.title(): value for name, value in (given or {}).items()}
    for name, value in headers.items():
        if name in _SET_BY_CLIENT:
            raise ValueError(f"{name} is the client's to set")
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise InvalidArgument(
                "A value for a header holds characters that HTTP does not allow; remove them."
            )
    return headers


def readable(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Received headers by lower-case name; repeated ones joined by a comma (RFC 9110, 5.3)."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        text = (
            value if value.isascii() else value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        )
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    return joined


class Received:
    """A body as it arrives: unpacked from gzip where it is packed, and never more than `limit_bytes` kept.

    Raises ResponseTooLarge beyond the limit and CutOff for a packed stream that is broken or ends early.
    """

    def __init__(self, headers: Mapping[str, str], limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._chunks: list[bytes] = []
        self._size = 0
        packed = headers.get("content-encoding", "").strip().lower() in {"gzip", "x-gzip"}
        self._gzip = _gzip() if packed else None
        self._is_whole = True
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > limit_bytes:
            raise ResponseTooLarge(limit_bytes)

    def feed(self, chunk: bytes) -> None:
        """Take in what came over the wire."""
        if self._gzip is None:
            self._keep(chunk)
            return
        while chunk:
            if self._gzip.eof:
                self._gzip = _gzip()
            chunk = self._unpack(self._gzip, chunk)
            self._is_whole = self._gzip.eof

    def body(self) -> bytes:
        """The whole body, when the stream has ended."""
        if not self._is_whole:
            raise CutOff
        return b"".join(self._chunks)

    def _unpack(self, gzip: "zlib._Decompress", chunk: bytes) -> bytes:
        try:
            unpacked = gzip.decompress(chunk, self._limit - self._size + 1)
        except zlib.error:
            raise CutOff from None
        self._keep(unpacked)
        return gzip.unused_data

    def _keep(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > self._limit:
            raise ResponseTooLarge(self._limit)
        if chunk:
            self._chunks.append(chunk)


def _gzip() -> "zlib._Decompress":
    return zlib.decompressobj(zlib.MAX_WBITS | 16)


def _multipart(parts: Sequence[Part]) -> tuple[bytes, str]:
    boundary = os.urandom(16).hex()
    pieces: list[bytes] = []
    for part in parts:
        disposition = f'form-data; name="{_quoted(part.name)}"'
        if part.filename is not None:
            disposition += f'; filename="{_quoted(part.filename)}"'
        head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\n"
        if part.content_type is not None:
            if not _HEADER_VALUE.fullmatch(part.content_type):
                raise InvalidArgument("The content type of a file holds characters that HTTP does not allow.")
            head += f"Content-Type: {part.content_type}\r\n"
        content = part.content.encode() if isinstance(part.content, str) else part.content
        pieces += [head.encode(), b"\r\n", content, b"\r\n"]
    return b"".join([*pieces, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


def _quoted(name: str) -> str:
    """A name in a part's header as browsers escape it (WHATWG HTML, multipart/form-data encoding)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
