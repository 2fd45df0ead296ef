"""Text, media, reactions and read receipts."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.tool import SEND, UPDATE, Params, Tool, ToolResult
from connectors.whatsapp import recipients, window
from connectors.whatsapp.client import Graph
from connectors.whatsapp.files import File, ready
from connectors.whatsapp.limits import CAPTION_CHARS, FILENAME_CHARS, MEDIA, TEXT_CHARS
from connectors.whatsapp.outputs import Done, Sent
from connectors.whatsapp.recipients import To
from connectors.whatsapp.tools.common import WAMID, MessageId, ReplyTo, sent
from hermes.core.errors import InvalidArgument


class SendText(Params, frozen=True):
    """A text message."""

    to: To
    text: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=TEXT_CHARS,
            description="Up to 4,096 characters; *bold*, _italic_, ~struck~ work.",
        ),
    ]
    preview_url: Annotated[bool, Meta(description="Preview its first link.")] = False
    reply_to: ReplyTo | None = None


async def send_text(ctx: ToolContext, params: SendText) -> ToolResult:
    """Send a text."""
    to, graph = recipients.parse(params.to), Graph(ctx)
    await window.require_open(graph, to)
    text = {"body": params.text, "preview_url": params.preview_url}
    accepted = await window.send(graph, to, "text", text, reply_to=params.reply_to)
    return sent(graph, accepted, "text", text=params.text, reply_to=params.reply_to)


class SendMedia(Params, frozen=True):
    """A file with or without a caption."""

    to: To
    kind: Annotated[
        Literal["image", "video", "audio", "document", "sticker"],
        Meta(
            description="image: JPEG, PNG to 5 MB; video (MP4, 3GPP), audio to 16 MB; document: any to "
            "100 MB; sticker: WebP to 100 kB."
        ),
    ]
    file: File
    caption: (
        Annotated[
            str, Meta(min_length=1, max_length=CAPTION_CHARS, description="Not for audio and stickers.")
        ]
        | None
    ) = None
    filename: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=FILENAME_CHARS,
                pattern=r'^[^/\\"\n\r]+$',
                description="Shown name of a document.",
            ),
        ]
        | None
    ) = None
    reply_to: ReplyTo | None = None


async def send_media(ctx: ToolContext, params: SendMedia) -> ToolResult:
    """Send a file."""
    to, graph = recipients.parse(params.to), Graph(ctx)
    if params.caption and not MEDIA[params.kind].takes_caption:
        raise InvalidArgument(
            f"A WhatsApp {params.kind} takes no caption; send the words with whatsapp_send_text.",
            details={"argument": "caption"},
        )
    await window.require_open(graph, to)
    file = await ready(graph, params.file, params.kind, argument="file", filename=params.filename)
    media: dict[str, Any] = dict(file.reference)
    if params.caption:
        media["caption"] = params.caption
    if params.kind == "document" and file.filename:
        media["filename"] = file.filename
    accepted = await window.send(graph, to, params.kind, media, reply_to=params.reply_to)
    return sent(
        graph,
        accepted,
        params.kind,
        text=params.caption or "",
        reply_to=params.reply_to,
        media=file.as_media,
    )


class React(Params, frozen=True):
    """An emoji on a message."""

    to: To
    message_id: MessageId
    emoji: Annotated[str, Meta(max_length=40, description="One emoji, e.g. 👍; empty removes the reaction.")]


async def react(ctx: ToolContext, params: React) -> ToolResult:
    """React to a message."""
    to, graph = recipients.parse(params.to), Graph(ctx)
    await window.require_open(graph, to)
    reaction = {"message_id": params.message_id, "emoji": params.emoji}
    accepted = await window.send(graph, to, "reaction", reaction)
    return sent(graph, accepted, "reaction", text=params.emoji, reply_to=params.message_id)


class MarkRead(Params, frozen=True):
    """A read receipt."""

    message_id: MessageId
    typing: Annotated[
        bool, Meta(description="Also show 'typing…' for up to 25 s; only if you will answer now.")
    ] = False


async def mark_read(ctx: ToolContext, params: MarkRead) -> ToolResult:
    """Mark a received message as read."""
    await Graph(ctx).mark_read(params.message_id, typing=params.typing)
    return ToolResult(
        data=Done(message_id=params.message_id, done=True),
        upstream_id=params.message_id,
        read_up_to=params.message_id,
    )


TOOLS = (
    Tool(
        name="whatsapp_send_text",
        title="Send WhatsApp text",
        description="Send a WhatsApp text to one person, now. Works only within 24 hours of their last "
        "message; otherwise it fails with window_closed, sends nothing and names approved templates for "
        "whatsapp_send_template. For files use whatsapp_send_media.",
        params=SendText,
        output=Sent,
        handler=send_text,
        hints=SEND,
        core=True,
        redact=frozenset({"to", "text"}),
        example={"to": "+14155550123", "text": "Your order is on its way."},
    ),
    Tool(
        name="whatsapp_send_media",
        title="Send WhatsApp media",
        description="Send one image, video, audio file, document or sticker to one person, now. Needs the "
        "24-hour window like whatsapp_send_text. Type and size are checked before anything is sent.",
        params=SendMedia,
        output=Sent,
        handler=send_media,
        hints=SEND,
        core=True,
        redact=frozenset({"to", "file", "caption"}),
        example={"to": "+14155550123", "kind": "image", "file": "2621233374848975", "caption": "Our shop"},
    ),
    Tool(
        name="whatsapp_react",
        title="React on WhatsApp",
        description="Put an emoji on a message of a chat, replacing an earlier reaction, or remove it. The "
        "person is notified. Needs the 24-hour window. To say something use whatsapp_send_text.",
        params=React,
        output=Sent,
        handler=react,
        hints=UPDATE,
        redact=frozenset({"to"}),
        example={"to": "+14155550123", "message_id": WAMID, "emoji": "👍"},
    ),
    Tool(
        name="whatsapp_mark_read",
        title="Mark WhatsApp message read",
        description="Show the sender blue ticks for a received message and all before it, and count them as "
        "read in the inbox. Reading through the other tools never does that by itself. Nothing is sent to "
        "them; to answer use whatsapp_send_text.",
        params=MarkRead,
        output=Done,
        handler=mark_read,
        hints=UPDATE,
        example={"message_id": WAMID},
    ),
)
