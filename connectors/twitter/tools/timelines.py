"""Lists of posts in time: a person's, those that mention the account, those of whom it follows."""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.conversations import NOTICE
from connectors.kit.params import Cursor, Limit, Since, Until, moment
from connectors.kit.tool import READ, Params, Tool, ToolResult
from connectors.twitter import fields, limits, outputs, reading
from connectors.twitter.client import X
from connectors.twitter.ids import User, user_id_of
from connectors.twitter.limits import price
from connectors.twitter.paging import Page
from connectors.twitter.tools.lookups import READ_NEED
from hermes.core import clock

Exclude = Annotated[
    list[Literal["replies", "reposts"]],
    Meta(min_length=1, max_length=2, description="What to leave out: replies, reposts."),
]
DETAILED = frozenset({"lang", "reply_settings", "metrics"})


class ListUserPosts(Params, frozen=True):
    """Whose posts."""

    user: User | None = None
    exclude: Exclude | None = None
    since: Since | None = None
    until: Until | None = None
    limit: Limit = 20
    cursor: Cursor | None = None


async def list_user_posts(ctx: ToolContext, params: ListUserPosts) -> ToolResult:
    """List a person's posts, newest first."""
    api, page = X(ctx), Page(params.cursor, params.limit, limits.LEAST_OF_USER)
    asked = {**_times(params.since, params.until), **_excluded(params.exclude)}
    user_id = await user_id_of(api, params.user) if params.user else (await api.me()).id
    return await listed(api, f"users/{user_id}/tweets", asked, page)


class ListMentions(Params, frozen=True):
    """When."""

    since: Since | None = None
    until: Until | None = None
    limit: Limit = 20
    cursor: Cursor | None = None


async def list_mentions(ctx: ToolContext, params: ListMentions) -> ToolResult:
    """List posts that mention the account, newest first."""
    api, page = X(ctx), Page(params.cursor, params.limit, limits.LEAST_OF_USER)
    asked = _times(params.since, params.until)
    return await listed(api, f"users/{(await api.me()).id}/mentions", asked, page)


class GetHomeTimeline(Params, frozen=True):
    """When, and without what."""

    exclude: Exclude | None = None
    since: Since | None = None
    until: Until | None = None
    limit: Limit = 20
    cursor: Cursor | None = None


async def get_home_timeline(ctx: ToolContext, params: GetHomeTimeline) -> ToolResult:
    """List posts of the account and of whom it follows, newest first."""
    api, page = X(ctx), Page(params.cursor, params.limit, 1)
    asked = {**_times(params.since, params.until), **_excluded(params.exclude)}
    return await listed(api, f"users/{(await api.me()).id}/timelines/reverse_chronological", asked, page)


async def listed(api: X, path: str, asked: Mapping[str, str], page: Page) -> ToolResult:
    """A page of a list of posts. Raises what `X.read` does."""
    told = await api.read(path, {**page.params, **asked, **fields.POSTS}, need=READ_NEED)
    shown, cursor = page.shown(told)
    return ToolResult(
        data=outputs.Posts(
            posts=reading.posts({**told, "data": shown}),
            notice=NOTICE,
            missing=reading.missing(told),
            next_cursor=cursor,
        )
    )


def _times(since: str | None, until: str | None) -> dict[str, str]:
    """X wants whole seconds and `Z`."""
    begin, end = moment(since, "since"), moment(until, "until")
    asked = {"start_time": begin, "end_time": end}
    return {name: clock.iso(at.replace(microsecond=0)) for name, at in asked.items() if at is not None}


def _excluded(exclude: list[Literal["replies", "reposts"]] | None) -> dict[str, str]:
    words = {"replies": "replies", "reposts": "retweets"}
    return {"exclude": ",".join(dict.fromkeys(words[one] for one in exclude))} if exclude else {}


TOOLS = (
    Tool(
        name="twitter_list_user_posts",
        title="List X user's posts",
        description="List the posts of a person, or of the connected account without `user`, newest first; X "
        "gives the last 3,200. `exclude` leaves out replies or reposts. By words: twitter_search. "
        f"X bills {price('post_read')} for each post.",
        params=ListUserPosts,
        output=outputs.Posts,
        handler=list_user_posts,
        hints=READ,
        detailed_only=DETAILED,
        example={"user": "2244994945", "limit": 10},
    ),
    Tool(
        name="twitter_list_mentions",
        title="List X mentions",
        description="List posts that mention the connected account, replies to it among them, newest first. "
        "Those are who it may answer with twitter_post and `reply_to`. New ones also come to the inbox. "
        f"X bills {price('own_read')} to {price('post_read')} for each post.",
        params=ListMentions,
        output=outputs.Posts,
        handler=list_mentions,
        hints=READ,
        core=True,
        detailed_only=DETAILED,
        example={"limit": 10},
    ),
    Tool(
        name="twitter_get_home_timeline",
        title="Get X home timeline",
        description="List what the connected account sees at home: posts of those it follows and its own, "
        "newest first (not X's \"For you\"). One person's: twitter_list_user_posts. "
        f"X bills {price('post_read')} for each post.",
        params=GetHomeTimeline,
        output=outputs.Posts,
        handler=get_home_timeline,
        hints=READ,
        detailed_only=DETAILED,
        example={"limit": 10},
    ),
)
