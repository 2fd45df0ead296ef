"""Files that go with a message: handed in as they are, or fetched from an https address."""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from connectors.email.letters import File
from connectors.email.limits import ATTACHED_INLINE_CHARS, ATTACHMENT_BYTES, ATTACHMENTS
from connectors.email.plain import made_plain, plain
from connectors.kit.calls import Deadline
from connectors.kit.context import ToolContext
from connectors.kit.files import fetch
from connectors.kit.tool import Params
from hermes.core.errors import InvalidArgument, TooLarge
from hermes.core.http_types import ResponseTooLarge

_MIME_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,80}")


class Given(Params, frozen=True):
    """A file: one of `url` and `content`."""

    url: Annotated[str, Meta(max_length=2048, description="https address.")] | None = None
    content: (
        Annotated[str, Meta(max_length=ATTACHED_INLINE_CHARS, description="The file in base64.")] | None
    ) = None
    filename: Annotated[str, Meta(min_length=1, max_length=200, description="Its name.")] | None = None
    mime_type: Annotated[str, Meta(max_length=100, description="Such as application/pdf.")] | None = None


Attachments = Annotated[
    list[Given],
    Meta(max_length=ATTACHMENTS, description="Up to 10 files, 18 MB together, each by url or content."),
]


async def files(ctx: ToolContext, given: Sequence[Given]) -> list[File]:
    """The files. Raises InvalidArgument and TooLarge, and what fetching raises."""
    found: list[File] = []
    deadline = Deadline()
    for position, one in enumerate(given):
        argument = f"attachments[{position}]"
        left = ATTACHMENT_BYTES - sum(len(f.content) for f in found)
        if (one.url is None) == (one.content is None):
            raise InvalidArgument(
                f"'{argument}' needs either 'url' or 'content'.", details={"argument": argument}
            )
        name, mime_type = plain(one.filename or "", argument), (one.mime_type or "").lower()
        if one.url is not None:
            try:
                got = await fetch(
                    ctx, one.url, argument=argument, limit_bytes=left, deadline=deadline, filename=name
                )
            except ResponseTooLarge:
                raise _too_large() from None
            content, mime_type, name = got.content, mime_type or got.mime_type, got.filename
        else:
            content = _unpacked(one.content or "", argument)
        if len(content) > left:
            raise _too_large()
        found.append(checked(name or f"file-{position + 1}", mime_type, content))
    return found


def checked(name: str, mime_type: str, content: bytes) -> File:
    """A file whose name is one plain line and whose type is one."""
    is_type = _MIME_TYPE.fullmatch(mime_type) is not None
    return File(
        made_plain(name).replace('"', "'") or "file",
        mime_type if is_type else "application/octet-stream",
        content,
    )


def _unpacked(packed: str, argument: str) -> bytes:
    try:
        return base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidArgument(
            f"'{argument}.content' is not base64.", details={"argument": argument}
        ) from None


def _too_large() -> TooLarge:
    return TooLarge(f"The files have more than {ATTACHMENT_BYTES // 1024**2} MB together; send less.")
