"""Direct messages."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.conversations import NOTICE
from connectors.kit.params import Cursor, Limit
from connectors.kit.tool import READ, SEND, Params, SentMessage, Tool, ToolResult
from connectors.twitter import conversations, fields, limits, outputs
from connectors.twitter.client import X, is_id, member
from connectors.twitter.ids import user_id_of
from connectors.twitter.limits import price
from connectors.twitter.paging import Page
from connectors.twitter.reading import Included, missing
from connectors.twitter.uploads import UPLOADING_S, File, upload
from hermes.core.errors import InvalidArgument, OutcomeUnknown

READ_NEED = "reading direct messages needs the scopes dm.read, tweet.read and users.read."
SEND_NEED = (
    "direct messages need the scopes dm.write, dm.read, tweet.read and users.read and an app with the "
    "permission Direct Messages; the person must follow the account or take messages from everyone."
)
To = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="A username, a numeric user id, or `group:<id>` of twitter_list_dms.",
    ),
]


class ListDms(Params, frozen=True):
    """With whom."""

    with_: To | None = msgspec.field(name="with", default=None)
    limit: Limit = 20
    cursor: Cursor | None = None


async def list_dms(ctx: ToolContext, params: ListDms) -> ToolResult:
    """List messages, newest first."""
    api, page = X(ctx), Page(params.cursor, params.limit, 1)
    path = "dm_events"
    if params.with_:
        kind, contact = await _contact(api, params.with_, "with")
        path = f"dm_conversations/{kind}{contact}/dm_events"
    me = (await api.me()).id
    asked = {**page.params, "event_types": "MessageCreate", **fields.MESSAGES}
    told = await api.read(path, asked, need=READ_NEED)
    shown, cursor = page.shown(told)
    included = Included(told)
    found = [conversations.message(raw, included, me) for raw in shown if is_id(raw.get("id"))]
    return ToolResult(
        data=outputs.Messages(messages=found, notice=NOTICE, missing=missing(told), next_cursor=cursor)
    )


class SendDm(Params, frozen=True):
    """A message."""

    to: To
    text: Annotated[str, Meta(max_length=limits.DM_CHARS, description="The text.")] = ""
    media: Annotated[File, Meta(description="One image, GIF or video.")] | None = None


async def send_dm(ctx: ToolContext, params: SendDm) -> ToolResult:
    """Hand the file over, then send."""
    if not params.text.strip() and params.media is None:
        raise InvalidArgument("A message needs text or media.", details={"argument": "text"})
    api = X(ctx, total_s=UPLOADING_S if params.media else 30.0)
    kind, contact = await _contact(api, params.to, "to")
    body: dict[str, Any] = {"text": params.text} if params.text.strip() else {}
    if params.media is not None:
        (media_id,) = await upload(api, [params.media], use="dm")
        body["attachments"] = [{"media_id": media_id}]
    told = await api.change("POST", f"dm_conversations/{kind}{contact}/messages", body=body, need=SEND_NEED)
    data = member(told, "data")
    if not is_id(data.get("dm_event_id")):
        raise OutcomeUnknown(
            "X took this but named no message; look with twitter_list_dms before you repeat it."
        )
    named = contact if kind else f"{conversations.GROUP}{contact}"
    sent = SentMessage(
        contact=named,
        upstream_id=data["dm_event_id"],
        kind="text" if params.media is None else "image",
        text=params.text,
        media={"url": params.media.url} if params.media is not None else None,
    )
    return ToolResult(
        data=outputs.Sent(id=data["dm_event_id"], conversation=named, to=contact),
        upstream_id=data["dm_event_id"],
        sent=[sent],
    )


async def _contact(api: X, text: str, argument: str) -> tuple[str, str]:
    """Where a conversation is below `dm_conversations`: ("with/", a person's id) or ("", a group's)."""
    group = text.strip().removeprefix(conversations.GROUP)
    if group != text.strip():
        if not is_id(group):
            raise InvalidArgument(
                f"'{argument}' must be `group:` and the digits of its id.", details={"argument": argument}
            )
        return "", group
    return "with/", await user_id_of(api, text, argument)


TOOLS = (
    Tool(
        name="twitter_list_dms",
        title="List X direct messages",
        description="List direct messages of the last 30 days, newest first, of all conversations or only "
        "`with` one person or group; each tells sender, text, media and the `conversation` that "
        f"twitter_send_dm takes as `to`. Encrypted chats are not among them. X allows 15 of these calls in "
        f"15 minutes and bills {price('dm_read')} for each message.",
        params=ListDms,
        output=outputs.Messages,
        handler=list_dms,
        hints=READ,
        example={"limit": 10},
    ),
    Tool(
        name="twitter_send_dm",
        title="Send X direct message",
        description="Send a private message to one person or a group, with text, one file, or both. X "
        "refuses it where the person takes none from the account. In public: twitter_post. Returns the "
        f"message's id. X allows 15 in 15 minutes and bills {price('dm')} each.",
        params=SendDm,
        output=outputs.Sent,
        handler=send_dm,
        hints=SEND,
        core=True,
        redact=frozenset({"text", "media"}),
        example={"to": "2244994945", "text": "Thank you, your order is ready."},
    ),
)
