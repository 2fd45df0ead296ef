"""One message, its thread, its files."""

import base64
from typing import Annotated, Any, Literal

from msgspec import Meta

from connectors.email import headers as heading, ids, shown, structure
from connectors.email.headers import Headers
from connectors.email.ids import EXAMPLE, MessageId, MessageRef
from connectors.email.imap import quoted
from connectors.email.limits import HEADERS_BYTES, INLINE_BYTES, INLINE_SEEN_BYTES, RAW_BYTES, THREAD_MESSAGES
from connectors.email.mailbox import Mail, Mailbox
from connectors.email.outputs import Attachment, Mail as MailOutput, Thread, ThreadMail
from connectors.email.session import mailbox
from connectors.email.structure import Part
from connectors.kit.context import ToolContext
from connectors.kit.conversations import NOTICE
from connectors.kit.tool import READ, Params, Tool, ToolResult
from hermes.core.errors import NotFound
from hermes.core.third_party import shown as told

THREAD_TEXT_CHARS = 4_000
Format = Annotated[
    Literal["text", "html", "headers", "raw"],
    Meta(description="html: that part as text; headers: all lines; raw: the source."),
]


class GetMessage(Params, frozen=True):
    """Which message, and how."""

    id: MessageId
    format: Format = "text"


async def get_message(ctx: ToolContext, params: GetMessage) -> ToolResult:
    """Read a message."""
    ref = ids.parse(params.id)
    async with mailbox(ctx) as session:
        return ToolResult(data=await session.do(_message, ref, params.format), upstream_id=params.id)


class GetThread(Params, frozen=True):
    """Any message of the thread."""

    id: MessageId


async def get_thread(ctx: ToolContext, params: GetThread) -> ToolResult:
    """Read a thread."""
    ref = ids.parse(params.id)
    async with mailbox(ctx) as session:
        return ToolResult(data=await session.do(_thread, ref))


class GetAttachment(Params, frozen=True):
    """Which file."""

    id: MessageId
    name: Annotated[str, Meta(min_length=1, max_length=300, description="Name or part of the file.")]


async def get_attachment(ctx: ToolContext, params: GetAttachment) -> ToolResult:
    """Read a file."""
    ref = ids.parse(params.id)
    async with mailbox(ctx) as session:
        part, content = await session.do(_file, ref, params.name)
    limit_bytes = _limit(part)
    facts = Attachment(
        name=told(part.name, shown.LINE_CHARS),
        part=part.number,
        mime_type=told(part.mime_type, shown.LINE_CHARS),
        size_bytes=part.content_size if content is None else len(content),
        inline=content is not None,
        note=None
        if content is not None
        else f"Such files above {limit_bytes // 1000} kB are not handed over inline.",
    )
    return ToolResult(data=facts, content=[] if content is None else [_block(ref, part, content)])


def _message(box: Mailbox, ref: MessageRef, format: str) -> MailOutput:
    mail = box.mail(ref, limit_bytes=HEADERS_BYTES)
    headers = heading.read(mail.header)
    match format:
        case "headers":
            content, cut = _source(mail.header), len(mail.header) >= HEADERS_BYTES
        case "raw":
            raw = box.content(ref, "", RAW_BYTES)
            content, cut = _source(raw), mail.size > len(raw)
        case _:
            prefer = "text/html" if format == "html" else "text/plain"
            content, cut = shown.text_of(box, mail, prefer=prefer)
    return MailOutput(
        **shown.facts(mail, headers),
        format=format,
        content=content,
        truncated=cut,
        cc=shown.people(headers.cc) or None,
        reply_to=shown.people(headers.reply_to) or None,
        sent_at=headers.date,
        in_reply_to=told(headers.in_reply_to, shown.LINE_CHARS) or None,
        files=shown.files(mail) or None,
        notice=NOTICE,
    )


def _source(raw: bytes) -> str:
    return told(raw.decode("utf-8", "replace"), RAW_BYTES)


def _thread(box: Mailbox, ref: MessageRef) -> Thread:
    asked = box.mail(ref, limit_bytes=HEADERS_BYTES)
    headers = heading.read(asked.header)
    found = {_key(asked, headers): (asked, headers)}
    for folder in dict.fromkeys([ref.folder, *_where(box)]):
        box.open(folder)
        uids = box.search(_related(headers)) if headers.message_id else []
        for mail in box.mails(uids[-THREAD_MESSAGES:]):
            read = heading.read(mail.header)
            found.setdefault(_key(mail, read), (mail, read))
    # Servers know the second only; of one second the answer has more references.
    ordered = sorted(found.values(), key=lambda one: (one[0].at, len(one[1].references)))[-THREAD_MESSAGES:]
    return Thread(
        subject=told(headers.subject, shown.LINE_CHARS),
        messages=[_in_thread(box, mail, read) for mail, read in ordered],
        notice=NOTICE,
    )


