"""Files people sent."""

import base64
from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.connector import MediaFile
from connectors.kit.context import ToolContext
from connectors.kit.tool import READ, Params, Tool, ToolResult
from connectors.whatsapp.client import Graph
from connectors.whatsapp.limits import INLINE_BYTES, INLINE_SEEN_BYTES
from connectors.whatsapp.outputs import Media
from connectors.whatsapp.tools.common import MessageId
from hermes.core.errors import InvalidArgument, NotFound, TooLarge

UNKNOWN = "application/octet-stream"


class GetMedia(Params, frozen=True):
    """Which file: one of both."""

    message_id: MessageId | None = None
    media_id: (
        Annotated[str, Meta(max_length=30, pattern=r"^[0-9]{5,30}$", description="WhatsApp media id.")] | None
    ) = None


async def get_media(ctx: ToolContext, params: GetMedia) -> ToolResult:
    """Look a file up and hand it over where it is small enough."""
    if (params.message_id is None) == (params.media_id is None):
        raise InvalidArgument("Give either 'message_id' or 'media_id'.", details={"argument": "message_id"})
    stored = await _stored(ctx, params.message_id) if params.message_id else {}
    graph = Graph(ctx)
    media_id = str(params.media_id or stored["id"])
    facts = await graph.media(media_id)
    mime_type = str(facts.get("mime_type") or stored.get("mime_type") or UNKNOWN)
    limit_bytes = INLINE_SEEN_BYTES if _is_seen(mime_type) else INLINE_BYTES
    content = await _content(graph, facts, limit_bytes)
    filename = str(stored["filename"]) if stored.get("filename") else None
    link = ctx.files.link({"id": media_id, "mime_type": mime_type, "filename": filename})
    media = Media(
        media_id=media_id,
        mime_type=mime_type,
        size_bytes=len(content) if content is not None else _size(facts),
        sha256=str(facts["sha256"]) if facts.get("sha256") else None,
        filename=filename,
        url=link.url,
        expires_at=link.expires_at,
        inline=content is not None,
        note=None
        if content is not None
        else f"Above {limit_bytes // 1000} kB such a file is at its url only.",
    )
    blocks = [_link(media)] if content is None else [_block(media, content), _link(media)]
    return ToolResult(data=media, upstream_id=media.media_id, content=blocks)


async def fetch_media(ctx: ToolContext, media: Mapping[str, Any], limit_bytes: int) -> MediaFile:
    """`Connector.fetch_media`: the media id, then its url, then its bytes; the token goes to Meta alone."""
    graph = Graph(ctx)
    facts = await graph.media(str(media.get("id") or ""))
    if (_size(facts) or 0) > limit_bytes:
        raise TooLarge(f"The file is larger than {limit_bytes >> 20} MiB.")
    return MediaFile(
        content=await graph.download(str(facts.get("url") or ""), limit_bytes),
        mime_type=str(facts.get("mime_type") or media.get("mime_type") or UNKNOWN),
        filename=str(media.get("filename") or ""),
    )


async def _stored(ctx: ToolContext, message_id: str) -> Mapping[str, Any]:
    media = (await ctx.inbox.message(message_id)).get("media")
    if not isinstance(media, Mapping) or not media.get("id"):
        raise NotFound("This message has no file; look at its kind in the conversation.")
    return media


async def _content(graph: Graph, facts: Mapping[str, Any], limit_bytes: int) -> bytes | None:
    """The file's bytes; None where it is too large to be handed over."""
    size = _size(facts)
    if size is not None and size > limit_bytes:
        return None
    try:
        return await graph.download(str(facts.get("url") or ""), limit_bytes)
    except TooLarge:
        return None


def _is_seen(mime_type: str) -> bool:
    """Whether the protocol has a content block of its own for it."""
    return mime_type.startswith(("image/", "audio/"))


def _size(facts: Mapping[str, Any]) -> int | None:
    size = str(facts.get("file_size", ""))
    return int(size) if size.isascii() and size.isdecimal() and len(size) < 16 else None


def _block(media: Media, content: bytes) -> dict[str, Any]:
    data = base64.b64encode(content).decode()
    if _is_seen(media.mime_type):
        kind = media.mime_type.partition("/")[0]
        return {"type": kind, "data": data, "mimeType": media.mime_type.partition(";")[0]}
    uri = f"hermes://media/{media.media_id}"
    return {"type": "resource", "resource": {"uri": uri, "mimeType": media.mime_type, "blob": data}}


def _link(media: Media) -> dict[str, Any]:
    link = {"type": "resource_link", "uri": media.url, "name": media.filename or media.media_id}
    facts = {"mimeType": media.mime_type.partition(";")[0], "size": media.size_bytes}
    return {**link, **{name: value for name, value in facts.items() if value is not None}}


TOOLS = (
    Tool(
        name="whatsapp_get_media",
        title="Get WhatsApp file",
        description="Get a file of a message: type, size and checksum and the file itself as content of the "
        "result, pictures and sound up to 700 kB, other files up to 180 kB; any size by a link (url) that "
        "works for 15 minutes. WhatsApp keeps received files for 7 days. Give the message or the media "
        "id. Ids are in whatsapp_get_conversation.",
        params=GetMedia,
        output=Media,
        handler=get_media,
        hints=READ,
        example={"media_id": "2621233374848975"},
    ),
)
