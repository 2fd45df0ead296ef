"""Files people sent."""

import base64
import mimetypes
from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.connector import MediaFile
from connectors.kit.context import ToolContext
from connectors.kit.tool import READ, Params, Tool, ToolResult
from connectors.telegram.client import Bot
from connectors.telegram.files import FILE_ID
from connectors.telegram.inbound import said
from connectors.telegram.limits import INLINE_BYTES, INLINE_SEEN_BYTES
from connectors.telegram.outputs import File
from hermes.core.errors import NotFound, TooLarge

# What mimetypes does not know of the endings Telegram gives its files.
ENDINGS = {"oga": "audio/ogg", "tgs": "application/x-tgsticker", "webp": "image/webp", "webm": "video/webm"}


class GetFile(Params, frozen=True, kw_only=True):
    """Which file."""

    file_id: Annotated[
        str, Meta(max_length=200, pattern=f"^{FILE_ID}$", description="`id` in the media of a message.")
    ]


async def get_file(ctx: ToolContext, params: GetFile) -> ToolResult:
    """Look a file up and hand it over where it is small enough."""
    bot = Bot(ctx)
    facts, path = await _facts(bot, params.file_id)
    filename = path.rpartition("/")[2]
    mime_type = _mime_type(filename)
    limit_bytes = INLINE_SEEN_BYTES if _is_seen(mime_type) else INLINE_BYTES
    content = await _content(bot, facts, path, limit_bytes)
    is_inline = content is not None
    link = ctx.files.link({"id": params.file_id, "mime_type": mime_type, "filename": filename})
    data = File(
        file_id=params.file_id,
        mime_type=mime_type,
        size_bytes=len(content) if content is not None else _size(facts),
        filename=filename[:240],
        url=link.url,
        expires_at=link.expires_at,
        inline=is_inline,
        note=None if is_inline else f"Above {limit_bytes // 1000} kB such a file is at its url only.",
    )
    blocks = [_link(data)] if content is None else [_block(data, content), _link(data)]
    return ToolResult(data=data, upstream_id=params.file_id, content=blocks)


async def fetch_media(ctx: ToolContext, media: Mapping[str, Any], limit_bytes: int) -> MediaFile:
    """`Connector.fetch_media`: the file id, then its path, then its bytes."""
    bot = Bot(ctx)
    facts, path = await _facts(bot, said(media.get("id")))
    if (_size(facts) or 0) > limit_bytes:
        raise TooLarge(f"The file is larger than {limit_bytes >> 20} MiB.")
    filename = path.rpartition("/")[2]
    return MediaFile(
        content=await bot.download(path, limit_bytes),
        mime_type=said(media.get("mime_type")) or _mime_type(filename),
        filename=said(media.get("filename")) or filename,
    )


async def _facts(bot: Bot, file_id: str) -> tuple[Mapping[str, Any], str]:
    """What `getFile` tells, and the file's path. Raises NotFound."""
    facts = await bot.ask("getFile", file_id=file_id)
    path = said(facts.get("file_path")) if isinstance(facts, dict) else ""
    if not path:
        raise NotFound("Telegram does not have this file for the bot; ask for it to be sent again.")
    return facts, path


async def _content(bot: Bot, facts: Mapping[str, Any], path: str, limit_bytes: int) -> bytes | None:
    """The file's bytes; None where it is too large to be handed over."""
    size = _size(facts)
    if size is not None and size > limit_bytes:
        return None
    try:
        return await bot.download(path, limit_bytes)
    except TooLarge:
        return None


def _mime_type(filename: str) -> str:
    ending = filename.rpartition(".")[2].lower()
    return ENDINGS.get(ending) or mimetypes.guess_type(filename)[0] or "application/octet-stream"


def _is_seen(mime_type: str) -> bool:
    """Whether the protocol has a content block of its own for it."""
    return mime_type.startswith(("image/", "audio/"))


def _size(facts: Mapping[str, Any]) -> int | None:
    size = facts.get("file_size")
    return size if type(size) is int and 0 <= size < 2**53 else None


def _block(file: File, content: bytes) -> dict[str, Any]:
    data = base64.b64encode(content).decode()
    if _is_seen(file.mime_type):
        return {"type": file.mime_type.partition("/")[0], "data": data, "mimeType": file.mime_type}
    uri = f"hermes://media/{file.file_id}"
    return {"type": "resource", "resource": {"uri": uri, "mimeType": file.mime_type, "blob": data}}


def _link(file: File) -> dict[str, Any]:
    link = {"type": "resource_link", "uri": file.url, "name": file.filename or file.file_id}
    facts = {"mimeType": file.mime_type, "size": file.size_bytes}
    return {**link, **{name: value for name, value in facts.items() if value is not None}}


TOOLS = (
    Tool(
        name="telegram_get_file",
        title="Get Telegram file",
        description="Get a file of a message: type and size and the file itself as content of the result, "
        "pictures and sound up to 700 kB, other files up to 180 kB; any size up to Telegram's 20 MB by a "
        "link (url) that works for 15 minutes. Take the file id from the media of a message "
        "(telegram_get_messages).",
        params=GetFile,
        output=File,
        handler=get_file,
        hints=READ,
        example={"file_id": "AgACAgIAAxkBAAMCZ0EXAMPLE"},
    ),
)
