"""Searching the posts of the last seven days."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.params import Cursor, Limit, Since, Until, moment
from connectors.kit.tool import READ, Params, Tool, ToolResult
from connectors.twitter import limits, outputs
from connectors.twitter.client import X
from connectors.twitter.ids import User, username_of
from connectors.twitter.limits import price
from connectors.twitter.paging import Page
from connectors.twitter.tools.timelines import DETAILED, listed
from hermes.core import clock
from hermes.core.errors import InvalidArgument

# X refuses an end closer to the present than this (recent search).
MARGIN = timedelta(seconds=15)
_HAS = {
    "media": "has:media",
    "images": "has:images",
    "video": "has:video_link",
    "links": "has:links",
    "hashtags": "has:hashtags",
    "mentions": "has:mentions",
}


class Search(Params, frozen=True):
    """What is sought; everything given must fit."""

    query: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=limits.QUERY_CHARS,
                description='By X\'s operators: (cake OR "fresh bread") lang:en -is:retweet; 512 characters.',
            ),
        ]
        | None
    ) = None
    from_: Annotated[User, Meta(description="Posts by this username.")] | None = msgspec.field(
        name="from", default=None
    )
    to: Annotated[User, Meta(description="Replies to this username.")] | None = None
    phrases: (
        Annotated[
            list[Annotated[str, Meta(min_length=1, max_length=200)]],
            Meta(min_length=1, max_length=10, description="Phrases, each word for word."),
        ]
        | None
    ) = None
    has: (
        Annotated[
            list[Literal["media", "images", "video", "links", "hashtags", "mentions"]],
            Meta(min_length=1, max_length=6, description="What the posts must have."),
        ]
        | None
    ) = None
    since: Since | None = None
    until: Until | None = None
    sort: Annotated[Literal["recency", "relevancy"], Meta(description="Newest or most relevant first.")] = (
        "recency"
    )
    limit: Limit = 20
    cursor: Cursor | None = None


async def search(ctx: ToolContext, params: Search) -> ToolResult:
    """Ask X's recent search."""
    page = Page(params.cursor, params.limit, limits.LEAST_FOUND)
    asked = {"query": built(params), "sort_order": params.sort, **_times(ctx.now(), params)}
    return await listed(X(ctx), "tweets/search/recent", asked, page)


def built(params: Search) -> str:
    """The query in X's syntax. Raises InvalidArgument where it seeks nothing X accepts."""
    parts = []
    if params.from_:
        parts.append(f"from:{username_of(params.from_, 'from')}")
    if params.to:
        parts.append(f"to:{username_of(params.to, 'to')}")
    parts += [_phrase(phrase, number) for number, phrase in enumerate(params.phrases or [])]
    further = [_HAS[one] for one in dict.fromkeys(params.has or [])]
    if params.query and params.query.strip():
        query = params.query.strip()
        parts.insert(0, f"({query})" if parts or further else query)
    if not parts:
        raise InvalidArgument(
            "Say what to search for: 'query', 'from', 'to' or 'phrases' ('has' alone finds too much for X).",
            details={"argument": "query"},
        )
    found = " ".join([*parts, *further])
    if len(found) > limits.QUERY_CHARS:
        raise InvalidArgument(
            f"The query has {len(found):,} characters and X takes {limits.SELF_SERVE_QUERY_CHARS} "
            f"({limits.QUERY_CHARS:,} on enterprise plans); shorten it.",
            details={"argument": "query"},
        )
    return found


def _phrase(phrase: str, number: int) -> str:
    words = " ".join(phrase.split())
    if not words or '"' in words or "\\" in words:
        raise InvalidArgument(
            "A phrase is words without quotation marks or backslashes; X finds neither.",
            details={"argument": f"phrases[{number}]"},
        )
    return f'"{words}"'


def _times(now: datetime, params: Search) -> dict[str, str]:
    begin, end = moment(params.since, "since"), moment(params.until, "until")
    oldest = now - timedelta(days=limits.SEARCH_DAYS)
    for at, argument in ((begin, "since"), (end, "until")):
        if at is not None and (at < oldest or (argument == "since" and at >= now - MARGIN)):
            raise InvalidArgument(
                f"X searches the last {limits.SEARCH_DAYS} days; choose a later or no '{argument}'."
                if at < oldest
                else "'since' lies in the future.",
                details={"argument": argument},
            )
    if begin is not None and end is not None and begin >= end:
        raise InvalidArgument("'since' must lie before 'until'.", details={"argument": "since"})
    asked = {"start_time": begin, "end_time": end if end and end < now - MARGIN else None}
    return {name: clock.iso(at.replace(microsecond=0)) for name, at in asked.items() if at is not None}


TOOLS = (
    Tool(
        name="twitter_search",
        title="Search X",
        description="Search the posts of the last 7 days, by `query` in X's own operators or by `from`, "
        "`to`, `phrases` and `has`, which are put together for you. Returns posts with author, time, media, "
        "counts. A known post: twitter_get_posts; all posts of one person: twitter_list_user_posts. "
        f"X bills {price('post_read')} for each post found.",
        params=Search,
        output=outputs.Posts,
        handler=search,
        hints=READ,
        core=True,
        detailed_only=DETAILED,
        example={"phrases": ["fresh bread"], "has": ["images"], "limit": 10},
    ),
)
