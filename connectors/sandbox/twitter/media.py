"""Uploads, at once or in pieces."""

from connectors.kit.context import HttpResponse
from connectors.sandbox.twitter.rest import Json, Request, data, invalid
from connectors.sandbox.twitter.state import State

CATEGORIES = {f"{use}_{kind}" for use in ("tweet", "dm") for kind in ("image", "gif", "video")}
_TYPES = {"image": "photo", "gif": "animated_gif", "video": "video"}


async def upload(state: State, request: Request) -> HttpResponse:
    """POST /2/media/upload: an image in one request."""
    content, category = request.part("media"), request.part("media_category").decode()
    if not content or category not in CATEGORIES:
        raise invalid("media", "media and media_category are needed")
    return data(_told(await _keep(state, category, len(content), len(content))))


async def initialize(state: State, request: Request) -> HttpResponse:
    """POST /2/media/upload/initialize."""
    given = request.body
    if given.get("media_category") not in CATEGORIES or not isinstance(given.get("total_bytes"), int):
        raise invalid("media_category", "media_category and total_bytes are needed")
    return data(_told(await _keep(state, given["media_category"], given["total_bytes"], 0)))


async def append(state: State, request: Request) -> HttpResponse:
    """POST /2/media/upload/{id}/append."""
    file = await _file(state, request.path[2])
    if not request.part("segment_index").isdigit() or not request.part("media"):
        raise invalid("segment_index", "segment_index and media are needed")
    got = file["got"] + len(request.part("media"))
    await state.put_file(request.path[2], {**file, "got": got})
    return data({"expires_at": 1_900_000_000})


async def finalize(state: State, request: Request) -> HttpResponse:
    """POST /2/media/upload/{id}/finalize: a video is worked on, and done at the next question."""
    file = await _file(state, request.path[2])
    if file["got"] != file["size"]:
        raise invalid("media", "Segments do not add up to provided total file size.")
    work = {"state": "pending", "check_after_secs": 0}
    return data({**_told(file), "processing_info": work} if file["type"] == "video" else _told(file))


async def status(state: State, request: Request) -> HttpResponse:
    """GET /2/media/upload?command=STATUS."""
    file = await _file(state, request.params.get("media_id", ""))
    return data({**_told(file), "processing_info": {"state": "succeeded", "progress_percent": 100}})


async def describe(state: State, request: Request) -> HttpResponse:
    """POST /2/media/metadata."""
    media_id = str(request.body.get("id"))
    file = await _file(state, media_id)
    text = request.body.get("metadata", {}).get("alt_text", {}).get("text")
    await state.put_file(media_id, {**file, "alt_text": text})
    return data({"id": media_id, "associated_metadata": {}})


async def _keep(state: State, category: str, size: int, got: int) -> Json:
    media_id, kind = await state.number(), category.rpartition("_")[2]
    file = {
        "media_id": media_id,
        "media_key": f"3_{media_id}",
        "type": _TYPES[kind],
        "url": f"https://pbs.example/{media_id}",
        "size": size,
        "got": got,
    }
    await state.put_file(media_id, file)
    return file


async def _file(state: State, media_id: str) -> Json:
    file = (await state.files()).get(media_id)
    if file is None:
        raise invalid("media_id", "There is no such upload.")
    return file


def _told(file: Json) -> Json:
    return {"id": file["media_id"], "media_key": file["media_key"], "expires_after_secs": 86_400}
