"""The account: who it is, how much it may publish, its numbers, who is told of its events."""

from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox.graph import Request, answer, invalid, number_from
from connectors.sandbox.instagram import magic
from connectors.sandbox.instagram.fields import chosen
from connectors.sandbox.instagram.posts import published_today
from connectors.sandbox.instagram.samples import USERNAME
from connectors.sandbox.instagram.state import State

POSTS_A_DAY = 50
FOLLOWERS = 1204
DEMOGRAPHICS = frozenset({"follower_demographics", "engaged_audience_demographics"})
SERIES = frozenset({"follower_count", "online_followers", "reach"})
TOTALS = frozenset(
    {
        "views",
        "reach",
        "accounts_engaged",
        "total_interactions",
        "likes",
        "comments",
        "saves",
        "shares",
        "replies",
        "reposts",
        "profile_links_taps",
        "follows_and_unfollows",
    }
)


async def me(state: State, request: Request) -> HttpResponse:
    """GET /me."""
    account = await state.account()
    node = {
        "id": number_from(f"scoped {account}", 17),
        "user_id": account,
        "username": USERNAME,
        "name": "Sandbox Bakery",
        "account_type": "BUSINESS",
        "biography": "Cakes that are not real.",
        "website": "https://sandbox.example/",
        "profile_picture_url": "https://scontent.cdninstagram.com/v/sandbox/me.jpg",
        "followers_count": FOLLOWERS,
        "follows_count": 17,
        "media_count": len(await state.table("media")),
    }
    return answer(chosen(node, request.params.get("fields", "id"), "IGUser"))


async def limit(state: State, request: Request) -> HttpResponse:
    """GET /me/content_publishing_limit."""
    magic.require_permission(request.token)
    config = {"quota_total": POSTS_A_DAY, "quota_duration": 86_400}
    return answer({"data": [{"quota_usage": await published_today(state), "config": config}]})


async def subscription(state: State, request: Request) -> HttpResponse:
    """GET, POST and DELETE /me/subscribed_apps."""
    if request.method == "GET":
        fields = ["messages"] if await state.is_subscribed() else []
        return answer({"data": [{"app_id": "1", "subscribed_fields": fields}] if fields else []})
    given = request.json if isinstance(request.json, dict) else {}
    fields = given.get("subscribed_fields", [])
    if request.method == "POST" and not fields:
        raise invalid("The parameter subscribed_fields is required.")
    await state.subscribe(list(fields) if request.method == "POST" else [])
    return answer({"success": True})


async def insights(_: State, request: Request) -> HttpResponse:
    """GET /me/insights."""
    magic.require_permission(request.token)
    metrics = [name for name in request.params.get("metric", "").split(",") if name]
    kind, period = request.params.get("metric_type", ""), request.params.get("period", "")
    if not metrics or not period:
        raise invalid("The parameters metric and period are required.")
    return answer({"data": [_counted(name, kind, period, request) for name in metrics]})


def _counted(name: str, kind: str, period: str, request: Request) -> dict[str, Any]:
    told = {"name": name, "period": period, "title": name, "description": name, "id": f"{name}/{period}"}
    if kind == "time_series" and name in SERIES:
        days = ("2026-11-20T08:00:00+0000", "2026-11-21T08:00:00+0000")
        return told | {"values": [{"value": n, "end_time": at} for n, at in zip((7, 9), days, strict=True)]}
    breakdown = request.params.get("breakdown", "")
    if name in DEMOGRAPHICS and breakdown and period == "lifetime":
        parts = [{"dimension_values": [by], "value": n} for by, n in (("25-34", 600), ("35-44", 410))]
        return told | {"total_value": {"breakdowns": [{"dimension_keys": [breakdown], "results": parts}]}}
    if kind != "total_value" or name not in TOTALS:
        raise invalid(f"The following metrics ({name}) should be specified with parameter metric_type.")
    total: dict[str, Any] = {"value": 120}
    if breakdown:
        parts = [
            {"dimension_values": ["FOLLOWER"], "value": 80},
            {"dimension_values": ["NON_FOLLOWER"], "value": 40},
        ]
        total["breakdowns"] = [{"dimension_keys": [breakdown], "results": parts}]
    return told | {"total_value": total}
