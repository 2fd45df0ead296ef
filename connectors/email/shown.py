"""Messages as agents read them: capped, escaped, and marked as written by others."""

from typing import Any

from connectors.email import headers as heading, structure
from connectors.email.addresses import Person
from connectors.email.headers import Headers
from connectors.email.html import to_text
from connectors.email.limits import TEXT_BYTES, TEXT_CHARS
from connectors.email.mailbox import ANSWERED, FLAGGED, SEEN, Mail, Mailbox
from connectors.email.outputs import AttachmentInfo, MailInfo
from connectors.email.structure import Part
from hermes.core import clock
from hermes.core.third_party import shown

LINE_CHARS = 500
LIST_ITEMS = 50


def info(mail: Mail) -> MailInfo:
    """A message in a list."""
    return MailInfo(**facts(mail, heading.read(mail.header)))


def facts(mail: Mail, headers: Headers) -> dict[str, Any]:
    """The members of `MailInfo`."""
    names = [shown(p.name, LINE_CHARS) for p in structure.attachments(mail.parts)]
    labels = [shown(label, LINE_CHARS) for label in mail.labels]
    return {
        "id": mail.ref.id,
        "sender": person(headers.sender[0]) if headers.sender else "",
        "to": people(headers.to) or None,
        "subject": shown(headers.subject, LINE_CHARS),
        "date": clock.iso(mail.at),
        "unread": SEEN not in mail.flags,
        "flagged": FLAGGED in mail.flags,
        "answered": ANSWERED in mail.flags,
        "attachments": names[:LIST_ITEMS] or None,
        "labels": labels[:LIST_ITEMS] or None,
        "size_bytes": mail.size,
        "message_id": shown(headers.message_id, LINE_CHARS) or None,
    }


def files(mail: Mail) -> list[AttachmentInfo]:
    """The files of a message."""
    return [
        AttachmentInfo(
            name=shown(p.name, LINE_CHARS),
            part=p.number,
            mime_type=shown(p.mime_type, LINE_CHARS),
            size_bytes=p.content_size,
        )
        for p in structure.attachments(mail.parts)[:LIST_ITEMS]
    ]


def text_of(
    box: Mailbox, mail: Mail, *, prefer: str = "text/plain", limit: int = TEXT_CHARS
) -> tuple[str, bool]:
    """A message's text, and whether it is not all of it. HTML is told as text."""
    part = _chosen(mail.parts, prefer)
    if part is None:
        return "", False
    content = box.content(mail.ref, part.number, TEXT_BYTES)
    text = part.text(content)
    if part.mime_type == "text/html":
        text = to_text(text)
    told = shown(text, limit)
    return told, len(content) >= TEXT_BYTES or len(text) > limit


def person(of: Person) -> str:
    """A name and an address; the address cannot be mistaken for a part of the name."""
    return (
        f"{shown(of.name, LINE_CHARS).replace('<', '(').replace('>', ')')} <{of.address}>"
        if of.name
        else of.address
    )


def people(of: tuple[Person, ...]) -> list[str]:
    """Several."""
    return [person(p) for p in of[:LIST_ITEMS]]


def _chosen(parts: tuple[Part, ...], prefer: str) -> Part | None:
    texts = [p for p in parts if p.is_text]
    return next((p for p in texts if p.mime_type == prefer), texts[0] if texts else None)
