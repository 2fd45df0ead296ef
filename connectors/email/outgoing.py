"""Sending: once, and with a copy in the sent folder."""

import re

from connectors.email.addresses import Person
from connectors.email.ids import MessageRef
from connectors.email.letters import Letter, rendered
from connectors.email.limits import RECIPIENTS
from connectors.email.mailbox import SEEN, Mailbox
from connectors.email.outputs import Sent
from connectors.email.session import Session, credentials_of, heeding, line
from connectors.email.smtp import Outbox
from connectors.kit.context import ToolContext
from connectors.kit.tool import SentMessage, ToolResult
from hermes.core.errors import HermesError, InvalidArgument

_PREFIX = re.compile(r"(?:(?:re|aw|fwd?|wg)\s*:\s*)+", re.IGNORECASE)


def message_id(ctx: ToolContext) -> str:
    """The Message-ID of what this call sends: the same for the same idempotency key."""
    return f"<{ctx.call_token}@{credentials_of(ctx).address.rpartition('@')[2].lower()}>"


def sender(ctx: ToolContext) -> Person:
    """Who mail comes from: the connected address, and no other."""
    held = credentials_of(ctx)
    return Person(held.address, held.name or "")


def titled(prefix: str, subject: str) -> str:
    """A subject with exactly one `Re:` or `Fwd:` before it."""
    return f"{prefix}: {_PREFIX.sub('', subject, count=1)}".strip()


async def send(ctx: ToolContext, session: Session, letter: Letter, *, reply_to: str = "") -> ToolResult:
    """Send a letter unless its Message-ID lies in the sent folder, and file the copy.

    Raises InvalidArgument without a recipient, and what `Outbox` raises.
    """
    if not letter.recipients:
        raise InvalidArgument("Nobody is named to send it to.", details={"argument": "to"})
    if len(letter.recipients) > RECIPIENTS:
        raise InvalidArgument(f"At most {RECIPIENTS} recipients in one message.", details={"argument": "to"})
    content = rendered(letter)
    found = await session.do(_sent_before, letter)
    if found is not None:
        return _result(ctx, letter, found, is_repeated=True, reply_to=reply_to)
    ctx.before_change(_described(letter, len(content)))
    await _hand_in(ctx, letter, content)
    try:
        filed = await session.do(_file, letter)
    except HermesError:
        return _result(ctx, letter, None, note="It was sent; its copy could not be put into the sent folder.")
    return _result(ctx, letter, filed, reply_to=reply_to)


async def _hand_in(ctx: ToolContext, letter: Letter, content: bytes) -> None:
    credentials = credentials_of(ctx)
    servers = credentials.servers()
    async with line(ctx, servers.smtp_host, servers.smtp_port) as wire:
        outbox = Outbox(wire, credentials)
        await heeding(ctx, outbox.open)
        await ctx.blocking(outbox.hand_in, content, letter.recipients)


def _sent_before(box: Mailbox, letter: Letter) -> MessageRef | None:
    folder = box.role("sent")
    uid = box.find(folder, letter.message_id) if folder else None
    return MessageRef(folder, box.open(folder), uid) if folder and uid else None


def _file(box: Mailbox, letter: Letter) -> MessageRef | None:
    """Put the copy into the sent folder, where the server has not done it itself."""
    folder = box.role("sent")
    if folder is None or box.is_gmail:
        return None
    found = _sent_before(box, letter)
    return found or box.append(folder, rendered(letter, with_bcc=True), [SEEN], letter.message_id)


def _described(letter: Letter, size: int) -> dict[str, object]:
    return {
        "act": "send",
        "from": letter.sender.address,
        "recipients": letter.recipients,
        "subject": letter.subject,
        "text": letter.text,
        "message_id": letter.message_id,
        "bytes": size,
        "attachments": [f.filename for f in letter.files],
    }


def _result(
    ctx: ToolContext,
    letter: Letter,
    filed: MessageRef | None,
    *,
    is_repeated: bool = False,
    reply_to: str = "",
    note: str | None = None,
) -> ToolResult:
    told = letter.message_id.strip("<>")
    first = next(iter((*letter.to, *letter.cc, *letter.bcc)))
    message = SentMessage(
        contact=first.address.lower(),
        contact_name=first.name,
        upstream_id=told,
        kind="email",
        text=f"{letter.subject}\n\n{letter.text}",
        reply_to=reply_to.strip("<>"),
        at=ctx.now(),
    )
    return ToolResult(
        data=Sent(
            message_id=told,
            to=letter.recipients,
            subject=letter.subject,
            id=filed.id if filed is not None and filed.uid else None,
            repeated=is_repeated or None,
            note=note,
        ),
        upstream_id=told,
        sent=[] if is_repeated else [message],
    )
