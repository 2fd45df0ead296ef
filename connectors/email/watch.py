"""New mail in the inbox, found by asking: what has a higher number than the last that was told."""

from connectors.email import headers as heading, shown, structure
from connectors.email.addresses import is_same
from connectors.email.mailbox import Mail, Mailbox
from connectors.email.session import credentials_of, mailbox
from connectors.email.verification import account_id
from connectors.kit import cursors
from connectors.kit.context import ToolContext
from connectors.kit.watch import Sight, WatchSpec
from connectors.kit.webhook import InboundMessage
from hermes.core.errors import InvalidArgument

AT_ONCE = 25
TEXT_CHARS = 4_000
ID_CHARS = 180
INTERVAL_S = 60.0


async def look(ctx: ToolContext, cursor: str) -> Sight:
    """Mail that arrived since the last look; the first one only learns where the inbox ends.

    Where the server has renumbered the inbox, the latest 25 are told, also those that were told before.
    """
    async with mailbox(ctx) as session:
        return await session.do(_look, ctx, cursor)


def _look(box: Mailbox, ctx: ToolContext, cursor: str) -> Sight:
    validity, following = box.next_uid("INBOX")
    known = _known(cursor)
    if known is None:
        return Sight(events=[], cursor=cursors.pack((validity, following)))
    box.open("INBOX")
    is_renumbered = known[0] != validity
    begin = 1 if is_renumbered else known[1]
    # "*" names the last message even where it lies before the first number asked for (RFC 9051, 9).
    new = [uid for uid in box.search([b"UID", f"{begin}:*".encode()]) if uid >= begin]
    taken = new[-AT_ONCE:] if is_renumbered else new[:AT_ONCE]
    events = [_told(box, ctx, mail) for mail in box.mails(taken)]
    end = max([following, *(uid + 1 for uid in new)]) if taken[-1:] == new[-1:] else taken[-1] + 1
    return Sight(events=events, cursor=cursors.pack((validity, end)), has_more=taken[-1:] != new[-1:])


def _known(cursor: str) -> tuple[int, int] | None:
    try:
        return cursors.unpack(cursor, tuple[int, int]) if cursor else None
    except InvalidArgument:
        return None


def _told(box: Mailbox, ctx: ToolContext, mail: Mail) -> InboundMessage:
    headers = heading.read(mail.header)
    credentials = credentials_of(ctx)
    is_own = any(is_same(p.address, credentials.address) for p in headers.sender)
    other = next(iter(headers.to if is_own else headers.sender), None)
    text, _ = shown.text_of(box, mail, limit=TEXT_CHARS)
    message_id = headers.message_id.strip("<>")
    files = [p.name for p in structure.attachments(mail.parts)]
    return InboundMessage(
        route=(account_id(credentials),),
        upstream_id=message_id if 0 < len(message_id) <= ID_CHARS else mail.ref.id[-ID_CHARS:],
        contact=other.address.lower() if other else "unknown",
        contact_name=other.name if other else "",
        at=mail.at,
        kind="email",
        text=f"{headers.subject}\n\n{text}".strip(),
        reply_to=headers.in_reply_to.strip("<>")[:ID_CHARS],
        direction="out" if is_own else "in",
        extra={"id": mail.ref.id, "subject": headers.subject} | ({"attachments": files} if files else {}),
    )


WATCH = WatchSpec(look=look, interval_s=INTERVAL_S)
