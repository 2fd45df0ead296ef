"""Direct messages, sent within their windows."""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from connectors.instagram import window
from connectors.instagram.client import ME, MESSAGES, Instagram
from connectors.instagram.limits import DM_BYTES
from connectors.instagram.media import Address, Given, given, public, typed
from connectors.instagram.outputs import Sent
from connectors.instagram.tools.comments import COMMENT
from connectors.instagram.tools.common import CommentId
from connectors.kit.context import ToolContext
from connectors.kit.meta import text_of
from connectors.kit.tool import SEND, Params, SentMessage, Tool, ToolResult
from hermes.core.errors import InvalidArgument, OutcomeUnknown

PERSON = "1254459154682919"
Text = Annotated[
    str,
    Meta(
        min_length=1, max_length=DM_BYTES, description="The message; plain text, up to 1,000 bytes of UTF-8."
    ),
]
# As the Send API names what it takes.
ATTACHED = {"image": "image", "video": "video", "audio": "audio", "application": "file"}


class SendDm(Params, frozen=True, kw_only=True):
    """A direct message: text or a file."""

    to: Annotated[
        str,
        Meta(
            max_length=30,
            pattern=r"^[0-9]{1,30}$",
            description="`contact` of a conversation (instagram_list_conversations): the person's id.",
        ),
    ]
    text: Text | None = None
    media: Address | None = None
    reply_to: (
        Annotated[
            str,
            Meta(max_length=191, pattern=r"^[!-~]{1,191}$", description="Answer this message (message_id)."),
        ]
        | None
    ) = None
    human_agent: Annotated[
        bool,
        Meta(
            description="Only if a person of the business wrote this answer: lets it go out up to 7 days "
            "after their last message, instead of 24 hours. Needs Meta's Human Agent permission."
        ),
    ] = False


async def send_dm(ctx: ToolContext, params: SendDm) -> ToolResult:
    """Send a direct message."""
    if (params.text is None) == (params.media is None):
        raise InvalidArgument(
            "Give either 'text' or 'media'; Instagram takes one at a time.", details={"argument": "text"}
        )
    file = given(params.media, "media") if params.media is not None else None
    _check_text(params.text)
    tag = await window.tag_for(ctx, params.to, human_agent=params.human_agent)
    api = Instagram(ctx)
    kind, message = "text", dict[str, Any](text=params.text)
    if file is not None:
        attachment = await _attachment(api, file)
        kind, message = attachment["type"], {"attachment": attachment}
    body: dict[str, Any] = {"recipient": {"id": params.to}, "message": message}
    body |= {"messaging_type": "MESSAGE_TAG", "tag": tag} if tag else {"messaging_type": "RESPONSE"}
    if params.reply_to:
        body["reply_to"] = {"mid": params.reply_to}
    return await _send(
        api, body, kind, params.text, contact=params.to, reply_to=params.reply_to, human_agent=bool(tag)
    )


class SendPrivateReply(Params, frozen=True, kw_only=True):
    """A message to whoever wrote a comment."""

    comment_id: CommentId
    text: Text


async def send_private_reply(ctx: ToolContext, params: SendPrivateReply) -> ToolResult:
    """Answer a comment by direct message."""
    _check_text(params.text)
    body = {"recipient": {"comment_id": params.comment_id}, "message": {"text": params.text}}
    return await _send(Instagram(ctx), body, "text", params.text, reply_to=params.comment_id)


async def _send(
    api: Instagram,
    body: Mapping[str, Any],
    kind: str,
    text: str | None,
    *,
    contact: str = "",
    reply_to: str | None = None,
    human_agent: bool = False,
) -> ToolResult:
    told = await api.post(f"{ME}/messages", body, need=MESSAGES)
    mid, to = text_of(told.get("message_id")), text_of(told.get("recipient_id")) or contact
    if not mid or not to:
        raise OutcomeUnknown("Instagram took the message but named no id; look it up before you repeat it.")
    return ToolResult(
        data=Sent(message_id=mid, to=to, kind=kind, human_agent=human_agent),
        upstream_id=mid,
        sent=[
            SentMessage(
                contact=to,
                upstream_id=mid,
                kind=kind,
                text=text or "",
                reply_to=reply_to or "",
                media=None if kind == "text" else {"kind": kind, "id": mid},
                at=api.ctx.now(),
            )
        ],
    )


async def _attachment(api: Instagram, file: Given) -> dict[str, Any]:
    file = await typed(api, file)
    kind = ATTACHED.get(file.kind)
    if kind is None or (kind == "file" and file.mime_type != "application/pdf"):
        raise InvalidArgument(
            "Instagram takes images, videos, audio files and PDFs; give an address that ends in .jpg, .png, "
            ".gif, .mp4, .m4a, .wav or .pdf.",
            details={"argument": "media"},
        )
    return {"type": kind, "payload": {"url": await public(api, file)}}


def _check_text(text: str | None) -> None:
    size = len((text or "").encode())
    if size > DM_BYTES:
        raise InvalidArgument(
            f"'text' has {size:,} bytes of UTF-8; Instagram takes {DM_BYTES:,}. Shorten it, or send several.",
            details={"argument": "text"},
        )


TOOLS = (
    Tool(
        name="instagram_send_private_reply",
        title="Reply privately on Instagram",
        description="Answer a comment by a direct message that only its writer sees; once for each comment, "
        "within 7 days of it. If they answer, go on with instagram_send_dm. For an answer everybody sees use "
        "instagram_reply_comment.",
        params=SendPrivateReply,
        output=Sent,
        handler=send_private_reply,
        hints=SEND,
        redact=frozenset({"text"}),
        example={"comment_id": COMMENT, "text": "Thanks for asking! Here is the price list."},
    ),
    Tool(
        name="instagram_send_dm",
        title="Send Instagram message",
        description="Send a direct message (text or one file) to a person who has written before, now. Works "
        "within 24 hours of their last message, or 7 days with human_agent; otherwise it fails with "
        "window_closed and nothing is sent. To write first after a comment: instagram_send_private_reply.",
        params=SendDm,
        output=Sent,
        handler=send_dm,
        hints=SEND,
        core=True,
        redact=frozenset({"to", "text", "media"}),
        example={"to": PERSON, "text": "Hello! Your order is ready."},
    ),
)
