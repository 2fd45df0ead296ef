"""What is done in a mailbox, one method each; all of it blocks."""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError  # type: ignore[import-untyped]

from connectors.email import errors, folders
from connectors.email.folders import Folder
from connectors.email.ids import MessageRef
from connectors.email.imap import Client, quoted
from connectors.email.structure import Part, parts_of
from hermes.core.errors import NotFound

HEADERS = "FROM TO CC REPLY-TO SUBJECT DATE MESSAGE-ID IN-REPLY-TO REFERENCES"
_APPENDED = re.compile(r"\[APPENDUID (\d+) (\d+)\]")
_COPIED = re.compile(r"\[COPYUID (\d+) ([\d:,]+) ([\d:,]+)\]")
SEEN, FLAGGED, ANSWERED, DELETED, DRAFT = b"\\Seen", b"\\Flagged", b"\\Answered", b"\\Deleted", b"\\Draft"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message without its body. `header` is a block of header lines, `at` when the server got it."""

    ref: MessageRef
    flags: frozenset[bytes]
    at: datetime
    size: int
    header: bytes
    parts: tuple[Part, ...]
    labels: tuple[str, ...] = ()


class Mailbox:
    """A signed-in mailbox.

    `is_changing` tells whether a command that changes something has gone out: what is lost after it may have
    been done.
    """

    def __init__(self, client: Client, before_change: Callable[[Mapping[str, Any]], None]) -> None:
        self._client = client
        self._before_change = before_change
        self._open: tuple[str, bool] | None = None
        self._validity = 0
        self._folders: list[Folder] | None = None
        self.is_changing = False

    @property
    def is_gmail(self) -> bool:
        """Whether the server is Google's: it has labels and files sent mail itself."""
        return bool(self._client.has_capability("X-GM-EXT-1"))

    @property
    def can_remove(self) -> bool:
        """Whether the server removes exactly the named messages; else it can only mark them as deleted."""
        return bool(self._client.has_capability("UIDPLUS"))

    @property
    def can_move(self) -> bool:
        """Whether a moved message leaves no marked copy behind."""
        return self.can_remove or bool(self._client.has_capability("MOVE"))

    def changing(self, **what: Any) -> None:
        """Say what is about to change; a dry run ends here."""
        self._before_change(what)
        self.is_changing = True

    def folders(self) -> list[Folder]:
        """All folders."""
        if self._folders is None:
            self._folders = folders.listed(self._client.list_folders())
        return self._folders

    def role(self, role: str) -> str | None:
        """The folder with a role such as `sent`, None where there is none."""
        return next((f.name for f in self.folders() if f.role == role), None)

    def counts(self, folder: str) -> tuple[int | None, int | None]:
        """Messages and unread ones of a folder; None for what the server does not tell."""
        told = self._unless_refused(lambda: self._client.folder_status(folder, ["MESSAGES", "UNSEEN"])) or {}
        return told.get(b"MESSAGES"), told.get(b"UNSEEN")

    def open(self, folder: str, *, writable: bool = False) -> int:
        """Open a folder and return its UIDVALIDITY. Raises NotFound."""
        if self._open != (folder, writable):
            self._open = None
            told = self._unless_refused(lambda: self._client.select_folder(folder, readonly=not writable))
            if told is None:
                raise errors.no_folder()
            self._open, self._validity = (folder, writable), int(told.get(b"UIDVALIDITY") or 0)
        return self._validity

    def open_at(self, ref: MessageRef, *, writable: bool = False) -> None:
        """Open a message's folder. Raises NotFound where the folder was rebuilt since the id was given."""
        if self.open(ref.folder, writable=writable) != ref.validity:
            raise NotFound("This folder was renumbered since that id was given; list its messages again.")

    def search(self, criteria: Sequence[bytes]) -> list[int]:
        """UIDs in the open folder that fit, ascending."""
        return sorted(set(self._client.uids(criteria or [b"ALL"])))

    def next_uid(self, folder: str) -> tuple[int, int]:
        """A folder's UIDVALIDITY and the UID its next message will have."""
        told = self._client.folder_status(folder, ["UIDNEXT", "UIDVALIDITY"])
        return int(told.get(b"UIDVALIDITY") or 0), int(told.get(b"UIDNEXT") or 1)

    def mails(self, uids: Sequence[int]) -> list[Mail]:
        """Messages of the open folder, in the order of `uids`; those that are gone are left out."""
        return self._fetched(uids, f"BODY.PEEK[HEADER.FIELDS ({HEADERS})]")

    def mail(self, ref: MessageRef, *, limit_bytes: int) -> Mail:
        """One message with its whole header, up to `limit_bytes`. Raises NotFound."""
        self.open_at(ref)
        found = self._fetched([ref.uid], f"BODY.PEEK[HEADER]<0.{limit_bytes}>")
        if not found:
            raise _gone()
        return found[0]

    def content(self, ref: MessageRef, section: str, limit_bytes: int) -> bytes:
        """The first bytes of a section, "" for the whole message, as they are stored. Raises NotFound."""
        self.open_at(ref)
        told = self._client.fetch([ref.uid], [f"BODY.PEEK[{section}]<0.{limit_bytes}>"]).get(ref.uid)
        if told is None:
            raise _gone()
        return _body(told)

    def find(self, folder: str, message_id: str) -> int | None:
        """The UID of the newest message of a folder with this Message-ID (in its brackets)."""
        self.open(folder)
        candidates = self.search([b"HEADER", b"Message-ID", quoted(message_id)])
        return candidates[-1] if candidates else None

    def append(self, folder: str, content: bytes, flags: Sequence[bytes], message_id: str) -> MessageRef:
        """Put a message into a folder; it has a `message_id` by which it is found again."""
        told = str(self._client.append(folder, content, flags=flags), "ascii", "replace")
        if found := _APPENDED.search(told):
            return MessageRef(folder, int(found[1]), int(found[2]))
        self._open = None
        uid = self.find(folder, message_id)
        return MessageRef(folder, self._validity, uid or 0)

    def store(self, refs: Sequence[MessageRef], flags: Sequence[bytes], *, add: bool) -> None:
        """Add or remove flags of messages of one folder."""
        self.open_at(refs[0], writable=True)
        change = self._client.add_flags if add else self._client.remove_flags
        change([r.uid for r in refs], [str(f, "ascii") for f in flags], silent=True)

    def label(self, refs: Sequence[MessageRef], labels: Sequence[str], *, add: bool) -> None:
        """Add or remove Gmail's labels of messages of one folder."""
        self.open_at(refs[0], writable=True)
        change = self._client.add_gmail_labels if add else self._client.remove_gmail_labels
        change([r.uid for r in refs], list(labels), silent=True)

    def existing(self, refs: Sequence[MessageRef]) -> list[MessageRef]:
        """Those of one folder's messages that are there."""
        self.open_at(refs[0])
        there = set(self.search([b"UID", ",".join(str(r.uid) for r in refs).encode()]))
        return [r for r in refs if r.uid in there]

    def move(self, refs: Sequence[MessageRef], folder: str) -> dict[MessageRef, MessageRef]:
        """Move messages of one folder; where each is now, as far as the server tells.

        Without the MOVE extension they are copied and exactly they removed.
        """
        self.open_at(refs[0], writable=True)
        uids = [r.uid for r in refs]
        (self._client.move if self._client.has_capability("MOVE") else self._client.copy)(uids, folder)
        # MOVE tells it before the messages go (RFC 6851, 4.3), COPY in the end; imaplib keeps both here.
        copied = f"[COPYUID {_text(self._client._imap.untagged_responses.pop('COPYUID', ''))}]"
        if not self._client.has_capability("MOVE"):
            self.remove(refs)
        return _copied(refs, folder, copied)

    def remove(self, refs: Sequence[MessageRef]) -> None:
        """Delete messages of one folder for good, or mark them as deleted where that is all the server can.

        Without UIDPLUS an EXPUNGE would also remove what others have marked, so it is not given.
        """
        self.open_at(refs[0], writable=True)
        uids = [r.uid for r in refs]
        self._client.add_flags(uids, [str(DELETED, "ascii")], silent=True)
        if self.can_remove:
            self._client.uid_expunge(uids)

    def create(self, folder: str) -> None:
        """Create a folder and subscribe to it, so that mail programs show it."""
        self._client.create_folder(folder)
        self._client.subscribe_folder(folder)
        self._folders = None

    def _unless_refused(self, command: Callable[[], Mapping[bytes, Any]]) -> Mapping[bytes, Any] | None:
        """What a command tells; None where the server refuses it. A line that breaks is no refusal."""
        try:
            return command()
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            return None

    def _fetched(self, uids: Sequence[int], header: str) -> list[Mail]:
        items = ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "BODYSTRUCTURE", header]
        if self.is_gmail:
            items.append("X-GM-LABELS")
        told = self._client.fetch(list(uids), items) if uids else {}
        folder = self._open[0] if self._open else ""
        return [self._mail(MessageRef(folder, self._validity, uid), told[uid]) for uid in uids if uid in told]

    def _mail(self, ref: MessageRef, told: Mapping[bytes, Any]) -> Mail:
        at = told.get(b"INTERNALDATE")
        structure = told.get(b"BODYSTRUCTURE")
        return Mail(
            ref=ref,
            flags=frozenset(f for f in told.get(b"FLAGS") or () if isinstance(f, bytes)),
            at=at.astimezone(UTC) if isinstance(at, datetime) else datetime(1970, 1, 1, tzinfo=UTC),
            size=int(told.get(b"RFC822.SIZE") or 0),
            header=_body(told),
            parts=tuple(parts_of(structure)) if structure is not None else (),
            labels=tuple(_text(label) for label in told.get(b"X-GM-LABELS") or ()),
        )


def _gone() -> NotFound:
    return NotFound("There is no such message any more; list the messages again.")


def _body(told: Mapping[bytes, Any]) -> bytes:
    found = next((v for k, v in told.items() if k.startswith(b"BODY[")), b"")
    return found if isinstance(found, bytes) else str(found or "").encode()


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list | tuple):
        return " ".join(map(_text, value))
    return "" if value is None else str(value)


def _copied(refs: Sequence[MessageRef], folder: str, told: str) -> dict[MessageRef, MessageRef]:
    """COPYUID (RFC 4315, 3): the old and the new numbers, in the same order."""
    found = _COPIED.search(told)
    if not found:
        return {}
    pairs = zip(_numbers(found[2]), _numbers(found[3]), strict=False)
    new = {old: MessageRef(folder, int(found[1]), uid) for old, uid in pairs}
    return {ref: new[ref.uid] for ref in refs if ref.uid in new}


def _numbers(told: str) -> list[int]:
    numbers: list[int] = []
    for piece in told.split(","):
        first, _, last = piece.partition(":")
        low, high = sorted((int(first), int(last or first)))
        numbers += range(low, min(high, low + 10_000) + 1)
    return numbers
