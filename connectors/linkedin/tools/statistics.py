"""Numbers of posts and pages."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.kit.context import ToolContext
from connectors.kit.params import Since, Until, moment
from connectors.kit.tool import READ, Params, Tool, ToolResult
from connectors.linkedin import outputs
from connectors.linkedin.client import LinkedIn, path_of
from connectors.linkedin.tools.reading import READ_NEED, elements
from connectors.linkedin.urns import Organization, Post, encoded, post_of
from hermes.core.errors import InvalidArgument, NotAllowedByPlatform

NEED = (
    "statistics need rw_organization_admin or r_organization_admin and the role of an administrator on the "
    "page (LinkedIn's Community Management API; apply for it in the developer portal)."
)
LIMIT_DAYS = 365
DEFAULT_DAYS = 30


class GetPostStats(Params, frozen=True):
    """Which post."""

    post: Post


async def get_post_stats(ctx: ToolContext, params: GetPostStats) -> ToolResult:
    """Count reactions and comments and, of a page's post, its reach."""
    urn, api = post_of(params.post), LinkedIn(ctx)
    social = await api.get(path_of("socialMetadata", urn), need=READ_NEED)
    author = str((await api.get(path_of("posts", urn), need=READ_NEED)).get("author") or "")
    reach: Mapping[str, Any] = {}
    note = "LinkedIn tells reach of pages' posts only."
    if author.startswith("urn:li:organization:"):
        reach, note = await _reach(api, author, urn)
    return ToolResult(
        data=outputs.PostStats(
            post=urn,
            reactions=_reactions(social),
            comments=_whole(_part(social, "commentSummary"), "count") or 0,
            impressions=_whole(reach, "impressionCount"),
            unique_impressions=_whole(reach, "uniqueImpressionsCount"),
            clicks=_whole(reach, "clickCount"),
            shares=_whole(reach, "shareCount"),
            engagement=_share(reach, "engagement"),
            note=note or None,
        ),
        upstream_id=urn,
    )


async def _reach(api: LinkedIn, author: str, urn: str) -> tuple[Mapping[str, Any], str]:
    name = "ugcPosts" if ":ugcPost:" in urn else "shares"
    raw = f"q=organizationalEntity&organizationalEntity={encoded(author)}&{name}=List({encoded(urn)})"
    try:
        page = await api.get("organizationalEntityShareStatistics", need=NEED, method="FINDER", raw=raw)
    except NotAllowedByPlatform as refused:
        return {}, refused.message
    found = elements(page)
    return (
        (_part(found[0], "totalShareStatistics"), "") if found else ({}, "LinkedIn has no reach of it yet.")
    )


class GetPageStats(Params, frozen=True):
    """Which page, and over what time."""

    organization: Organization
    since: Since | None = None
    until: Until | None = None


async def get_page_stats(ctx: ToolContext, params: GetPageStats) -> ToolResult:
    """Ask LinkedIn's four statistics of a page and lay them side by side."""
    begin, end = _period(ctx, params)
    api, page = LinkedIn(ctx), params.organization
    size = await api.get(path_of("networkSizes", page), {"edgeType": "COMPANY_FOLLOWED_BY_MEMBER"}, need=NEED)
    times = f"(timeRange:(start:{_ms(begin)},end:{_ms(end)}),timeGranularityType:DAY)"
    views = await _daily(api, "organizationPageStatistics", f"organization={encoded(page)}", times)
    entity = f"organizationalEntity={encoded(page)}"
    shares = await _daily(api, "organizationalEntityShareStatistics", entity, times)
    gains = await _daily(api, "organizationalEntityFollowerStatistics", entity, times)
    totals = [_part(told, "totalShareStatistics") for told in shares.values()]
    impressions = _sum(totals, "impressionCount")
    acts = [_sum(totals, name) for name in ("clickCount", "likeCount", "commentCount", "shareCount")]
    engagement = sum(acts) / impressions if impressions else None
    return ToolResult(
        data=outputs.PageStats(
            organization=page,
            followers=_whole(size, "firstDegreeSize"),
            page_views=sum(_views(told) or 0 for told in views.values()),
            unique_visitors=sum(_visitors(told) for told in views.values()),
            impressions=impressions,
            clicks=acts[0],
            reactions=acts[1],
            comments=acts[2],
            shares=acts[3],
            engagement=round(engagement, 4) if engagement is not None else None,
            new_followers=sum(_gained(told) or 0 for told in gains.values()),
            days=[
                _day(date, views.get(date), shares.get(date), gains.get(date))
                for date in sorted({*views, *shares, *gains})
            ],
        ),
        upstream_id=page,
    )


