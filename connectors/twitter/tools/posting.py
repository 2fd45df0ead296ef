"""Posting and deleting."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.tool import DELETE, SEND, Params, Tool, ToolResult
from connectors.twitter import composing, outputs
from connectors.twitter.client import X, member
from connectors.twitter.ids import PostId, post_id_of
from connectors.twitter.limits import price
from connectors.twitter.uploads import UPLOADING_S, upload
from hermes.core.errors import InvalidArgument, OutcomeUnknown

DELETE_NEED = "deleting needs the scope tweet.write, and only the account's own posts can be deleted."


class CreatePost(Params, frozen=True):
    """A new post."""

    text: composing.Text = ""
    reply_to: PostId | None = None
    quote: PostId | None = None
    media: composing.Files | None = None
    poll: Annotated[composing.Poll, Meta(description="A poll.")] | None = None
    reply_settings: (
        Annotated[
            Literal["following", "mentionedUsers", "subscribers", "verified"],
            Meta(description="Who may reply; everyone unless given."),
        ]
        | None
    ) = None
    made_with_ai: Annotated[bool, Meta(description="Label the post as made with AI.")] = False
    paid_partnership: Annotated[bool, Meta(description="Label it as a paid promotion.")] = False


async def create_post(ctx: ToolContext, params: CreatePost) -> ToolResult:
    """Check, hand the files over, post."""
    composing.only_one("", quote=params.quote, media=params.media, poll=params.poll)
    if not params.text.strip() and not params.media:
        raise InvalidArgument("A post needs text or media.", details={"argument": "text"})
    api = X(ctx, total_s=UPLOADING_S if params.media else 30.0)
    weighed = await composing.measured(api, params.text)
    body: dict[str, Any] = {"text": params.text} if params.text else {}
    if params.reply_to:
        body["reply"] = {"in_reply_to_tweet_id": post_id_of(params.reply_to, "reply_to")}
    if params.quote:
        body["quote_tweet_id"] = post_id_of(params.quote, "quote")
    if params.poll:
        body["poll"] = composing.poll_body(params.poll)
    if params.reply_settings:
        body["reply_settings"] = params.reply_settings
    for name in ("made_with_ai", "paid_partnership"):
        if getattr(params, name):
            body[name] = True
    if params.media:
        body["media"] = {"media_ids": await upload(api, params.media)}
    made = await composing.post(api, body, weighed)
    return ToolResult(data=made, upstream_id=made.id)


class DeletePost(Params, frozen=True):
    """Which post."""

    post_id: PostId


async def delete_post(ctx: ToolContext, params: DeletePost) -> ToolResult:
    """Delete a post for good."""
    post_id = post_id_of(params.post_id)
    told = await X(ctx).change("DELETE", f"tweets/{post_id}", need=DELETE_NEED)
    if member(told, "data").get("deleted") is not True:
        raise OutcomeUnknown("X did not say that it deleted the post; look whether it is still there.")
    return ToolResult(data=outputs.Changed(id=post_id, done=True), upstream_id=post_id)


TOOLS = (
    Tool(
        name="twitter_post",
        title="Post on X",
        description="Publish a post at once; with `reply_to` a reply, with `quote` a quote. Attach `media` "
        "(from public addresses, uploaded for you) or a `poll`. Several posts in a row: twitter_post_thread; "
        "a private text: twitter_send_dm. Returns id and address. X lets most apps reply only to who "
        f"mentioned the account. X bills {price('post')} a post, {price('post_with_link')} with a link in "
        "it.",
        params=CreatePost,
        output=outputs.Posted,
        handler=create_post,
        hints=SEND,
        core=True,
        redact=frozenset({"text", "media", "poll"}),
        example={"text": "We open on Monday!"},
    ),
    Tool(
        name="twitter_delete_post",
        title="Delete X post",
        description="Delete a post of the connected account. It cannot be brought back, and replies to it "
        "stay. To take back a repost use twitter_repost with `undo`. X bills "
        f"{price('undo')}.",
        params=DeletePost,
        output=outputs.Changed,
        handler=delete_post,
        hints=DELETE,
        example={"post_id": "1346889436626259968"},
    ),
)
