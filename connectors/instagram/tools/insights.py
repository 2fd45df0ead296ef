"""Numbers of posts and of the account."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta

from connectors.instagram import outputs
from connectors.instagram.client import INSIGHTS, ME, Instagram
from connectors.instagram.limits import INSIGHT_DAYS
from connectors.instagram.metrics import (
    BY_PEOPLE,
    NOT_OF_CAROUSELS,
    OF_PRODUCT,
    ON_REQUEST,
    OVER_TIME,
    PEOPLE,
    AccountMetric,
    Breakdown,
    MediaMetric,
    Period,
    periods_of,
)
from connectors.instagram.tools.common import MediaId, at
from connectors.instagram.tools.posts import POST
from connectors.kit.context import ToolContext
from connectors.kit.meta import items, member, text_of
from connectors.kit.params import Since, Until, moment
from connectors.kit.tool import READ, Params, Tool, ToolResult
from hermes.core.errors import InvalidArgument
from hermes.core.third_party import shown


class GetMediaInsights(Params, frozen=True, kw_only=True):
    """Which numbers of which post."""

    media_id: MediaId
    metrics: (
        Annotated[
            list[MediaMetric],
            Meta(min_length=1, max_length=14, description="Leave out for all that this kind of post has."),
        ]
        | None
    ) = None


async def get_media_insights(ctx: ToolContext, params: GetMediaInsights) -> ToolResult:
    """Ask for the numbers this kind of post has."""
    api = Instagram(ctx)
    post = await api.get(params.media_id, {"fields": "media_type,media_product_type"})
    product = text_of(post.get("media_product_type")) or "FEED"
    has = [
        metric
        for metric in OF_PRODUCT.get(product, OF_PRODUCT["FEED"])
        if not (post.get("media_type") == "CAROUSEL_ALBUM" and metric in NOT_OF_CAROUSELS)
    ]
    if wrong := [metric for metric in params.metrics or () if metric not in has]:
        raise InvalidArgument(
            f"This post ({product}) has no {wrong[0]}; it has {', '.join(has)}.",
            details={"argument": "metrics"},
        )
    wanted: Sequence[str] = params.metrics or [metric for metric in has if metric not in ON_REQUEST]
    told = await api.get(
        f"{params.media_id}/insights", {"metric": ",".join(dict.fromkeys(wanted))}, need=INSIGHTS
    )
    numbers = {text_of(one.get("name")): _number(one) for one in items(told.get("data"))}
    return ToolResult(
        data=outputs.MediaInsights(
            media_id=params.media_id,
            product=product,
            metrics={name: number for name, number in numbers.items() if name and number is not None},
        ),
        upstream_id=params.media_id,
    )


class GetAccountInsights(Params, frozen=True, kw_only=True):
    """Which numbers of the account, over what time."""

    metrics: Annotated[
        list[AccountMetric],
        Meta(
            min_length=1,
            max_length=len(get_args(AccountMetric)),
            description="Period day: all but the demographics and online_followers, whose period is "
            "lifetime; week and days_28: reach only.",
        ),
    ]
    period: Annotated[Period, Meta(description="What is counted together; see `metrics`.")] = "day"
    since: Since | None = None
    until: Until | None = None
    breakdown: (
        Annotated[
            Breakdown,
            Meta(
                description="Split the numbers. Demographics need age, city, country or gender; "
                "follows_and_unfollows goes with follow_type."
            ),
        ]
        | None
    ) = None
    timeframe: Annotated[
        Literal["this_week", "this_month"], Meta(description="Of demographics only: whose acts count.")
    ] = "this_month"


async def get_account_insights(ctx: ToolContext, params: GetAccountInsights) -> ToolResult:
    """Ask for totals, numbers over time and demographics, which Instagram takes in requests of their own."""
    _check(params)
    times = _times(params)
    api, found = Instagram(ctx), list[dict[str, Any]]()
    groups = {
        "total_value": [m for m in params.metrics if m not in OVER_TIME],
        "time_series": [m for m in params.metrics if m in OVER_TIME],
    }
    for kind, metrics in groups.items():
        if not metrics:
            continue
        asked = {"metric": ",".join(dict.fromkeys(metrics)), "period": params.period, "metric_type": kind}
        if kind == "total_value" and params.breakdown:
            asked["breakdown"] = params.breakdown
        asked |= {"timeframe": params.timeframe} if PEOPLE & set(metrics) else times
        told = await api.get(f"{ME}/insights", asked, need=INSIGHTS)
        found += [_metric(one) for one in items(told.get("data"))]
    return ToolResult(data=outputs.AccountInsights(metrics=found))


def _check(params: GetAccountInsights) -> None:
    for metric in params.metrics:
        if params.period not in periods_of(metric):
            raise InvalidArgument(
                f"Instagram counts {metric} by {' or '.join(periods_of(metric))}; ask for it so.",
                details={"argument": "period"},
            )
    if PEOPLE & set(params.metrics) and params.breakdown not in BY_PEOPLE:
        raise InvalidArgument(
            "Demographics are told by age, city, country or gender; name one.",
            details={"argument": "breakdown"},
        )
    if PEOPLE & set(params.metrics) and not set(params.metrics) <= PEOPLE:
        raise InvalidArgument(
            "Ask for demographics on their own; other metrics go into another call.",
            details={"argument": "metrics"},
        )


def _times(params: GetAccountInsights) -> dict[str, str]:
    since, until = moment(params.since, "since"), moment(params.until, "until")
    if (
        since is not None
        and until is not None
        and not timedelta(0) < until - since <= timedelta(days=INSIGHT_DAYS)
    ):
        raise InvalidArgument(
            f"'since' must lie before 'until', at most {INSIGHT_DAYS} days.", details={"argument": "since"}
        )
    told = {"since": since, "until": until}
    return {name: str(int(when.timestamp())) for name, when in told.items() if when is not None}


def _number(metric: Mapping[str, Any]) -> int | float | None:
    values = items(metric.get("values"))
    value = member(metric, "total_value").get("value", values[-1].get("value") if values else None)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _metric(metric: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"metric": text_of(metric.get("name")), "period": text_of(metric.get("period"))}
    total = member(metric, "total_value")
    split = items(total.get("breakdowns"))
    if split:
        told["breakdown"] = [
            {
                "by": shown(" / ".join(map(text_of, _texts(one.get("dimension_values")))), 100),
                "value": one.get("value"),
            }
            for one in items(split[0].get("results"))
            if isinstance(one.get("value"), int | float)
        ]
    elif total or not items(metric.get("values")):
        told["value"] = _number(metric)
    else:
        told["values"] = [
            {"at": at(one.get("end_time")), "value": one.get("value")}
            for one in items(metric.get("values"))
            if isinstance(one.get("value"), int | float | dict)
        ]
    return told


def _texts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


TOOLS = (
    Tool(
        name="instagram_get_media_insights",
        title="Get Instagram post numbers",
        description="Count how a post, reel or story did: views, reach, likes, comments, saves, shares and "
        "what else its kind has (watch time of reels, navigation of stories). Story numbers end after 24 "
        "hours. Numbers of the whole account: instagram_get_account_insights.",
        params=GetMediaInsights,
        output=outputs.MediaInsights,
        handler=get_media_insights,
        hints=READ,
        core=True,
        example={"media_id": POST, "metrics": ["views", "reach"]},
    ),
    Tool(
        name="instagram_get_account_insights",
        title="Get Instagram account numbers",
        description="Numbers of the account over at most 30 days (the last day unless since/until say "
        "otherwise): views, reach, interactions, follows; or demographics of followers and engaged people by "
        "age, city, country or gender. Instagram counts up to 48 hours late. One post: "
        "instagram_get_media_insights.",
        params=GetAccountInsights,
        output=outputs.AccountInsights,
        handler=get_account_insights,
        hints=READ,
        example={"metrics": ["reach", "views"], "period": "day"},
    ),
)