async def _daily(api: LinkedIn, path: str, whose: str, times: str) -> dict[str, Mapping[str, Any]]:
    """A finder's elements by the day they are about."""
    raw = f"q={whose.partition('=')[0]}&{whose}&timeIntervals={times}"
    told = await api.get(path, need=NEED, method="FINDER", raw=raw)
    days = {}
    for element in elements(told):
        start = _part(element, "timeRange").get("start")
        if type(start) is int and 0 < start < 2**43:
            days[datetime.fromtimestamp(start / 1000, UTC).date().isoformat()] = element
    return days


def _day(
    date: str,
    views: Mapping[str, Any] | None,
    shares: Mapping[str, Any] | None,
    gains: Mapping[str, Any] | None,
) -> dict[str, Any]:
    totals = _part(shares, "totalShareStatistics")
    counts = {
        "page_views": _views(views),
        "impressions": _whole(totals, "impressionCount"),
        "clicks": _whole(totals, "clickCount"),
        "new_followers": _gained(gains),
    }
    return {"date": date, **{name: count for name, count in counts.items() if count is not None}}


def _period(ctx: ToolContext, params: GetPageStats) -> tuple[datetime, datetime]:
    """Whole days: LinkedIn's statistics end two days ago and reach back a year."""
    today = ctx.now().replace(hour=0, minute=0, second=0, microsecond=0)
    end = moment(params.until, "until") or today
    begin = moment(params.since, "since") or end - timedelta(days=DEFAULT_DAYS)
    if not begin < end or begin < today - timedelta(days=LIMIT_DAYS):
        raise InvalidArgument(
            "'since' must lie before 'until', and at most a year ago.", details={"argument": "since"}
        )
    return begin, end


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _part(told: Mapping[str, Any] | None, name: str) -> Mapping[str, Any]:
    part = told.get(name) if told is not None else None
    return part if isinstance(part, dict) else {}


def _whole(told: Mapping[str, Any], name: str) -> int | None:
    count = told.get(name)
    return count if type(count) is int else None


def _share(told: Mapping[str, Any], name: str) -> float | None:
    share = told.get(name)
    return round(float(share), 4) if isinstance(share, int | float) else None


def _sum(told: list[Mapping[str, Any]], name: str) -> int:
    return sum(_whole(one, name) or 0 for one in told)


def _reactions(social: Mapping[str, Any]) -> dict[str, int]:
    summaries = _part(social, "reactionSummaries")
    return {str(kind): _whole(_part(summaries, kind), "count") or 0 for kind in summaries}


def _views(told: Mapping[str, Any] | None) -> int | None:
    views = _part(_part(_part(told, "totalPageStatistics"), "views"), "allPageViews")
    return _whole(views, "pageViews")


def _visitors(told: Mapping[str, Any]) -> int:
    views = _part(_part(_part(told, "totalPageStatistics"), "views"), "allPageViews")
    return _whole(views, "uniquePageViews") or 0


def _gained(told: Mapping[str, Any] | None) -> int | None:
    gains = _part(told, "followerGains")
    counts = [_whole(gains, name) for name in ("organicFollowerGain", "paidFollowerGain")]
    return sum(c or 0 for c in counts) if any(c is not None for c in counts) else None


TOOLS = (
    Tool(
        name="linkedin_get_post_stats",
        title="Get LinkedIn post numbers",
        description="Count a post's reactions by kind and its comments and, where the author is a page you "
        "administer, impressions, clicks, shares and engagement. What people wrote: linkedin_list_comments.",
        params=GetPostStats,
        output=outputs.PostStats,
        handler=get_post_stats,
        hints=READ,
        example={"post": "urn:li:share:7123456789012345678"},
    ),
    Tool(
        name="linkedin_get_page_stats",
        title="Get LinkedIn page numbers",
        description="Numbers of a page over a time (default the last 30 days, at most a year back): "
        "followers, page views, impressions, clicks, reactions, new followers; per day with "
        "detail=detailed. LinkedIn counts a day about two days later. Of one post: linkedin_get_post_stats.",
        params=GetPageStats,
        output=outputs.PageStats,
        handler=get_page_stats,
        hints=READ,
        detailed_only=frozenset({"days"}),
        example={"organization": "urn:li:organization:2414183"},
    ),
)
