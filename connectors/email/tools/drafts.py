"""Drafts."""

from typing import Annotated

from msgspec import Meta

from connectors.email import addresses, answers, attached, headers as heading, ids, outgoing
from connectors.email.addresses import Copies
from connectors.email.attached import Attachments
from connectors.email.headers import Headers
from connectors.email.html import to_text
from connectors.email.ids import MessageId, MessageRef
from connectors.email.letters import Letter, rendered
from connectors.email.limits import (
    ADDRESS_CHARS,
    HEADERS_BYTES,
    MESSAGE_BYTES,
    NAME_CHARS,
    RECIPIENTS,
    SUBJECT_CHARS,
)
from connectors.email.mailbox import DRAFT, SEEN, Mailbox
from connectors.email.outputs import Drafted, Sent
from connectors.email.plain import plain
from connectors.email.session import Session, mailbox
from connectors.email.tools.common import Body, Subject
from connectors.email.tools.sending import BodyFormat
from connectors.kit.context import ToolContext
from connectors.kit.tool import CREATE, SEND, Params, Tool, ToolResult
from hermes.core.errors import HermesError, InvalidArgument, NotFound, TooLarge

Recipients = Annotated[
    list[Annotated[str, Meta(min_length=3, max_length=ADDRESS_CHARS + NAME_CHARS)]],
    Meta(max_length=RECIPIENTS, description="Addresses; with reply_to_id the sender unless given."),
]


class CreateDraft(Params, frozen=True):
    """A draft."""

    body: Body
    to: Recipients = []
    subject: Subject = ""
    cc: Copies = []
    bcc: Copies = []
    format: BodyFormat = "text"
    attachments: Attachments = []
    reply_to_id: MessageId | None = None


async def create_draft(ctx: ToolContext, params: CreateDraft) -> ToolResult:
    """Put a draft into the drafts folder."""
    to, cc = addresses.parse_all(params.to, "to"), addresses.parse_all(params.cc, "cc")
    bcc, subject = addresses.parse_all(params.bcc, "bcc"), plain(params.subject, "subject")
    answered = ids.parse(params.reply_to_id, "reply_to_id") if params.reply_to_id else None
    files = await attached.files(ctx, params.attachments)
    is_html = params.format == "html"
    text, own = to_text(params.body) if is_html else params.body, outgoing.sender(ctx)
    in_reply_to = ""
    references: tuple[str, ...] = ()
    async with mailbox(ctx) as session:
        if answered is not None:
            of = await session.do(answers.original, answered)
            to = to or answers.recipients(of.headers, own.address, everybody=False)[0]
            subject = subject or outgoing.titled("Re", of.headers.subject)[:SUBJECT_CHARS]
            text = answers.quoted(text, of)
            in_reply_to, references = of.headers.message_id, heading.chain(of.headers)
        letter = Letter(
            sender=own,
            message_id=outgoing.message_id(ctx),
            date=ctx.now(),
            to=to,
            cc=cc,
            bcc=bcc,
            subject=subject,
            text=text,
            html=params.body if is_html else None,
            in_reply_to=in_reply_to,
            references=references,
            files=files,
        )
        ref = await session.do(_keep, letter)
    told = letter.message_id.strip("<>")
    return ToolResult(
        data=Drafted(id=ref.id, message_id=told, subject=subject, to=[p.address for p in to]),
        upstream_id=ref.id,
    )


class SendDraft(Params, frozen=True):
    """Which draft."""

    draft_id: MessageId


async def send_draft(ctx: ToolContext, params: SendDraft) -> ToolResult:
    """Send a draft as it is, and take it out of the drafts."""
    ref = ids.parse(params.draft_id, "draft_id")
    async with mailbox(ctx) as session:
        headers, raw = await session.do(_read, ref)
        own = outgoing.sender(ctx)
        if any(not addresses.is_same(p.address, own.address) for p in headers.sender):
            raise InvalidArgument(
                "This draft is in another sender's name; only the connected address can send.",
                details={"argument": "draft_id"},
            )
        text, html, files = answers.files_in(raw)
        letter = Letter(
            sender=own,
            message_id=outgoing.message_id(ctx),
            date=ctx.now(),
            to=headers.to,
            cc=headers.cc,
            bcc=headers.bcc,
            reply_to=headers.reply_to,
            subject=headers.subject[:SUBJECT_CHARS],
            text=text,
            html=html,
            in_reply_to=headers.in_reply_to,
            references=headers.references,
            files=files,
        )
        result = await outgoing.send(ctx, session, letter, reply_to=headers.in_reply_to)
        await _discard(session, ref)
        return result


def _keep(box: Mailbox, letter: Letter) -> MessageRef:
    folder = box.role("drafts")
    if folder is None:
        raise NotFound("The mailbox has no drafts folder; create one with email_create_folder as 'Drafts'.")
    uid = box.find(folder, letter.message_id)
    if uid is not None:
        return MessageRef(folder, box.open(folder), uid)
    content = rendered(letter, with_bcc=True)
    box.changing(act="create_draft", folder=folder, recipients=letter.recipients, subject=letter.subject)
    return box.append(folder, content, [DRAFT, SEEN], letter.message_id)


def _read(box: Mailbox, ref: MessageRef) -> tuple[Headers, bytes]:
    mail = box.mail(ref, limit_bytes=HEADERS_BYTES)
    if DRAFT not in mail.flags and ref.folder != box.role("drafts"):
        raise InvalidArgument("This message is no draft.", details={"argument": "draft_id"})
    if mail.size > MESSAGE_BYTES:
        raise TooLarge(f"The draft has more than {MESSAGE_BYTES // 1024**2} MB; make it smaller.")
    return heading.read(mail.header), box.content(ref, "", MESSAGE_BYTES)


async def _discard(session: Session, ref: MessageRef) -> None:
    """Take the draft away; what is sent stays sent where that fails."""

    def discard(box: Mailbox) -> None:
        box.remove([ref])

    try:
        await session.do(discard)
    except HermesError:
        return


TOOLS = (
    Tool(
        name="email_create_draft",
        title="Draft e-mail",
        description="Put a message into the drafts folder for somebody to look at; nothing is sent. With "
        "reply_to_id it answers that message in its thread, with the original quoted. Send it "
        "with email_send_draft.",
        params=CreateDraft,
        output=Drafted,
        handler=create_draft,
        hints=CREATE,
        redact=frozenset({"to", "cc", "bcc", "subject", "body", "attachments"}),
        example={"to": ["ben@customer.example"], "subject": "Our offer", "body": "Here is our offer."},
    ),
    Tool(
        name="email_send_draft",
        title="Send draft",
        description="Send a draft as it stands, changes made in a mail program included, and take it out of"
        " the drafts folder. Only drafts in the connected address's own name are sent. Make one with "
        "email_create_draft.",
        params=SendDraft,
        output=Sent,
        handler=send_draft,
        hints=SEND,
        example={"draft_id": "Drafts:1700000000:7"},
    ),
)
