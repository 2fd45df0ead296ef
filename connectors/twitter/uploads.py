"""Files on their way into a post or message: images at once, GIFs and videos in pieces that X works on."""

import asyncio
from typing import Annotated

from msgspec import Meta

from connectors.kit.context import Part
from connectors.kit.files import Fetched, fetch
from connectors.kit.tool import Output
from connectors.twitter import limits
from connectors.twitter.client import Json, X, is_id, member
from hermes.core.errors import InvalidArgument, PlatformRejected, PlatformUnavailable, TooLarge
from hermes.core.http_types import ResponseTooLarge

UPLOADING_S = 120.0
POLL_S = 1.0
LEAST_POLL_S = 0.1
POLL_LIMIT_S = 10.0
NEED = "uploading media needs the scope media.write; connect anew with it."
_SIZES = {"image": limits.IMAGE_BYTES, "gif": limits.GIF_BYTES, "video": limits.HELD_BYTES}


class File(Output, frozen=True, kw_only=True):
    """A file to attach."""

    url: Annotated[
        str,
        Meta(min_length=8, max_length=2048, pattern=r"^https?://", description="Public address of the file."),
    ]
    alt_text: (
        Annotated[str, Meta(max_length=limits.ALT_CHARS, description="For those who cannot see it.")] | None
    ) = None


async def upload(api: X, files: list[File], *, argument: str = "media", use: str = "tweet") -> list[str]:
    """Hand files over to X for a post, or for a message (`use="dm"`): their media ids.

    Raises InvalidArgument and TooLarge naming `argument`, PlatformRejected where X cannot use one and
    PlatformUnavailable where it is not done in time; nothing was posted then.
    """
    places = [f"{argument}[{number}].url" for number in range(len(files))]
    found = [await _fetched(api, file.url, place) for file, place in zip(files, places, strict=True)]
    kinds = [_kind(one, place) for one, place in zip(found, places, strict=True)]
    if len(kinds) > 1 and set(kinds) != {"image"}:
        raise InvalidArgument(
            "Only images can be several; attach one GIF or video alone.", details={"argument": argument}
        )
    media_ids = []
    for file, one, kind in zip(files, found, kinds, strict=True):
        category = f"{use}_{kind}"
        media_id = await (_at_once if kind == "image" else _in_pieces)(api, one, category)
        if file.alt_text and kind != "video":
            body = {"id": media_id, "metadata": {"alt_text": {"text": file.alt_text}}}
            await api.change("POST", "media/metadata", body=body, need=NEED, sends=False)
        media_ids.append(media_id)
    return media_ids


async def _fetched(api: X, url: str, place: str) -> Fetched:
    try:
        return await fetch(api.ctx, url, argument=place, limit_bytes=limits.HELD_BYTES, deadline=api.deadline)
    except ResponseTooLarge:
        raise _too_large("file", limits.HELD_BYTES, place) from None


async def _at_once(api: X, found: Fetched, category: str) -> str:
    parts = [
        Part(name="media_category", content=category),
        Part(name="media", content=found.content, filename="media", content_type=found.mime_type),
    ]
    told = await api.change("POST", "media/upload", parts=parts, need=NEED, sends=False)
    return await _ready(api, member(told, "data"))


async def _in_pieces(api: X, found: Fetched, category: str) -> str:
    begin = {
        "media_category": category,
        "media_type": found.mime_type,
        "total_bytes": len(found.content),
    }
    begun = await api.change("POST", "media/upload/initialize", body=begin, need=NEED, sends=False)
    media_id = _id(member(begun, "data"))
    for number, start in enumerate(range(0, len(found.content), limits.CHUNK_BYTES)):
        piece = found.content[start : start + limits.CHUNK_BYTES]
        parts = [
            Part(name="segment_index", content=str(number)),
            Part(name="media", content=piece, filename="media", content_type="application/octet-stream"),
        ]
        await api.change("POST", f"media/upload/{media_id}/append", parts=parts, need=NEED, sends=False)
    ended = await api.change("POST", f"media/upload/{media_id}/finalize", need=NEED, sends=False)
    return await _ready(api, {"id": media_id, **member(ended, "data")})


async def _ready(api: X, told: Json) -> str:
    """Wait until X has worked on the file: a post of one that is not ready is refused."""
    media_id, pause_s = _id(told), POLL_S
    while True:
        work = member(told, "processing_info")
        state = work.get("state")
        if state in (None, "succeeded"):
            return media_id
        if state == "failed":
            raise PlatformRejected("X cannot use this file; try another file or format.")
        asked = work.get("check_after_secs")
        wait_s = min(max(asked, LEAST_POLL_S), POLL_LIMIT_S) if isinstance(asked, int | float) else pause_s
        if wait_s >= api.deadline.left_s():
            raise PlatformUnavailable("X is still working on the file; nothing was posted, try again later.")
        await asyncio.sleep(wait_s)
        pause_s = min(pause_s * 2, POLL_LIMIT_S)
        params = {"command": "STATUS", "media_id": media_id}
        told = member(await api.read("media/upload", params, need=NEED), "data")
        told = {"id": media_id, **told}


def _id(told: Json) -> str:
    media_id = told.get("id")
    if not is_id(media_id):
        raise PlatformUnavailable("X named no place for the file; nothing was posted, try again in a minute.")
    return str(media_id)


def _kind(found: Fetched, place: str) -> str:
    types = {"image": limits.IMAGE_TYPES, "gif": limits.GIF_TYPES, "video": limits.VIDEO_TYPES}
    for kind, known in types.items():
        if found.mime_type in known:
            if len(found.content) > _SIZES[kind]:
                raise _too_large(kind, _SIZES[kind], place)
            return kind
    raise InvalidArgument(
        f"X takes JPEG, PNG and WebP images, GIFs and MP4, MOV and WebM videos; the file in '{place}' is "
        f"{found.mime_type}.",
        details={"argument": place},
    )


def _too_large(kind: str, limit_bytes: int, place: str) -> TooLarge:
    return TooLarge(
        f"A {kind} for X may have at most {limit_bytes // 1024**2} MB here; send a smaller one.",
        details={"argument": place},
    )
