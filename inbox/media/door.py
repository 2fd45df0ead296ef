"""`/media/<token>`, raw ASGI: the file a link stands for, in a form no browser runs."""

import asyncio
import re
from urllib.parse import quote

import structlog

from connectors.kit.connector import MediaFile
from hermes.core.asgi import Receive, Scope, Send, respond, respond_problem
from hermes.core.errors import HermesError, Internal
from inbox.media import tokens
from inbox.media.source import file_of

LIMIT_NAME_CHARS = 120
_CHUNK_BYTES = 256 << 10
# Shown in place: what browsers draw or play and never run. SVG, HTML, XML and PDF may hold programs.
_SHOWN = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/gif",
        "image/webp",
        "audio/aac",
        "audio/amr",
        "audio/mp4",
        "audio/mpeg",
        "audio/ogg",
        "video/3gpp",
        "video/mp4",
    }
)
_ACTIVE = re.compile(r"html|xml|svg|script|flash|x-shockwave|wasm|multipart|message/")
_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,80}")
_UNKNOWN = "application/octet-stream"
_NEVER = r'[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff/\\:*?"<>|;%]'
log = structlog.get_logger(__name__)


async def media(scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer GET and HEAD: 200 with the file; 404 where the link is not valid (any more)."""
    try:
        if scope["method"] not in ("GET", "HEAD"):
            await respond(send, 405, b"", [(b"allow", b"GET, HEAD")])
            return
        file = await file_of(tokens.read(scope["path"].removeprefix("/media/")))
        await _serve(send, file, with_body=scope["method"] == "GET")
    except HermesError as error:
        await respond_problem(send, error)
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("media_failed")
        await respond_problem(send, Internal("Hermes failed; the fault is logged. Try again later."))


def served_type(mime_type: str) -> str:
    """The type to answer with: the file's own, unless it is none or names something that could run."""
    plain = mime_type.partition(";")[0].strip().lower()
    return plain if _TYPE.fullmatch(plain) and not _ACTIVE.search(plain) else _UNKNOWN


def disposition(mime_type: str, filename: str) -> str:
    """Content-Disposition (RFC 6266): whether it is shown in place, and its name without what harms."""
    kind = "inline" if mime_type in _SHOWN else "attachment"
    name = re.sub(_NEVER, "", filename).strip(" .")[:LIMIT_NAME_CHARS]
    if not name:
        return kind
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "_")
    return f"{kind}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"


async def _serve(send: Send, file: MediaFile, *, with_body: bool) -> None:
    mime_type = served_type(file.mime_type)
    headers = [
        (b"content-type", mime_type.encode()),
        (b"content-length", str(len(file.content)).encode()),
        (b"content-disposition", disposition(mime_type, file.filename).encode()),
        (b"content-security-policy", b"default-src 'none'; sandbox; frame-ancestors 'none'"),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"private, no-store"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"x-robots-tag", b"noindex"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if with_body:
        for start in range(0, len(file.content), _CHUNK_BYTES):
            part = file.content[start : start + _CHUNK_BYTES]
            await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
