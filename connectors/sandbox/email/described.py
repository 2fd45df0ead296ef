"""Messages as FETCH tells them: structure, sections, flags, times."""

import re
from email import message_from_bytes
from email.header import Header
from email.message import Message
from email.policy import compat32
from time import gmtime

from connectors.sandbox.email.mails import Mail
from connectors.sandbox.email.tokens import quoted

_BODY = re.compile(
    rb"BODY(?:\.PEEK)?\[(?P<section>.*?)\](?:<(?P<start>\d+)\.(?P<count>\d+)>)?", re.IGNORECASE
)
_FIELDS = re.compile(rb"HEADER\.FIELDS \((?P<names>[^)]*)\)", re.IGNORECASE)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def item(name: bytes, mail: Mail, source: bytes) -> bytes:
    """One item of a FETCH answer. Raises ValueError for what is not served."""
    match name.upper():
        case b"UID":
            return b"UID %d" % mail.uid
        case b"FLAGS":
            return b"FLAGS (" + " ".join(mail.flags).encode() + b")"
        case b"INTERNALDATE":
            return b'INTERNALDATE "' + _time(mail.at) + b'"'
        case b"RFC822.SIZE":
            return b"RFC822.SIZE %d" % mail.size
        case b"BODYSTRUCTURE":
            return b"BODYSTRUCTURE " + structure(message_from_bytes(source, policy=compat32))
    found = _BODY.fullmatch(name)
    if found is None:
        raise ValueError(name)
    content = section(source, found["section"])
    label = b"BODY[" + found["section"] + b"]"
    if found["start"] is not None:
        start = int(found["start"])
        content, label = content[start : start + int(found["count"])], label + b"<" + found["start"] + b">"
    return label + b" {%d}\r\n" % len(content) + content


def section(source: bytes, name: bytes) -> bytes:
    """A section of a message: all of it, its header, some header lines, or a part by its number."""
    head = source.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    if not name:
        return source
    if name.upper() == b"HEADER":
        return head
    if fields := _FIELDS.fullmatch(name):
        wanted = set(fields["names"].upper().split())
        lines = re.split(rb"\r\n(?![ \t])", head)
        kept = [line for line in lines if line.partition(b":")[0].strip().upper() in wanted]
        return b"".join(line + b"\r\n" for line in kept) + b"\r\n"
    part: Message = message_from_bytes(source, policy=compat32)
    for number in name.split(b"."):
        parts = part.get_payload() if part.is_multipart() else [part]
        if not isinstance(parts, list) or not 0 < int(number) <= len(parts):
            return b""
        part = parts[int(number) - 1]  # type: ignore[assignment]
    return content_of(part)


def content_of(part: Message) -> bytes:
    """A part's content as it is stored."""
    content = part.get_payload()
    if isinstance(content, list):
        return content[0].as_bytes() if content else b""  # type: ignore[union-attr]
    return str(content).encode("ascii", "surrogateescape")


def structure(part: Message) -> bytes:
    """BODYSTRUCTURE of a part (RFC 9051, 7.5.2)."""
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        inner = b"".join(structure(child) for child in part.get_payload())  # type: ignore[arg-type]
        return b"(" + inner + b" " + _word(part.get_content_subtype()) + b" NIL NIL NIL NIL)"
    content = content_of(part)
    name, charset = part.get_filename(), part.get_content_charset()
    params = [(b"CHARSET", charset)] if charset else []
    disposition = part.get_content_disposition()
    fields = [
        _word(part.get_content_maintype()),
        _word(part.get_content_subtype()),
        _params([*params, *([(b"NAME", name)] if name else [])]),
        b"NIL NIL",
        _word(str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower()),
        b"%d" % len(content),
    ]
    if part.get_content_maintype() == "text":
        fields.append(b"%d" % content.count(b"\n"))
    told = b"(" + _word(disposition) + b" " + _params([(b"FILENAME", name)] if name else []) + b")"
    return b"(" + b" ".join([*fields, b"NIL", told if disposition else b"NIL", b"NIL NIL"]) + b")"


def _params(pairs: list[tuple[bytes, str]]) -> bytes:
    if not pairs:
        return b"NIL"
    return b"(" + b" ".join(quoted(name) + b" " + _word(value) for name, value in pairs) + b")"


def _word(text: str | None) -> bytes:
    text = text or ""
    return quoted((text if text.isascii() else Header(text, "utf-8").encode()).encode())


def _time(at: float) -> bytes:
    t = gmtime(at)
    clock = f"{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d}"
    return f"{t.tm_mday:02d}-{_MONTHS[t.tm_mon - 1]}-{t.tm_year} {clock} +0000".encode()
