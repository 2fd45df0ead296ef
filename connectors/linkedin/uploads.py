"""Files on their way into a post: LinkedIn names an address, takes the bytes and works on them."""

import asyncio
from collections.abc import Mapping
from typing import Any

from connectors.kit.files import Fetched, fetch
from connectors.linkedin import limits
from connectors.linkedin.client import LinkedIn, path_of
from hermes.core.errors import InvalidArgument, PlatformRejected, PlatformUnavailable, TooLarge
from hermes.core.http_types import ResponseTooLarge

POLL_S = 0.5
POLL_LIMIT_S = 4.0
_NEED = "posting needs the permission w_member_social, or w_organization_social for a page."
_KINDS = {"image": "images", "document": "documents", "video": "videos"}


async def upload(api: LinkedIn, url: str, owner: str, *, argument: str) -> tuple[str, str]:
    """Hand the file at `url` over to LinkedIn for a post of `owner`: its kind and its URN.

    Raises InvalidArgument and TooLarge naming `argument`, PlatformRejected where LinkedIn cannot use it and
    PlatformUnavailable where it is not done in time; nothing was posted then.
    """
    try:
        found = await fetch(
            api.ctx, url, argument=argument, limit_bytes=limits.HELD_BYTES, deadline=api.deadline
        )
    except ResponseTooLarge:
        raise _too_large("file", limits.HELD_BYTES, argument) from None
    kind = _kind(found, argument)
    begin = {"initializeUploadRequest": {"owner": owner}}
    if kind == "video":
        urn = await _put_video(api, found, owner)
    else:
        begun = _value(
            await api.post(f"{_KINDS[kind]}?action=initializeUpload", begin, need=_NEED, sends=False)
        )
        urn = str(begun.get(kind) or "")
        await api.put_file(str(begun.get("uploadUrl") or ""), found.content)
    await _until_ready(api, kind, urn)
    return kind, urn


async def _put_video(api: LinkedIn, found: Fetched, owner: str) -> str:
    begin = {
        "initializeUploadRequest": {
            "owner": owner,
            "fileSizeBytes": len(found.content),
            "uploadCaptions": False,
            "uploadThumbnail": False,
        }
    }
    begun = _value(await api.post("videos?action=initializeUpload", begin, need=_NEED, sends=False))
    parts = [
        await api.put_file(
            str(part.get("uploadUrl") or ""),
            found.content[int(part["firstByte"]) : int(part["lastByte"]) + 1],
        )
        for part in begun.get("uploadInstructions") or ()
    ]
    video = str(begun.get("video") or "")
    end = {
        "finalizeUploadRequest": {
            "video": video,
            "uploadToken": str(begun.get("uploadToken") or ""),
            "uploadedPartIds": parts,
        }
    }
    await api.post("videos?action=finalizeUpload", end, need=_NEED, sends=False)
    return video


async def _until_ready(api: LinkedIn, kind: str, urn: str) -> None:
    """Wait until LinkedIn has worked on the file: a post of one that is not ready fails or shows nothing."""
    pause_s = POLL_S
    while True:
        status = str((await api.get(path_of(_KINDS[kind], urn), need=_NEED)).get("status"))
        if status == "AVAILABLE":
            return
        if status == "PROCESSING_FAILED":
            raise PlatformRejected(f"LinkedIn cannot use this {kind}; try another file or format.")
        if pause_s >= api.deadline.left_s():
            raise PlatformUnavailable(
                f"LinkedIn is still working on the {kind}; nothing was posted, try again in a minute."
            )
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, POLL_LIMIT_S)


def _kind(found: Fetched, argument: str) -> str:
    types = {"image": limits.IMAGE_TYPES, "document": limits.DOCUMENT_TYPES, "video": limits.VIDEO_TYPES}
    for kind, known in types.items():
        if found.mime_type in known:
            if kind == "image" and len(found.content) > limits.IMAGE_BYTES:
                raise _too_large(kind, limits.IMAGE_BYTES, argument)
            return kind
    raise InvalidArgument(
        f"LinkedIn takes JPEG, PNG and GIF images, PDF, Word and PowerPoint documents and MP4 videos; the "
        f"file in '{argument}' is {found.mime_type}.",
        details={"argument": argument},
    )


def _value(response: Any) -> Mapping[str, Any]:
    told = response.json()
    value = told.get("value") if isinstance(told, dict) else None
    if not isinstance(value, dict):
        raise PlatformUnavailable("LinkedIn named no place for the file; try again in a minute.")
    return value


def _too_large(kind: str, limit_bytes: int, argument: str) -> TooLarge:
    return TooLarge(
        f"A LinkedIn {kind} may have at most {limit_bytes // 1024**2} MB here; send a smaller file.",
        details={"argument": argument},
    )
