"""Files of messages, fetched from where Discord keeps them: public addresses, signed for about a day."""

from collections.abc import Mapping
from typing import Any

from connectors.kit.calls import Deadline
from connectors.kit.connector import MediaFile
from connectors.kit.context import ToolContext
from connectors.kit.files import fetch
from connectors.kit.hosts import may_receive
from hermes.core.errors import InvalidArgument, NotFound

HOSTS = ("cdn.discordapp.com", "media.discordapp.net")


async def fetch_media(ctx: ToolContext, media: Mapping[str, Any], limit_bytes: int) -> MediaFile:
    """The file of an inbound message; no credential goes there.

    Raises NotFound where it has none at Discord, or its address is no longer good: read the message anew
    with discord_get_message for a fresh one. Raises TooLarge beyond `limit_bytes`.
    """
    url = str(media.get("url") or "")
    if not may_receive(url, hosts=HOSTS, base=f"https://{HOSTS[0]}"):
        raise NotFound("This message has no file that Discord keeps.")
    try:
        file = await fetch(ctx, url, argument="media", limit_bytes=limit_bytes, deadline=Deadline())
    except InvalidArgument:
        raise NotFound(
            "Discord no longer serves the file at this address; discord_get_message names a fresh one."
        ) from None
    mime_type = str(media.get("mime_type") or file.mime_type)
    return MediaFile(content=file.content, mime_type=mime_type, filename=str(media.get("filename") or ""))
