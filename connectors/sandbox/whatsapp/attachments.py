"""Files in messages."""

import re
from typing import Any

from connectors.sandbox.graph import invalid
from connectors.sandbox.whatsapp.checks import members, optional
from connectors.sandbox.whatsapp.graph import wrong
from connectors.sandbox.whatsapp.state import State

_CAPTIONED = frozenset({"image", "video", "document"})
KINDS = _CAPTIONED | {"audio", "sticker"}


async def check(kind: str, content: Any, state: State) -> None:
    """A file by `id` or `link`, and what may be said with it."""
    allowed = {"id", "link"} | ({"caption"} if kind in _CAPTIONED else set())
    given = members(kind, content, allowed | ({"filename"} if kind == "document" else set()))
    if ("id" in given) == ("link" in given):
        raise invalid(f"Param {kind} must have exactly one of 'id' and 'link'.")
    if "link" in given and not re.fullmatch(r"https?://[^\s/]+\S*", str(given["link"])):
        raise wrong(f"{kind}['link'] is not a valid URI.")
    if "id" in given and await state.media(str(given["id"])) is None:
        raise invalid(f"Param {kind}['id'] is not a valid whatsapp business account media attachment ID")
    optional(kind, given, "caption", 1024)
    optional(kind, given, "filename", 240)
