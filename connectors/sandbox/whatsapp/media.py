"""Media at the stand-in: uploaded, looked up, downloaded."""

import hashlib
import os
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from connectors.kit.context import HttpResponse
from connectors.sandbox.graph import (
    GraphError,
    Refusal,
    Request,
    answer,
    invalid,
    number_from,
    unknown_object,
)
from connectors.sandbox.whatsapp import magic
from connectors.sandbox.whatsapp.graph import missing
from connectors.sandbox.whatsapp.state import LIMIT_MEDIA_BYTES, State

HOST = "lookaside.fbsbx.com"
PATH = "/whatsapp_business/attachments/"
URL_TTL_S = 300
# Cloud API reference, supported media types (2026-06); the value is the kind of message they may be sent as.
TYPES = {
    "audio/aac": "audio",
    "audio/amr": "audio",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
    "audio/ogg": "audio",
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "sticker",
    "video/mp4": "video",
    "video/3gpp": "video",
    "text/plain": "document",
    "application/pdf": "document",
    "application/msword": "document",
    "application/vnd.ms-excel": "document",
    "application/vnd.ms-powerpoint": "document",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "document",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "document",
}


async def upload(state: State, request: Request) -> HttpResponse:
    """POST /{phone}/media, multipart."""
    await state.phone_id(request.path[0])
    parts = {part.name: part for part in request.parts}
    if "messaging_product" not in parts or parts["messaging_product"].content not in (
        "whatsapp",
        b"whatsapp",
    ):
        raise missing("messaging_product")
    if "file" not in parts:
        raise missing("file")
    content = parts["file"].content
    raw = content.encode() if isinstance(content, str) else content
    mime_type = (parts["file"].content_type or "application/octet-stream").partition(";")[0].strip()
    if mime_type not in TYPES:
        raise invalid(
            f"Param file must be a file with one of the following types: {', '.join(TYPES)}. "
            f"Received file of type '{mime_type}'."
        )
    if len(raw) > LIMIT_MEDIA_BYTES:
        raise GraphError(Refusal(131053, "Media upload error", "The sandbox keeps files of up to 5 MB."))
    media_id = await keep(state, raw, mime_type)
    return answer({"id": media_id})


async def keep(state: State, content: bytes, mime_type: str) -> str:
    """Keep a file and return its new media id."""
    media_id = number_from(os.urandom(16).hex(), 16)
    facts = {
        "mime_type": mime_type,
        "sha256": digest(content),
        "file_size": len(content),
        "id": media_id,
        "messaging_product": "whatsapp",
    }
    await state.put_media(media_id, facts, content)
    return media_id


def digest(content: bytes) -> str:
    """The `sha256` Meta tells of a file."""
    return hashlib.sha256(content).hexdigest()


async def lookup(state: State, request: Request) -> HttpResponse:
    """GET and DELETE /{media}."""
    media_id = request.path[0]
    found = await state.media(media_id)
    phone_id = request.params.get("phone_number_id")
    if found is None or phone_id not in (None, (await state.ids()).get("phone")):
        raise unknown_object(media_id)
    if request.method == "DELETE":
        await state.forget_media(media_id)
        return answer({"success": True})
    query = {"mid": media_id, "ext": str(int(time.time()) + URL_TTL_S), "hash": _hash(media_id)}
    return answer({"url": f"https://{HOST}{PATH}?{urlencode(query)}", **found[0]})


async def download(state: State, token: str, query: Mapping[str, str]) -> HttpResponse:
    """GET of a media url: the token that may use the account, within five minutes."""
    magic.check_token(token)
    media_id = query.get("mid", "")
    found = await state.media(media_id)
    is_fresh = query.get("ext", "").isdecimal() and int(query["ext"]) >= time.time()
    if found is None or not is_fresh or query.get("hash") != _hash(media_id):
        return HttpResponse(status=404, headers={"content-type": "text/plain"}, body=b"URL signature expired")
    facts, content = found
    return HttpResponse(status=200, headers={"content-type": facts["mime_type"]}, body=content)


def _hash(media_id: str) -> str:
    return hashlib.sha256(f"sandbox media {media_id}".encode()).hexdigest()[:32]
