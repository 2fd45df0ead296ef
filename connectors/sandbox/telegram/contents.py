"""What a bot sends, checked and turned into the message people see."""

import mimetypes
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from connectors.sandbox.telegram.api import Request, bad, units
from connectors.sandbox.telegram.state import State
from connectors.sandbox.web import UNREACHABLE_LINK

TEXT_UNITS, CAPTION_UNITS = 4096, 1024
ENDINGS = {
    "photo": "png",
    "video": "mp4",
    "animation": "mp4",
    "audio": "mp3",
    "voice": "ogg",
    "sticker": "webp",
}
Content = dict[str, Any]
Maker = Callable[[State, Request], Awaitable[Content]]


async def text(_: State, request: Request) -> Content:
    """sendMessage."""
    return written(request, "text", TEXT_UNITS)


def written(request: Request, name: str, limit_units: int) -> Content:
    """A text or caption with its entities."""
    value = request.text(name)
    if name == "text" and not value.strip():
        raise bad("message text is empty")
    if units(value) > limit_units:
        raise bad("message is too long" if name == "text" else "message caption is too long")
    listed = "entities" if name == "text" else f"{name}_entities"
    entities = request.thing(listed) or []
    for entity in entities:
        if entity["offset"] + entity["length"] > units(value):
            raise bad(f"can't parse entities: entity of type {entity['type']} is beyond the text")
    told: Content = {name: value} if value else {}
    return told | ({listed: entities} if entities else {})


def media(kind: str) -> Maker:
    """sendPhoto, sendVideo and the like."""

    async def make(state: State, request: Request) -> Content:
        caption = written(request, "caption", CAPTION_UNITS)
        given, upload = request.text(kind), request.files.get(kind)
        if upload is not None:
            content = upload.content.encode() if isinstance(upload.content, str) else upload.content
            name = upload.filename or kind
            ending = name.rpartition(".")[2] if "." in name else ENDINGS.get(kind, "bin")
            return caption | _shown(kind, await state.keep_file(content, ending), len(content), name)
        if given.startswith(("http://", "https://")):
            if UNREACHABLE_LINK in given:
                raise bad("failed to get HTTP URL content")
            return caption | _shown(kind, await state.keep_file(b"fetched", ENDINGS.get(kind, "bin")), 7, "")
        known = await state.file(given)
        if known is None:
            raise bad("wrong file identifier/HTTP URL specified")
        return caption | _shown(kind, given, len(known[0]), "")

    return make


def _shown(kind: str, file_id: str, size: int, name: str) -> Content:
    facts: Content = {"file_id": file_id, "file_unique_id": f"AQ{file_id[-12:]}", "file_size": size}
    if kind == "photo":
        return {"photo": [facts | {"width": 90, "height": 67}]}
    named = {"file_name": name} if name and kind in ("document", "audio", "video", "animation") else {}
    mime_type = mimetypes.guess_type(name or f"x.{ENDINGS.get(kind, 'bin')}")[0] or "application/octet-stream"
    more: Content = {"type": "regular", "emoji": "🙂"} if kind == "sticker" else {"mime_type": mime_type}
    return {kind: facts | named | more}


async def poll(_: State, request: Request) -> Content:
    """sendPoll."""
    question, options = request.text("question"), request.thing("options")
    if not 1 <= len(question) <= 300:
        raise bad("poll question length must be 1-300")
    if not isinstance(options, list) or not 1 <= len(options) <= 12:
        raise bad("poll must have 1-12 options")
    if any(not 1 <= len(option.get("text", "")) <= 100 for option in options):
        raise bad("poll options length must not exceed 100")
    return {
        "poll": {
            "id": str(int.from_bytes(os.urandom(8)) >> 1),
            "question": question,
            "options": [{"text": option["text"], "voter_count": 0} for option in options],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": request.given.get("is_anonymous", True) not in (False, "false"),
            "type": "regular",
            "allows_multiple_answers": request.flag("allows_multiple_answers"),
        }
    }


async def location(_: State, request: Request) -> Content:
    """sendLocation."""
    return {"location": _point(request)}


async def venue(_: State, request: Request) -> Content:
    """sendVenue."""
    if not request.text("title") or not request.text("address"):
        raise bad("venue title and address must be non-empty")
    point = _point(request)
    place = {"location": point, "title": request.text("title"), "address": request.text("address")}
    return {"venue": place, "location": point}


def _point(request: Request) -> dict[str, float]:
    try:
        return {name: float(request.text(name)) for name in ("latitude", "longitude")}
    except ValueError:
        raise bad("can't parse latitude or longitude") from None


def keyboard(request: Request) -> Content:
    """The buttons of a request."""
    markup = request.thing("reply_markup")
    if not markup:
        return {}
    for row in markup.get("inline_keyboard", ()):
        for button in row:
            if len(button.get("callback_data", "x").encode()) > 64:
                raise bad("BUTTON_DATA_INVALID")
            if not button.get("url", "https://").startswith(("http://", "https://", "tg://")):
                raise bad("BUTTON_URL_INVALID")
    return {"reply_markup": markup}


MAKERS: Mapping[str, Maker] = {
    "sendMessage": text,
    "sendPoll": poll,
    "sendLocation": location,
    "sendVenue": venue,
    **{f"send{kind.capitalize()}": media(kind) for kind in (*ENDINGS, "document")},
}
