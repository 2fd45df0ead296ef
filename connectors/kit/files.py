"""A file that a caller names by its address, fetched for a platform that wants the bytes."""

import dataclasses
import mimetypes
import re
from urllib.parse import unquote, urlsplit

from connectors.kit.calls import TOTAL_S, Deadline, call
from connectors.kit.context import HttpResponse, ToolContext
from connectors.kit.statuses import error_of_status
from hermes.core.errors import HermesError, InvalidArgument
from hermes.core.http_types import NotReached

LIMIT_NAME_CHARS = 240
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_MIME_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,80}")
# What servers say when they do not know; the name's ending then decides.
_VAGUE = frozenset({"", "application/octet-stream", "binary/octet-stream", "text/plain"})
_SAME = {
    "image/jpg": "image/jpeg",
    "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A file in memory. `mime_type` has no parameters; `filename` is the last part of the address."""

    content: bytes
    mime_type: str
    filename: str


def is_address(text: str) -> bool:
    """Whether an argument names a file by its address rather than by an id."""
    return _ADDRESS.match(text) is not None


async def fetch(
    ctx: ToolContext, url: str, *, argument: str, limit_bytes: int, deadline: Deadline, filename: str = ""
) -> Fetched:
    """Get the file at a public https address, without any credential; `filename` replaces the address's.

    Raises InvalidArgument naming `argument` (the address is refused, out of reach or serves no file, the
    file is empty), ResponseTooLarge beyond `limit_bytes`, RateLimited and PlatformUnavailable.
    """
    name = (filename or unquote(urlsplit(url).path).rpartition("/")[2])[:LIMIT_NAME_CHARS]
    response = await _response(ctx, url, argument, limit_bytes, deadline)
    if not response.body:
        raise InvalidArgument(f"The file in '{argument}' is empty.", details={"argument": argument})
    return Fetched(content=response.body, mime_type=_mime_type(response, name), filename=name)


async def _response(
    ctx: ToolContext, url: str, argument: str, limit_bytes: int, deadline: Deadline
) -> HttpResponse:
    def not_served(response: HttpResponse) -> HermesError:
        status = response.status
        if status == 429 or status >= 500:
            return error_of_status("The file's host", response)
        what = "redirects; give its final address" if status < 400 else f"answers HTTP {status}; check it"
        return InvalidArgument(f"The address in '{argument}' {what}.")

    try:
        return await call(
            ctx,
            "GET",
            url,
            sends=False,
            explain=not_served,
            deadline=deadline,
            via=ctx.web,
            try_s=TOTAL_S,
            limit_bytes=limit_bytes,
        )
    except NotReached:
        raise InvalidArgument(
            f"The address in '{argument}' cannot be reached; give a public https:// address.",
            details={"argument": argument},
        ) from None
    except InvalidArgument as refused:
        raise InvalidArgument(refused.message, details={"argument": argument}) from None


def _mime_type(response: HttpResponse, name: str) -> str:
    stated = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    guessed = mimetypes.guess_type(name)[0] if stated in _VAGUE else None
    mime_type = guessed or stated
    if not _MIME_TYPE.fullmatch(mime_type):
        return "application/octet-stream"
    return _SAME.get(mime_type, mime_type)
