"""A third party's header lines, read."""

import re
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from connectors.email import addresses
from connectors.email.addresses import Person
from connectors.email.limits import REFERENCES
from connectors.email.plain import decode, is_plain, made_plain
from hermes.core import clock

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
SUBJECT_READ_CHARS = 1_000


class Headers(NamedTuple):
    """What is used of a header. Ids are in their angle brackets; `references` are the oldest first."""

    sender: tuple[Person, ...]
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    bcc: tuple[Person, ...]
    reply_to: tuple[Person, ...]
    subject: str
    date: str | None
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]


def read(block: bytes) -> Headers:
    """Read a block of header lines, whatever it holds."""
    message = BytesHeaderParser(policy=compat32).parsebytes(block)

    def value(name: str) -> str:
        return " ".join(str(v) for v in message.get_all(name, []))

    ids, replied = _ids(value("Message-ID")), _ids(value("In-Reply-To"))
    return Headers(
        sender=tuple(addresses.read(value("From"))[:5]),
        to=tuple(addresses.read(value("To"))),
        cc=tuple(addresses.read(value("Cc"))),
        bcc=tuple(addresses.read(value("Bcc"))),
        reply_to=tuple(addresses.read(value("Reply-To"))),
        subject=made_plain(decode(value("Subject")))[:SUBJECT_READ_CHARS],
        date=_date(value("Date")),
        message_id=ids[0] if ids else "",
        in_reply_to=replied[0] if replied else "",
        references=tuple(_ids(value("References"))),
    )


def chain(of: Headers) -> tuple[str, ...]:
    """`References` of an answer (RFC 5322, 3.6.4): the first and the latest ones, then the message itself."""
    known = [*of.references] or [i for i in (of.in_reply_to,) if i]
    known = [i for i in dict.fromkeys(known) if i != of.message_id]
    if len(known) > REFERENCES:
        known = [known[0], *known[1 - REFERENCES :]]
    return tuple([*known, of.message_id] if of.message_id else known)


def _ids(value: str) -> list[str]:
    """The ids in a header; those that hide a line break in an encoded word are left out."""
    return [found for found in _MESSAGE_ID.findall(value) if is_plain(found)]


def _date(value: str) -> str | None:
    try:
        at = parsedate_to_datetime(value)
        return clock.iso(at) if at.tzinfo else None
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
