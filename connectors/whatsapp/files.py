"""Files on their way to WhatsApp: named by media id, or fetched from an https address and handed in."""

import dataclasses
import mimetypes
import re
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from msgspec import Meta

from connectors.kit.calls import TOTAL_S, call
from connectors.kit.statuses import error_of_status
from connectors.whatsapp.client import MEDIA_ID, Graph
from connectors.whatsapp.limits import FILENAME_CHARS, HELD_BYTES, MEDIA, STATIC_STICKER_BYTES, MediaRule
from hermes.core.errors import HermesError, InvalidArgument, TooLarge
from hermes.core.http_types import HttpResponse, NotReached, ResponseTooLarge

File = Annotated[
    str,
    Meta(
        min_length=5,
        max_length=2048,
        description="https:// address of the file (Hermes fetches it) or the id of media already at "
        "WhatsApp.",
    ),
]
ADDRESS = re.compile(r"https?://", re.IGNORECASE)
MIME_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,80}")
# What servers say when they do not know; the name's ending then decides.
VAGUE = frozenset({"", "application/octet-stream", "binary/octet-stream", "text/plain"})
SAME = {
    "image/jpg": "image/jpeg",
    "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A file WhatsApp can send: `reference` is its media id, or a link Meta fetches itself."""

    reference: dict[str, str]
    mime_type: str = ""
    filename: str = ""
    size_bytes: int | None = None

    @property
    def as_media(self) -> dict[str, Any]:
        """What the inbox keeps of it."""
        known = {"mime_type": self.mime_type, "filename": self.filename, "file_size": self.size_bytes}
        return {**self.reference, **{k: v for k, v in known.items() if v}}


async def ready(graph: Graph, file: str, kind: str, *, argument: str, filename: str | None = None) -> Ready:
    """Make `file` sendable as `kind`.

    Raises InvalidArgument naming `argument` where the file cannot be fetched or is of a type WhatsApp does
    not take, TooLarge beyond the kind's limit. A document too large to be held here goes as a link.
    """
    if MEDIA_ID.fullmatch(file):
        return Ready(reference={"id": file}, filename=filename or "")
    if not ADDRESS.match(file):
        raise InvalidArgument(
            f"'{argument}' must be an https:// address or a media id.", details={"argument": argument}
        )
    rule = MEDIA[kind]
    name = (filename or unquote(urlsplit(file).path).rpartition("/")[2])[:FILENAME_CHARS] or kind
    try:
        response = await _fetched(graph, file, min(rule.limit_bytes, HELD_BYTES), argument)
    except ResponseTooLarge:
        if rule.limit_bytes > HELD_BYTES:
            return Ready(reference={"link": file}, filename=name)
        raise _too_large(kind, rule.limit_bytes) from None
    mime_type = _mime_type(response, name)
    _check(kind, rule, response.body, mime_type, argument)
    media_id = await graph.upload(response.body, mime_type, name)
    return Ready(
        reference={"id": media_id}, mime_type=mime_type, filename=name, size_bytes=len(response.body)
    )


async def _fetched(graph: Graph, url: str, limit_bytes: int, argument: str) -> HttpResponse:
    def not_served(response: HttpResponse) -> HermesError:
        status = response.status
        if status == 429 or status >= 500:
            return error_of_status("The file's host", response)
        what = "redirects; give its final address" if status < 400 else f"answers HTTP {status}; check it"
        return InvalidArgument(f"The address in '{argument}' {what}.")

    try:
        return await call(
            graph.ctx,
            "GET",
            url,
            sends=False,
            explain=not_served,
            deadline=graph.deadline,
            via=graph.ctx.web,
            try_s=TOTAL_S,
            limit_bytes=limit_bytes,
        )
    except NotReached:
        raise InvalidArgument(
            f"The address in '{argument}' cannot be reached; give a public https:// address.",
            details={"argument": argument},
        ) from None
    except InvalidArgument as refused:
        raise InvalidArgument(refused.message, details={"argument": argument}) from None


def _mime_type(response: HttpResponse, name: str) -> str:
    stated = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    guessed = mimetypes.guess_type(name)[0] if stated in VAGUE else None
    mime_type = guessed or stated
    if not MIME_TYPE.fullmatch(mime_type):
        return "application/octet-stream"
    return SAME.get(mime_type, mime_type)


def _check(kind: str, rule: MediaRule, content: bytes, mime_type: str, argument: str) -> None:
    if rule.types and mime_type not in rule.types:
        raise InvalidArgument(
            f"A WhatsApp {kind} must be {', '.join(sorted(rule.types))}; this file is {mime_type}.",
            details={"argument": argument},
        )
    if not content:
        raise InvalidArgument(f"The file in '{argument}' is empty.", details={"argument": argument})
    limit_bytes = (
        STATIC_STICKER_BYTES if kind == "sticker" and not _is_animated(content) else rule.limit_bytes
    )
    if len(content) > limit_bytes:
        raise _too_large(kind, limit_bytes)


def _is_animated(webp: bytes) -> bool:
    """The animation flag of an extended WebP header (RFC 9649, 2.7.1)."""
    return webp[12:16] == b"VP8X" and len(webp) > 20 and bool(webp[20] & 0x02)


def _too_large(kind: str, limit_bytes: int) -> TooLarge:
    shown = f"{limit_bytes // 1024**2} MB" if limit_bytes >= 1024**2 else f"{limit_bytes // 1024} kB"
    return TooLarge(f"A WhatsApp {kind} may have at most {shown}; send a smaller file.")
