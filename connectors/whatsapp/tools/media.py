"""Files people sent."""

import base64
from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.tool import READ, Params, Tool, ToolResult
from connectors.whatsapp.client import Graph
from connectors.whatsapp.limits import INLINE_BYTES, INLINE_SEEN_BYTES
from connectors.whatsapp.outputs import Media
from connectors.whatsapp.tools.common import MessageId
from hermes.core.errors import InvalidArgument, NotFound, TooLarge


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
    facts = await graph.media(str(params.media_id or stored["id"]))
    mime_type = str(facts.get("mime_type") or stored.get("mime_type") or "application/octet-stream")
    limit_bytes = INLINE_SEEN_BYTES if _is_seen(mime_type) else INLINE_BYTES
    content = await _content(graph, facts, limit_bytes)
    media = Media(
        media_id=str(params.media_id or stored["id"]),
        mime_type=mime_type,
        size_bytes=len(content) if content is not None else _size(facts),
        sha256=str(facts["sha256"]) if facts.get("sha256") else None,
        filename=str(stored["filename"]) if stored.get("filename") else None,
        inline=content is not None,
        note=None
        if content is not None
        else f"Such files above {limit_bytes // 1000} kB are not handed over inline.",
    )
    blocks = [] if content is None else [_block(media, content)]
    return ToolResult(data=media, upstream_id=media.media_id, content=blocks)


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


TOOLS = (
    Tool(
        name="whatsapp_get_media",
        title="Get WhatsApp file",
        description="Get a file of a message: type, size and checksum and the file itself as content of the "
        "result, pictures and sound up to 700 kB, other files up to 180 kB. WhatsApp keeps received files "
        "for 7 days. Give the message or the media id.",
        params=GetMedia,
        output=Media,
        handler=get_media,
        hints=READ,
        example={"media_id": "2621233374848975"},
    ),
)
