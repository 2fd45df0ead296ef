"""Sending, answering, forwarding."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from connectors.email import addresses, answers, attached, headers as heading, ids, outgoing
from connectors.email.addresses import Copies, To
from connectors.email.attached import Attachments
from connectors.email.html import to_text
from connectors.email.ids import EXAMPLE, MessageId
from connectors.email.letters import Letter
from connectors.email.limits import BODY_CHARS, SUBJECT_CHARS
from connectors.email.mailbox import ANSWERED, Mailbox
from connectors.email.outputs import Sent
from connectors.email.plain import plain
from connectors.email.session import Session, mailbox
from connectors.email.tools.common import Body, Subject
from connectors.kit.context import ToolContext
from connectors.kit.tool import SEND, Params, Tool, ToolResult
from hermes.core.errors import HermesError

ReplyTo = Annotated[str, Meta(min_length=3, max_length=354, description="Where answers go instead.")]
BodyFormat = Annotated[Literal["text", "html"], Meta(description="What `body` is.")]


class Send(Params, frozen=True):
    """A message."""

    to: To
    subject: Subject
    body: Body
    cc: Copies = []
    bcc: Copies = []
    format: BodyFormat = "text"
    attachments: Attachments = []
    reply_to: ReplyTo | None = None


async def send(ctx: ToolContext, params: Send) -> ToolResult:
    """Send a message."""
    letter = await composed(ctx, params)
    async with mailbox(ctx) as session:
        return await outgoing.send(ctx, session, letter)


async def composed(ctx: ToolContext, given: "Send") -> Letter:
    """The letter of a new message."""
    is_html = given.format == "html"
    return Letter(
        sender=outgoing.sender(ctx),
        message_id=outgoing.message_id(ctx),
        date=ctx.now(),
        to=addresses.parse_all(given.to, "to"),
        cc=addresses.parse_all(given.cc, "cc"),
        bcc=addresses.parse_all(given.bcc, "bcc"),
        reply_to=[addresses.parse(given.reply_to, "reply_to")] if given.reply_to else [],
        subject=plain(given.subject, "subject"),
        text=to_text(given.body) if is_html else given.body,
        html=given.body if is_html else None,
        files=await attached.files(ctx, given.attachments),
    )


class Reply(Params, frozen=True):
    """An answer."""

    id: MessageId
    body: Body
    reply_all: Annotated[bool, Meta(description="Also to everybody else it went to.")] = False


async def reply(ctx: ToolContext, params: Reply) -> ToolResult:
    """Answer a message."""
    ref, own = ids.parse(params.id), outgoing.sender(ctx)
    async with mailbox(ctx) as session:
        of = await session.do(answers.original, ref)
        to, cc = answers.recipients(of.headers, own.address, everybody=params.reply_all)
        letter = Letter(
            sender=own,
            message_id=outgoing.message_id(ctx),
            date=ctx.now(),
            to=to,
            cc=cc,
            subject=outgoing.titled("Re", of.headers.subject)[:SUBJECT_CHARS],
            text=answers.quoted(params.body, of),
            in_reply_to=of.headers.message_id,
            references=heading.chain(of.headers),
        )
        result = await outgoing.send(ctx, session, letter, reply_to=of.headers.message_id)
        await _mark(session, [ref])
        return result


class Forward(Params, frozen=True):
    """A forward."""

    id: MessageId
    to: To
    note: Annotated[str, Meta(max_length=BODY_CHARS, description="What you add above it.")] = ""


async def forward(ctx: ToolContext, params: Forward) -> ToolResult:
    """Send a message on."""
    ref, to = ids.parse(params.id), addresses.parse_all(params.to, "to")
    async with mailbox(ctx) as session:
        of = await session.do(answers.original, ref, with_files=True)
        letter = Letter(
            sender=outgoing.sender(ctx),
            message_id=outgoing.message_id(ctx),
            date=ctx.now(),
            to=to,
            subject=outgoing.titled("Fwd", of.headers.subject)[:SUBJECT_CHARS],
            text=answers.forwarded(params.note, of),
            references=heading.chain(of.headers),
            files=of.files,
        )
        return await outgoing.send(ctx, session, letter)


async def _mark(session: Session, refs: Sequence[ids.MessageRef]) -> None:
    """Mark messages as answered; an answer that is sent stays sent where that fails."""

    def mark(box: Mailbox) -> None:
        box.store(refs, [ANSWERED], add=True)

    try:
        await session.do(mark)
    except HermesError:
        return


TOOLS = (
    Tool(
        name="email_send",
        title="Send e-mail",
        description="Send a message from the connected address, now, to up to 100 people, with up to 10 "
        "files. A copy lies in the sent folder. If the server refuses one recipient, nobody "
        "gets it. To answer use email_reply, to let somebody look first email_create_draft.",
        params=Send,
        output=Sent,
        handler=send,
        hints=SEND,
        core=True,
        redact=frozenset({"to", "cc", "bcc", "subject", "body", "attachments", "reply_to"}),
        example={"to": ["ben@customer.example"], "subject": "Your order", "body": "It is on its way."},
    ),
    Tool(
        name="email_reply",
        title="Answer e-mail",
        description="Answer a message in its thread, now, to its sender or with reply_all to everybody on "
        "it; the original is quoted below and marked as answered. email_create_draft sends nothing.",
        params=Reply,
        output=Sent,
        handler=reply,
        hints=SEND,
        core=True,
        redact=frozenset({"body"}),
        example={"id": EXAMPLE, "body": "Thank you, we will look into it."},
    ),
    Tool(
        name="email_forward",
        title="Forward e-mail",
        description="Send a message on to other people, with its text below your note and its files (up to "
        "10, 18 MB together). It is sent now. To answer the sender use email_reply.",
        params=Forward,
        output=Sent,
        handler=forward,
        hints=SEND,
        redact=frozenset({"to", "note"}),
        example={"id": EXAMPLE, "to": ["ben@customer.example"], "note": "For you."},
    ),
)
