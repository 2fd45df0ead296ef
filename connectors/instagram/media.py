"""Files on their way to Instagram, which fetches them itself, and files of messages."""

import base64
import binascii
import dataclasses
import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from msgspec import Meta

from connectors.instagram.client import MESSAGES, Instagram
from connectors.instagram.limits import INLINE_CHARS
from connectors.kit.calls import call
from connectors.kit.connector import MediaFile
from connectors.kit.context import ToolContext
from connectors.kit.files import fetch
from connectors.kit.hosts import may_receive
from connectors.kit.meta import items, member, text_of
from connectors.kit.statuses import error_of_status
from hermes.core.egress import allowed_url
from hermes.core.errors import HermesError, InvalidArgument, NotFound
from hermes.core.http_types import NotReached

# Where Instagram keeps what people send; no credential goes there.
HOSTS = ("lookaside.fbsbx.com", "*.fbsbx.com", "*.fbcdn.net", "*.cdninstagram.com")
ADDRESS = r"^(https://\S+|data:[a-z]+/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=]+)$"
_DATA = re.compile(r"data:([a-z]+/[a-z0-9.+-]+);base64,(.+)")
_KINDS = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "m4v": "video/mp4",
    "webm": "video/webm",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "pdf": "application/pdf",
}
Address = Annotated[
    str,
    Meta(
        min_length=9,
        max_length=INLINE_CHARS,
        pattern=ADDRESS,
        description="Public https:// address of the file, which Instagram fetches itself, or the file as a "
        "data: URI (data:image/jpeg;base64,…).",
    ),
]


@dataclasses.dataclass(frozen=True, slots=True)
class Given:
    """A file as a caller names it. `mime_type` is empty where the address does not tell."""

    address: str
    mime_type: str
    content: bytes | None = None

    @property
    def kind(self) -> str:
        """image, video, audio, application, or empty."""
        return self.mime_type.partition("/")[0]


def given(text: str, argument: str) -> Given:
    """Check a file's address or data: URI. Raises InvalidArgument naming `argument`."""
    inline = _DATA.fullmatch(text)
    try:
        if inline is not None:
            return Given("", inline[1], base64.b64decode(inline[2], validate=True))
        target = allowed_url(text, bases=())
    except binascii.Error:
        raise InvalidArgument(
            f"The data: URI in '{argument}' is no base64.", details={"argument": argument}
        ) from None
    except (InvalidArgument, NotReached):
        raise InvalidArgument(
            f"Instagram cannot fetch the address in '{argument}'; give a plain public https:// address.",
            details={"argument": argument},
        ) from None
    ending = urlsplit(target.url).path.rpartition(".")[2].lower()
    return Given(text, _KINDS.get(ending, ""))


async def typed(api: Instagram, file: Given) -> Given:
    """The file with its type: where the address does not tell it, its host is asked. Empty if it will not."""
    if file.mime_type:
        return file
    try:
        response = await call(
            api.ctx,
            "HEAD",
            file.address,
            sends=False,
            explain=lambda told: error_of_status("The file's host", told),
            deadline=api.deadline,
            via=api.ctx.web,
        )
    except HermesError:
        return file
    stated = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return dataclasses.replace(file, mime_type=stated if "/" in stated else "")


async def public(api: Instagram, file: Given) -> str:
    """An address Instagram can fetch the file from. Raises TooLarge."""
    if file.content is None:
        return file.address
    return (await api.ctx.files.hand_over(file.content, file.mime_type)).url


async def fetch_media(ctx: ToolContext, media: Mapping[str, Any], limit_bytes: int) -> MediaFile:
    """`Connector.fetch_media`: the message names a fresh address of its file, which is then fetched.

    Raises NotFound where the message is gone or has no file any more: Instagram tells of the last 20
    messages of a conversation only. Raises TooLarge beyond `limit_bytes`.
    """
    api, message = Instagram(ctx), str(media.get("id") or "")
    if not message:
        raise NotFound("This message has no file.")
    told = await api.get(quote(message, safe=""), {"fields": "attachments"}, need=MESSAGES)
    attached = items(member(told, "attachments").get("data"))
    url = _address_in(attached[0]) if attached else ""
    if not may_receive(url, hosts=HOSTS, base=f"https://{HOSTS[0]}"):
        raise NotFound("Instagram has no file of this message any more.")
    try:
        file = await fetch(ctx, url, argument="media", limit_bytes=limit_bytes, deadline=api.deadline)
    except InvalidArgument:
        raise NotFound("Instagram no longer serves the file of this message.") from None
    return MediaFile(content=file.content, mime_type=text_of(attached[0].get("mime_type")) or file.mime_type)


def _address_in(attachment: Mapping[str, Any]) -> str:
    for name in ("image_data", "video_data"):
        if url := text_of(member(attachment, name).get("url")):
            return url
    return text_of(attachment.get("file_url"))
