"""Files on their way to Telegram: named by file id, fetched from an address, or handed over as address."""

import dataclasses
from typing import Annotated

from msgspec import Meta

from connectors.kit.context import Part
from connectors.kit.files import Fetched, fetch, is_address
from connectors.telegram.client import Bot
from connectors.telegram.limits import FILENAME_CHARS, HELD_BYTES, MEDIA, MediaRule
from hermes.core.errors import InvalidArgument, TooLarge
from hermes.core.http_types import ResponseTooLarge

FILE_ID = r"[A-Za-z0-9_-]{8,200}"
File = Annotated[
    str,
    Meta(
        min_length=8,
        max_length=2048,
        pattern=rf"^([hH][tT][tT][pP][sS]?://.+|{FILE_ID})$",
        description="https address, or file id of a received file.",
    ),
]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A file Telegram can send: named in the request, or uploaded with it."""

    named: str | None = None
    upload: Part | None = None


async def ready(bot: Bot, file: str, kind: str, *, filename: str | None) -> Ready:
    """Make `file` sendable as `kind`.

    Raises InvalidArgument where it cannot be fetched or is of a type this kind does not take, TooLarge
    beyond the kind's limit. What is too large to be held here Telegram fetches itself, up to 20 MB.
    """
    if not is_address(file):
        return Ready(named=file)
    rule = MEDIA[kind]
    limit_bytes = min(rule.limit_bytes, HELD_BYTES)
    try:
        found = await fetch(
            bot.ctx,
            file,
            argument="file",
            limit_bytes=limit_bytes,
            deadline=bot.deadline,
            filename=filename or "",
        )
    except ResponseTooLarge:
        if rule.limit_bytes > HELD_BYTES:
            return Ready(named=file)
        raise TooLarge(
            f"A Telegram {kind} may have at most {limit_bytes // 1024:,} kB; send a smaller file."
        ) from None
    _check(kind, rule, found)
    part = Part(
        name=kind,
        content=found.content,
        filename=(found.filename or kind)[:FILENAME_CHARS],
        content_type=found.mime_type,
    )
    return Ready(upload=part)


def _check(kind: str, rule: MediaRule, found: Fetched) -> None:
    if rule.types and found.mime_type not in rule.types:
        raise InvalidArgument(
            f"A Telegram {kind} must be {', '.join(sorted(rule.types))}; this file is {found.mime_type}. "
            "Send it as document.",
            details={"argument": "file"},
        )
