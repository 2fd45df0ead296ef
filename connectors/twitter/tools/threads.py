"""Several posts, each a reply to the one before."""

from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.tool import SEND, Output, Params, Tool, ToolResult
from connectors.twitter import composing, limits, outputs
from connectors.twitter.client import X
from connectors.twitter.ids import PostId, post_id_of
from connectors.twitter.limits import price
from connectors.twitter.uploads import UPLOADING_S, upload
from hermes.core.errors import HermesError, InvalidArgument, OutcomeUnknown


class Part(Output, frozen=True, kw_only=True):
    """One post of a thread."""

    text: composing.Text
    media: composing.Files | None = None
    poll: Annotated[composing.Poll, Meta(description="A poll.")] | None = None


class PostThread(Params, frozen=True):
    """A thread."""

    posts: Annotated[
        list[Part], Meta(min_length=2, max_length=limits.THREAD_POSTS, description="The posts, in order.")
    ]
    reply_to: PostId | None = None


async def post_thread(ctx: ToolContext, params: PostThread) -> ToolResult:
    """Check all posts and hand all files over before the first is posted; then stop at the first failure."""
    api = X(ctx, total_s=UPLOADING_S)
    before = post_id_of(params.reply_to, "reply_to") if params.reply_to else None
    weights = [await _checked(api, part, number) for number, part in enumerate(params.posts)]
    bodies = [await _body(api, part, number) for number, part in enumerate(params.posts)]
    made: list[outputs.Posted] = []
    for body, weighed in zip(bodies, weights, strict=True):
        reply = {"reply": {"in_reply_to_tweet_id": before}} if before else {}
        try:
            posted = await composing.post(api, {**body, **reply}, weighed)
        except HermesError as failure:
            if not made:
                raise
            return _result(made, failure)
        made.append(posted)
        before = posted.id
    return _result(made, None)


async def _checked(api: X, part: Part, number: int) -> int:
    place = f"posts[{number}]."
    composing.only_one(place, media=part.media, poll=part.poll)
    if not part.text.strip() and not part.media:
        raise InvalidArgument("Every post needs text or media.", details={"argument": f"{place}text"})
    return await composing.measured(api, part.text, f"{place}text")


async def _body(api: X, part: Part, number: int) -> dict[str, Any]:
    body: dict[str, Any] = {"text": part.text} if part.text else {}
    if part.poll:
        body["poll"] = composing.poll_body(part.poll)
    if part.media:
        media_ids = await upload(api, part.media, argument=f"posts[{number}].media")
        body["media"] = {"media_ids": media_ids}
    return body


def _result(made: list[outputs.Posted], failure: HermesError | None) -> ToolResult:
    stopped, step = None, None
    if failure is not None:
        position = len(made) + 1
        stopped = outputs.Stopped(
            position=position,
            code=failure.code,
            message=failure.message,
            retry_after_s=failure.retry_after_s,
        )
        step = (
            f"Post the rest, from post {position} on, with reply_to {made[-1].id}; do not repeat the others."
        )
        if isinstance(failure, OutcomeUnknown):
            step = (
                f"Look with twitter_list_user_posts whether post {position} is there, and only then post "
                f"what is missing, below the last one that is there; {made[-1].id} is."
            )
    data = outputs.Thread(posts=made, complete=failure is None, stopped=stopped, next_step=step)
    return ToolResult(data=data, upstream_id=made[0].id)


TOOLS = (
    Tool(
        name="twitter_post_thread",
        title="Post X thread",
        description="Publish 2-25 posts at once as a thread, each replying to the one before; with "
        "`reply_to` below a post of the account. All texts are checked and files uploaded first. If one "
        "fails, the thread stops there: `complete` is false, `posts` are those that are out, `next_step` how "
        "to go on. A single post: twitter_post. "
        f"X bills {price('post')} for each post, {price('post_with_link')} with a link.",
        params=PostThread,
        output=outputs.Thread,
        handler=post_thread,
        hints=SEND,
        redact=frozenset({"posts"}),
        example={"posts": [{"text": "We open on Monday!"}, {"text": "Come and see."}]},
    ),
)