def _where(box: Mailbox) -> list[str]:
    everything = box.role("all")
    roles = ("inbox", "sent", "archive")
    return [everything] if everything else [name for name in map(box.role, roles) if name]


def _related(headers: Headers) -> list[bytes]:
    """Messages that are, or refer to, the first one of the thread or this one."""
    chain = heading.chain(headers)
    keys: list[list[bytes]] = []
    for known in dict.fromkeys((chain[0], headers.message_id)):
        keys += [[b"HEADER", name, quoted(known)] for name in (b"Message-ID", b"References", b"In-Reply-To")]
    wanted = keys[0]
    for key in keys[1:]:
        wanted = [b"OR", *wanted, *key]
    return wanted


def _key(mail: Mail, headers: Headers) -> str:
    return headers.message_id or mail.ref.id


def _in_thread(box: Mailbox, mail: Mail, headers: Headers) -> ThreadMail:
    text, cut = shown.text_of(box, mail, limit=THREAD_TEXT_CHARS)
    return ThreadMail(**shown.facts(mail, headers), folder=mail.ref.folder, text=text, truncated=cut)


def _file(box: Mailbox, ref: MessageRef, name: str) -> tuple[Part, bytes | None]:
    mail = box.mail(ref, limit_bytes=HEADERS_BYTES)
    parts = structure.attachments(mail.parts)
    part = next((p for p in parts if name in (p.name, p.number, told(p.name, shown.LINE_CHARS))), None)
    if part is None:
        raise NotFound("The message has no such file; email_get_message lists them.")
    limit_bytes = _limit(part)
    if part.content_size > limit_bytes:
        return part, None
    content = part.decoded(box.content(ref, part.number, limit_bytes * 2))
    return part, content if len(content) <= limit_bytes else None


def _is_seen(part: Part) -> bool:
    """Whether the protocol has a content block of its own for it."""
    return part.mime_type in (
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
    ) or part.mime_type.startswith("audio/")


def _limit(part: Part) -> int:
    return INLINE_SEEN_BYTES if _is_seen(part) else INLINE_BYTES


def _block(ref: MessageRef, part: Part, content: bytes) -> dict[str, Any]:
    data = base64.b64encode(content).decode()
    if _is_seen(part):
        return {"type": part.mime_type.partition("/")[0], "data": data, "mimeType": part.mime_type}
    uri = f"hermes://media/email-{ref.validity}-{ref.uid}-{part.number}"
    return {"type": "resource", "resource": {"uri": uri, "mimeType": part.mime_type, "blob": data}}


TOOLS = (
    Tool(
        name="email_get_message",
        title="Read e-mail",
        description="Read one message: sender, recipients, text and the list of its files "
        "(email_get_attachment gets them). HTML comes as text with its links. It "
        "is not marked as read; email_flag does that.",
        params=GetMessage,
        output=MailOutput,
        handler=get_message,
        hints=READ,
        core=True,
        detailed_only=frozenset({"message_id", "in_reply_to", "sent_at", "labels"}),
        example={"id": EXAMPLE},
    ),
    Tool(
        name="email_get_thread",
        title="Read e-mail thread",
        description="Read the messages that answer each other, oldest first, sent ones included: up to "
        "50, with 4,000 characters of each, from this folder, inbox, sent and archive. Nothing is marked "
        "as read. One whole message: email_get_message.",
        params=GetThread,
        output=Thread,
        handler=get_thread,
        hints=READ,
        core=True,
        detailed_only=frozenset({"size_bytes", "labels"}),
        example={"id": EXAMPLE},
    ),
    Tool(
        name="email_get_attachment",
        title="Get e-mail attachment",
        description="Get a file of a message as content of the result: pictures and sound up to 700 kB, "
        "other files up to 180 kB; of larger ones only the facts. email_get_message lists the "
        "files.",
        params=GetAttachment,
        output=Attachment,
        handler=get_attachment,
        hints=READ,
        example={"id": EXAMPLE, "name": "invoice.pdf"},
    ),
)
