"""Files and places."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.tool import SEND, Tool, ToolResult
from connectors.telegram.client import Bot
from connectors.telegram.files import File, ready
from connectors.telegram.limits import CAPTION_UNITS, FILENAME_CHARS, MEDIA
from connectors.telegram.markup import Format, read
from connectors.telegram.outputs import Sent
from connectors.telegram.tools.buttons import Buttons, keyboard
from connectors.telegram.tools.common import Place, addressed, sent
from hermes.core.errors import InvalidArgument


class SendMedia(Place, frozen=True, kw_only=True):
    """A file with or without a caption."""

    kind: Annotated[
        Literal["photo", "video", "animation", "audio", "voice", "document", "sticker"],
        Meta(
            description="photo: JPEG, PNG, WebP to 10 MB; sticker: WebP, WebM to 512 kB; voice: OGG; "
            "animation: GIF; audio: MP3, M4A; video: MP4; document: any to 50 MB."
        ),
    ]
    file: File
    caption: (
        Annotated[
            str, Meta(min_length=1, max_length=4 * CAPTION_UNITS, description="Up to 1,024 characters.")
        ]
        | None
    ) = None
    format: Format = "plain"
    filename: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=FILENAME_CHARS,
                pattern=r"^[^/\\\x00-\x1f\x7f\"]+$",
                description="Shown name of a file given by address.",
            ),
        ]
        | None
    ) = None
    buttons: Buttons | None = None


async def send_media(ctx: ToolContext, params: SendMedia) -> ToolResult:
    """Send a file."""
    bot, rule, markup = Bot(ctx), MEDIA[params.kind], keyboard(params.buttons)
    body: dict[str, Any] = addressed(params)
    if params.caption is not None:
        if not rule.takes_caption:
            raise InvalidArgument(
                f"A Telegram {params.kind} takes no caption; send the words with telegram_send_message.",
                details={"argument": "caption"},
            )
        body |= read(params.caption, params.format, "caption", CAPTION_UNITS).members("caption")
    if markup:
        body["reply_markup"] = markup
    file = await ready(bot, params.file, params.kind, filename=params.filename)
    if file.named is not None:
        body[params.kind] = file.named
    return sent(bot, await bot.send(rule.method, body, file.upload), params)


class SendLocation(Place, frozen=True, kw_only=True):
    """A place on the map."""

    latitude: Annotated[float, Meta(ge=-90, le=90, description="Degrees, north positive.")]
    longitude: Annotated[float, Meta(ge=-180, le=180, description="Degrees, east positive.")]
    title: (
        Annotated[str, Meta(min_length=1, max_length=200, description="Name of the place; needs address.")]
        | None
    ) = None
    address: (
        Annotated[str, Meta(min_length=1, max_length=300, description="Address; needs title.")] | None
    ) = None


async def send_location(ctx: ToolContext, params: SendLocation) -> ToolResult:
    """Send a point, or a named place."""
    bot = Bot(ctx)
    if (params.title is None) != (params.address is None):
        missing = "address" if params.address is None else "title"
        raise InvalidArgument("Give 'title' and 'address' together.", details={"argument": missing})
    body = addressed(params) | {"latitude": params.latitude, "longitude": params.longitude}
    if params.title is None:
        return sent(bot, await bot.send("sendLocation", body), params)
    venue = {"title": params.title, "address": params.address}
    return sent(bot, await bot.send("sendVenue", body | venue), params)


TOOLS = (
    Tool(
        name="telegram_send_media",
        title="Send Telegram media",
        description="Send one photo, video, animation, audio, voice message, document or sticker from the "
        "bot to a chat, group or channel, now, with a caption. A file given by address is checked for "
        "type and size first. Words alone: telegram_send_message.",
        params=SendMedia,
        output=Sent,
        handler=send_media,
        hints=SEND,
        core=True,
        redact=frozenset({"file", "caption", "filename", "buttons"}),
        example={
            "chat_id": "123456789",
            "kind": "photo",
            "file": "AgACAgIAAxkBAAMCZ0EXAMPLE",
            "caption": "Our shop",
        },
    ),
    Tool(
        name="telegram_send_location",
        title="Send Telegram location",
        description="Send a point on the map from the bot to a chat, group or channel; with title and "
        "address it is shown as a place. It is sent now. To describe a place in words use "
        "telegram_send_message.",
        params=SendLocation,
        output=Sent,
        handler=send_location,
        hints=SEND,
        redact=frozenset({"latitude", "longitude", "title", "address"}),
        example={"chat_id": "123456789", "latitude": 37.4847, "longitude": -122.1473},
    ),
)
