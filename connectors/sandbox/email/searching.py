"""SEARCH: the keys mail programs and the tools ask for."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32

from connectors.sandbox.email.mails import Mail
from connectors.sandbox.email.tokens import numbers

_FLAGS = {
    b"SEEN": ("\\Seen", True),
    b"UNSEEN": ("\\Seen", False),
    b"FLAGGED": ("\\Flagged", True),
    b"UNFLAGGED": ("\\Flagged", False),
    b"ANSWERED": ("\\Answered", True),
    b"DELETED": ("\\Deleted", True),
    b"UNDELETED": ("\\Deleted", False),
}
_HEADERS = frozenset((b"FROM", b"TO", b"CC", b"SUBJECT"))
Fits = Callable[[Mail, Message], bool]


async def matches(
    words: Sequence[bytes], mails: Sequence[Mail], source: Callable[[Mail], Awaitable[bytes]]
) -> list[int]:
    """UIDs of the mails that fit all keys. Raises ValueError for a key that is not served."""
    rest = list(words)
    if rest[:1] == [b"CHARSET"]:
        rest = rest[2:]
    known = [mail.uid for mail in mails]
    wanted = []
    while rest:
        wanted.append(_key(rest, known))
    found = []
    for mail in mails:
        message = message_from_bytes(await source(mail), policy=compat32)
        if all(fits(mail, message) for fits in wanted):
            found.append(mail.uid)
    return found


def _key(rest: list[bytes], known: Sequence[int]) -> Fits:
    key = rest.pop(0).upper()
    if key == b"OR":
        left, right = _key(rest, known), _key(rest, known)
        return lambda mail, message: left(mail, message) or right(mail, message)
    if key in (b"UID", b"SINCE", b"BEFORE"):
        return _by_number(key, rest.pop(0), known)
    if key in _FLAGS or key == b"ALL":
        flag, value = _FLAGS.get(key, ("", False))
        return lambda mail, _message: (flag in mail.flags) is value
    return _by_text(key, rest)


def _by_number(key: bytes, word: bytes, known: Sequence[int]) -> Fits:
    if key == b"UID":
        uids = numbers(word, known)
        return lambda mail, _message: mail.uid in uids
    day = datetime.strptime(word.decode(), "%d-%b-%Y").replace(tzinfo=UTC).timestamp()
    return lambda mail, _message: (mail.at >= day) is (key == b"SINCE")


def _by_text(key: bytes, rest: list[bytes]) -> Fits:
    if key not in (*_HEADERS, b"HEADER", b"TEXT", b"BODY"):
        raise ValueError(key)
    name = rest.pop(0).decode() if key == b"HEADER" else key.decode()
    text = rest.pop(0).decode("utf-8", "replace").lower()
    if key in (b"TEXT", b"BODY"):
        return lambda _mail, message: text in _all_text(message)
    return lambda _mail, message: any(text in _shown(value) for value in message.get_all(name, []))


def _all_text(message: Message) -> str:
    heads = [_shown(value) for value in message.values()]
    texts = [p.get_payload(decode=True) for p in message.walk() if p.get_content_maintype() == "text"]
    return "\n".join([*heads, *(t.decode("utf-8", "replace").lower() for t in texts if isinstance(t, bytes))])


def _shown(value: object) -> str:
    try:
        return str(make_header(decode_header(str(value)))).lower()
    except (ValueError, LookupError):
        return str(value).lower()
