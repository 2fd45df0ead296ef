"""Lists and searches."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from connectors.email import folders, ids, shown
from connectors.email.folders import FolderName
from connectors.email.imap import quoted
from connectors.email.limits import EXAMINED
from connectors.email.mailbox import Mail, Mailbox
from connectors.email.outputs import Mails
from connectors.email.plain import plain
from connectors.email.session import mailbox
from connectors.email.structure import attachments
from connectors.email.tools.common import Word
from connectors.kit.context import ToolContext
from connectors.kit.conversations import NOTICE
from connectors.kit.params import Cursor, Limit, Since, Until, moment
from connectors.kit.tool import READ, Params, Tool, ToolResult

Text = Annotated[str, Meta(min_length=1, max_length=200, description="Words in the subject or text.")]
Folder = FolderName
_DETAILED = frozenset({"labels", "size_bytes", "message_id"})


class ListMessages(Params, frozen=True):
    """Which messages of a folder."""

    folder: Folder = "INBOX"
    unread: Annotated[bool, Meta(description="Unread (true) or read (false).")] | None = None
    from_: Word | None = msgspec.field(name="from", default=None)
    since: Since | None = None
    before: Until | None = None
    flagged: Annotated[bool, Meta(description="Flagged (true) or not (false).")] | None = None
    limit: Limit = 20
    cursor: Cursor | None = None


async def list_messages(ctx: ToolContext, params: ListMessages) -> ToolResult:
    """List messages of a folder."""
    wanted: list[bytes] = []
    if params.unread is not None:
        wanted.append(b"UNSEEN" if params.unread else b"SEEN")
    if params.flagged is not None:
        wanted.append(b"FLAGGED" if params.flagged else b"UNFLAGGED")
    wanted += _word(b"FROM", params.from_, "from")
    page = _Page(folders.named(params.folder), wanted, params.limit, params.cursor)
    page.between(moment(params.since, "since"), moment(params.before, "before"))
    return await page.result(ctx)


class Search(Params, frozen=True):
    """What to look for."""

    text: Text | None = None
    from_: Word | None = msgspec.field(name="from", default=None)
    to: Word | None = None
    subject: Annotated[str, Meta(min_length=1, max_length=200, description="Part of the subject.")] | None = (
        None
    )
    since: Since | None = None
    has_attachment: Annotated[bool, Meta(description="With (true) or without (false) files.")] | None = None
    folder: Folder | None = None
    limit: Limit = 20
    cursor: Cursor | None = None


async def search(ctx: ToolContext, params: Search) -> ToolResult:
    """Search a folder."""
    wanted = _word(b"TEXT", params.text, "text") + _word(b"FROM", params.from_, "from")
    wanted += _word(b"TO", params.to, "to") + _word(b"SUBJECT", params.subject, "subject")
    folder = folders.named(params.folder) if params.folder else None
    page = _Page(folder, wanted, params.limit, params.cursor)
    page.between(moment(params.since, "since"), None)
    page.has_attachment = params.has_attachment
    return await page.result(ctx)


class _Page:
    """One page of a folder, newest (highest UID) first; without a folder, of all mail or the inbox."""

    def __init__(self, folder: str | None, wanted: list[bytes], limit: int, cursor: str | None) -> None:
        self.folder = folder
        self.wanted = wanted
        self.limit = limit
        self.cursor = cursor
        self.since: datetime | None = None
        self.before: datetime | None = None
        self.has_attachment: bool | None = None

    def between(self, since: datetime | None, before: datetime | None) -> None:
        """Only what arrived then. IMAP knows days in the server's zone; the rest is looked at here."""
        self.since, self.before = since, before
        if since is not None:
            self.wanted += [b"SINCE", _day(since - timedelta(days=1))]
        if before is not None:
            self.wanted += [b"BEFORE", _day(before + timedelta(days=2))]

    async def result(self, ctx: ToolContext) -> ToolResult:
        """The page as the tool's result."""
        async with mailbox(ctx) as session:
            return ToolResult(data=await session.do(self._read))

    def _read(self, box: Mailbox) -> Mails:
        folder = self.folder or box.role("all") or "INBOX"
        used = ids.digest(folder, self.wanted, self.since, self.before, self.has_attachment)
        start = ids.position(self.cursor, used) if self.cursor else None
        validity = box.open(folder)
        if start is not None and start.validity != validity:
            raise ids.renumbered()
        below = [b"UID", f"1:{start.uid - 1}".encode()] if start is not None and start.uid > 1 else []
        uids = [] if start is not None and start.uid <= 1 else box.search([*self.wanted, *below])[::-1]
        found, last = self._fitting(box, uids)
        more = bool(uids) and bool(last) and last != uids[-1]
        return Mails(
            messages=[shown.info(mail) for mail in found],
            folder=folder,
            notice=NOTICE,
            next_cursor=ids.cursor(ids.Position(validity, last, used)) if more else None,
        )

    def _fitting(self, box: Mailbox, uids: list[int]) -> tuple[list[Mail], int]:
        """Up to `limit` messages that fit, and the last UID that was looked at; 400 are looked at."""
        found: list[Mail] = []
        last = 0
        for start in range(0, min(len(uids), EXAMINED), self.limit):
            for mail in box.mails(uids[start : start + self.limit]):
                if len(found) == self.limit:
                    return found, last
                last = mail.ref.uid
                if self._fits(mail):
                    found.append(mail)
            if len(found) == self.limit:
                break
        return found, last or (uids[min(len(uids), EXAMINED) - 1] if uids else 0)

    def _fits(self, mail: Mail) -> bool:
        if self.since is not None and mail.at < self.since:
            return False
        if self.before is not None and mail.at >= self.before:
            return False
        return self.has_attachment is None or bool(attachments(mail.parts)) is self.has_attachment


def _word(key: bytes, text: str | None, argument: str) -> list[bytes]:
    return [key, quoted(plain(text, argument))] if text is not None else []


def _day(at: datetime) -> bytes:
    # Not %b: months have English names here (RFC 9051, date-month) whatever the locale.
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{at.day:02d}-{months[at.month - 1]}-{at.year:04d}".encode()


TOOLS = (
    Tool(
        name="email_list_messages",
        title="List e-mail",
        description="List messages of a folder (the inbox unless named), newest first, by unread, sender, "
        "time or flag. Nothing is marked as read. Read one with email_get_message; to look for "
        "words use email_search.",
        params=ListMessages,
        output=Mails,
        handler=list_messages,
        hints=READ,
        core=True,
        detailed_only=_DETAILED,
        redact=frozenset({"from"}),
        example={"unread": True, "limit": 10},
    ),
    Tool(
        name="email_search",
        title="Search e-mail",
        description="Search messages by words, sender, recipient, subject, time or files, newest first. "
        "Searches all mail where the server has such a folder (Gmail), else the inbox, or the "
        "folder you name. A page may be short and not the last. Read one with email_get_message.",
        params=Search,
        output=Mails,
        handler=search,
        hints=READ,
        core=True,
        detailed_only=_DETAILED,
        redact=frozenset({"text", "from", "to", "subject"}),
        example={"text": "invoice", "since": "2026-01-01T00:00:00Z"},
    ),
)
