"""Likes, reposts and bookmarks, and taking them back."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.tool import UPDATE, Params, Tool, ToolResult
from connectors.twitter import outputs
from connectors.twitter.client import X, member
from connectors.twitter.ids import PostId, post_id_of
from connectors.twitter.limits import price
from hermes.core.errors import OutcomeUnknown


class React(Params, frozen=True):
    """Which post."""

    post_id: PostId
    undo: Annotated[bool, Meta(description="Take it back.")] = False


def _reacting(place: str, answered: str, need: str) -> Callable[[ToolContext, React], Awaitable[ToolResult]]:
    """A handler that puts the post into a list of the account's, or takes it out."""

    async def react(ctx: ToolContext, params: React) -> ToolResult:
        post_id, api = post_id_of(params.post_id), X(ctx)
        path = f"users/{(await api.me()).id}/{place}"
        if params.undo:
            told = await api.change("DELETE", f"{path}/{post_id}", need=need)
        else:
            told = await api.change("POST", path, body={"tweet_id": post_id}, need=need)
        if member(told, "data").get(answered) is not (not params.undo):
            raise OutcomeUnknown("X did not say that this is done; calling again does no harm.")
        return ToolResult(data=outputs.Changed(id=post_id, done=True), upstream_id=post_id)

    return react


TOOLS = (
    Tool(
        name="twitter_like",
        title="Like X post",
        description="Like a post as the connected account, or with `undo` take the like back; people see it. "
        "X offers likes to enterprise plans only (others are refused). To keep a post privately: "
        f"twitter_bookmark. X bills {price('interaction')}, {price('undo')} to undo.",
        params=React,
        output=outputs.Changed,
        handler=_reacting(
            "likes",
            "liked",
            "liking needs the scopes like.write, tweet.read and users.read, and X gives it to enterprise "
            "plans only.",
        ),
        hints=UPDATE,
        example={"post_id": "1346889436626259968"},
    ),
    Tool(
        name="twitter_repost",
        title="Repost on X",
        description="Repost a post to the followers of the connected account, or with `undo` take the repost "
        "back. To add words of your own use twitter_post with `quote`. "
        f"X bills {price('interaction')}, {price('undo')} to undo.",
        params=React,
        output=outputs.Changed,
        handler=_reacting(
            "retweets", "retweeted", "reposting needs the scopes tweet.write, tweet.read and users.read."
        ),
        hints=UPDATE,
        example={"post_id": "1346889436626259968"},
    ),
    Tool(
        name="twitter_bookmark",
        title="Bookmark X post",
        description="Keep a post among the bookmarks of the connected account, or with `undo` take it out. "
        f"Nobody else sees it; for a visible sign use twitter_like. X bills {price('bookmark')}.",
        params=React,
        output=outputs.Changed,
        handler=_reacting(
            "bookmarks", "bookmarked", "bookmarks need the scopes bookmark.write, tweet.read and users.read."
        ),
        hints=UPDATE,
        example={"post_id": "1346889436626259968"},
    ),
)
