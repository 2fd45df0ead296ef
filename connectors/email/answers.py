"""Answers and forwards: to whom, in which thread, and what is quoted."""

import dataclasses
from collections.abc import Sequence
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from connectors.email import attached, headers as heading, shown
from connectors.email.addresses import Person, is_same
from connectors.email.headers import Headers
from connectors.email.ids import MessageRef
from connectors.email.letters import File
from connectors.email.limits import ATTACHMENT_BYTES, ATTACHMENTS, HEADERS_BYTES
from connectors.email.mailbox import Mail, Mailbox
from connectors.email.plain import decode
from connectors.email.structure import attachments
from hermes.core import clock
from hermes.core.errors import TooLarge

QUOTED_CHARS = 20_000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The message that is answered or forwarded."""

    mail: Mail
    headers: Headers
    text: str
    files: Sequence[File] = ()


def original(box: Mailbox, ref: MessageRef, *, with_files: bool = False) -> Original:
    """Read it. Raises NotFound, and TooLarge where its files together are too large to be sent on."""
    mail = box.mail(ref, limit_bytes=HEADERS_BYTES)
    text, _ = shown.text_of(box, mail, limit=QUOTED_CHARS)
    files = _files(box, mail) if with_files else ()
    return Original(mail=mail, headers=heading.read(mail.header), text=text, files=files)


def recipients(of: Headers, own: str, *, everybody: bool) -> tuple[list[Person], list[Person]]:
    """To whom an answer goes: `To` and `Cc`. Own mail is answered to those it went to."""
    is_own = any(is_same(p.address, own) for p in of.sender)
    first = list(of.to) if is_own else list(of.reply_to or of.sender)
    if not everybody:
        return first, []
    named = {p.address.lower() for p in first} | {own.lower()}
    rest = [p for p in (*(() if is_own else of.to), *of.cc) if p.address.lower() not in named]
    return first, list({p.address.lower(): p for p in rest}.values())


def quoted(body: str, of: Original) -> str:
    """The answer with the original below it."""
    who = shown.person(of.headers.sender[0]) if of.headers.sender else "somebody"
    lines = "\n".join(f"> {line}".rstrip() for line in of.text.splitlines())
    return f"{body}\n\nOn {clock.iso(of.mail.at)}, {who} wrote:\n\n{lines}\n"


def forwarded(note: str, of: Original) -> str:
    """The note with the original and its heading below it."""
    told = of.headers
    head = [
        "---------- Forwarded message ----------",
        f"From: {', '.join(shown.people(told.sender))}",
        f"Date: {told.date or clock.iso(of.mail.at)}",
        f"Subject: {told.subject}",
        f"To: {', '.join(shown.people(told.to))}",
    ]
    return "\n".join([*([note, ""] if note else []), *head, "", of.text, ""])


def _files(box: Mailbox, mail: Mail) -> list[File]:
    parts = attachments(mail.parts)[:ATTACHMENTS]
    if sum(p.content_size for p in parts) > ATTACHMENT_BYTES:
        raise TooLarge(
            f"Its files have more than {ATTACHMENT_BYTES // 1024**2} MB; forward it without Hermes."
        )
    found = []
    for part in parts:
        content = part.decoded(box.content(mail.ref, part.number, part.size + 1024))
        found.append(attached.checked(part.name, part.mime_type, content))
    return found


def files_in(raw: bytes) -> tuple[str, str | None, list[File]]:
    """The text, the HTML and the files of a whole message, such as a draft."""
    text, html, files = "", None, []
    for part in message_from_bytes(raw, policy=compat32).walk():
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        content = content if isinstance(content, bytes) else b""
        kind, name = part.get_content_type(), part.get_filename()
        if name or part.get_content_disposition() == "attachment":
            files.append(attached.checked(decode(name or "file"), kind, content))
        elif kind == "text/html" and html is None:
            html = _text(part, content)
        elif kind == "text/plain" and not text:
            text = _text(part, content)
    return text, html, files[:ATTACHMENTS]


def _text(part: Message, content: bytes) -> str:
    try:
        return content.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return content.decode("latin-1")
