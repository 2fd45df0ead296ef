"""Files on their way to WhatsApp: named by media id, or fetched from an https address and handed in."""

import dataclasses
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from msgspec import Meta

from connectors.kit.files import fetch, is_address
from connectors.whatsapp.client import MEDIA_ID, Graph
from connectors.whatsapp.limits import FILENAME_CHARS, HELD_BYTES, MEDIA, STATIC_STICKER_BYTES, MediaRule
from hermes.core.errors import InvalidArgument, TooLarge
from hermes.core.http_types import ResponseTooLarge

File = Annotated[
    str,
    Meta(
        min_length=5,
        max_length=2048,
        description="https address, or id of media already at WhatsApp.",
    ),
]


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
    if not is_address(file):
        raise InvalidArgument(
            f"'{argument}' must be an https:// address or a media id.", details={"argument": argument}
        )
    rule = MEDIA[kind]
    try:
        found = await fetch(
            graph.ctx,
            file,
            argument=argument,
            limit_bytes=min(rule.limit_bytes, HELD_BYTES),
            deadline=graph.deadline,
            filename=filename or "",
        )
    except ResponseTooLarge:
        if rule.limit_bytes > HELD_BYTES:
            name = filename or unquote(urlsplit(file).path).rpartition("/")[2]
            return Ready(reference={"link": file}, filename=name[:FILENAME_CHARS] or kind)
        raise _too_large(kind, rule.limit_bytes) from None
    name = found.filename or kind
    _check(kind, rule, found.content, found.mime_type, argument)
    media_id = await graph.upload(found.content, found.mime_type, name)
    return Ready(
        reference={"id": media_id}, mime_type=found.mime_type, filename=name, size_bytes=len(found.content)
    )


def _check(kind: str, rule: MediaRule, content: bytes, mime_type: str, argument: str) -> None:
    if rule.types and mime_type not in rule.types:
        raise InvalidArgument(
            f"A WhatsApp {kind} must be {', '.join(sorted(rule.types))}; this file is {mime_type}.",
            details={"argument": argument},
        )
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
