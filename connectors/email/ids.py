"""Ids of messages and cursors of lists: with UIDVALIDITY, so that none means another message later."""

import hashlib
from typing import Annotated, NamedTuple

from msgspec import Meta

from connectors.email.folders import named
from connectors.email.limits import IDS
from connectors.kit import cursors
from hermes.core.errors import InvalidArgument

EXAMPLE = "INBOX:1700000000:42"
MessageId = Annotated[
    str,
    Meta(
        min_length=5,
        max_length=230,
        pattern=r"^.+:[0-9]{1,10}:[0-9]{1,10}$",
        description="Id from a list or search; moving a message changes it.",
    ),
]
MessageIds = Annotated[
    list[Annotated[str, Meta(min_length=5, max_length=230, pattern=r"^.+:[0-9]{1,10}:[0-9]{1,10}$")]],
    Meta(min_length=1, max_length=IDS, description="Ids of messages of one or more folders."),
]


class MessageRef(NamedTuple):
    """A message in a folder, for as long as the server does not renumber the folder."""

    folder: str
    validity: int
    uid: int

    @property
    def id(self) -> str:
        """As agents see it."""
        return f"{self.folder}:{self.validity}:{self.uid}"


class Position(NamedTuple):
    """Where a list goes on: below `uid`, in a folder of this validity, with the same filter (digest)."""

    validity: int
    uid: Annotated[int, Meta(ge=1, lt=2**32)]
    filter: str


def parse(text: str, argument: str = "id") -> MessageRef:
    """A message's id. Raises InvalidArgument."""
    folder, validity, uid = text.rsplit(":", 2)
    ref = MessageRef(named(folder, argument), int(validity), int(uid))
    if not 0 < ref.uid < 2**32 or ref.validity >= 2**32:
        raise InvalidArgument(f"'{argument}' is not the id of a message.", details={"argument": argument})
    return ref


def by_folder(texts: list[str], argument: str = "ids") -> dict[str, list[MessageRef]]:
    """Messages grouped by folder and validity, each once."""
    groups: dict[str, list[MessageRef]] = {}
    for ref in dict.fromkeys(parse(text, argument) for text in texts):
        groups.setdefault(f"{ref.folder}:{ref.validity}", []).append(ref)
    return groups


def digest(*filter_parts: object) -> str:
    """A short digest of a list's filter."""
    return hashlib.sha256(repr(filter_parts).encode()).hexdigest()[:16]


def cursor(position: Position) -> str:
    """A position as a cursor."""
    return cursors.pack(position)


def position(text: str, filter_digest: str) -> Position:
    """The position a cursor stands for. Raises InvalidArgument for another list's, or none at all."""
    found = cursors.unpack(text, Position)
    if found.filter != filter_digest:
        raise _refused("belongs to a list with other arguments; leave it out to begin")
    return found


def renumbered() -> InvalidArgument:
    """The folder is not the one the cursor was given for."""
    return _refused("is out of date: the mail server has renumbered the folder. Leave it out to begin")


def _refused(why: str) -> InvalidArgument:
    return InvalidArgument(f"'cursor' {why}.", details={"argument": "cursor"})
