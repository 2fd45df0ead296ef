"""Messages as they go out, built from nothing but what was checked.

Header lines are written here, from a fixed list, and not by Python's e-mail package, whose versions differ in
what they let through.
"""

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from connectors.email.addresses import Person
from connectors.email.limits import MESSAGE_BYTES
from connectors.email.plain import is_plain
from hermes.core.errors import InvalidArgument, TooLarge

_POLICY = SMTP.clone(cte_type="7bit")
_FOLD = "\r\n "


@dataclasses.dataclass(frozen=True, slots=True)
class File:
    """An attachment; `filename` is plain."""

    filename: str
    mime_type: str
    content: bytes


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message to be sent. Ids are in their angle brackets."""

    sender: Person
    message_id: str
    date: datetime
    subject: str
    text: str
    html: str | None = None
    to: Sequence[Person] = ()
    cc: Sequence[Person] = ()
    bcc: Sequence[Person] = ()
    reply_to: Sequence[Person] = ()
    in_reply_to: str = ""
    references: Sequence[str] = ()
    files: Sequence[File] = ()

    @property
    def recipients(self) -> list[str]:
        """Every address it goes to, once."""
        return list({p.address.lower(): p.address for p in (*self.to, *self.cc, *self.bcc)}.values())


def rendered(letter: Letter, *, with_bcc: bool = False) -> bytes:
    """The message as it goes over the wire; hidden recipients are in the sender's own copy only.

    Raises InvalidArgument for a header that is not one line, TooLarge beyond 25 MB.
    """
    lines = [
        ("From", letter.sender.header),
        ("To", _joined(letter.to)),
        ("Cc", _joined(letter.cc)),
        ("Bcc", _joined(letter.bcc) if with_bcc else ""),
        ("Reply-To", _joined(letter.reply_to)),
        ("Subject", _encoded(letter.subject)),
        ("Date", format_datetime(letter.date)),
        ("Message-ID", letter.message_id),
        ("In-Reply-To", letter.in_reply_to),
        ("References", _FOLD.join(letter.references)),
    ]
    head = "".join(f"{name}: {_checked(name, value)}\r\n" for name, value in lines if value)
    content = head.encode("ascii") + _body(letter).as_bytes()
    if len(content) > MESSAGE_BYTES:
        raise TooLarge(f"The message has more than {MESSAGE_BYTES // 1024**2} MB; send less.")
    return content


def _body(letter: Letter) -> EmailMessage:
    body = EmailMessage(policy=_POLICY)
    body.set_content(letter.text)
    if letter.html is not None:
        body.add_alternative(letter.html, subtype="html")
    for file in letter.files:
        main, _, sub = file.mime_type.partition("/")
        if main in ("multipart", "message"):
            main, sub = "application", "octet-stream"
        body.add_attachment(file.content, maintype=main, subtype=sub, filename=file.filename)
    return body


def _joined(people: Sequence[Person]) -> str:
    return f",{_FOLD}".join(p.header for p in people)


def _encoded(text: str) -> str:
    if text.isascii() and "=?" not in text:
        return text
    return Header(text, "utf-8", maxlinelen=75, header_name="Subject").encode(linesep="\r\n")


def _checked(name: str, value: str) -> str:
    unfolded = value.replace(_FOLD, " ")
    if not unfolded.isascii() or not is_plain(unfolded):
        raise InvalidArgument(
            f"The header '{name}' must be one line without control characters.",
            details={"argument": name.lower()},
        )
    return value
