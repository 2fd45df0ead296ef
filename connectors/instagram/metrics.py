"""Which numbers Instagram counts: of each kind of post, and of the account."""

from collections.abc import Mapping, Sequence
from typing import Literal

MediaMetric = Literal[
    "views",
    "reach",
    "likes",
    "comments",
    "saved",
    "shares",
    "total_interactions",
    "follows",
    "profile_visits",
    "profile_activity",
    "replies",
    "navigation",
    "ig_reels_avg_watch_time",
    "ig_reels_video_view_total_time",
]
_SEEN = ("views", "reach", "shares", "total_interactions")
# Which metrics a kind of post has ("Instagram media insights").
OF_PRODUCT: Mapping[str, Sequence[str]] = {
    "FEED": (*_SEEN, "likes", "comments", "saved", "follows", "profile_visits", "profile_activity"),
    "REELS": (
        *_SEEN,
        "likes",
        "comments",
        "saved",
        "ig_reels_avg_watch_time",
        "ig_reels_video_view_total_time",
    ),
    "STORY": (
        *_SEEN,
        "replies",
        "navigation",
        "follows",
        "profile_visits",
        "profile_activity",
    ),
}
NOT_OF_CAROUSELS = frozenset({"follows", "profile_visits", "profile_activity"})
# Asked for alone: Instagram wants a breakdown with them, or counts them only where somebody did so.
ON_REQUEST = frozenset({"profile_activity", "navigation"})

AccountMetric = Literal[
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
    "follower_count",
    "online_followers",
    "follower_demographics",
    "engaged_audience_demographics",
]
Period = Literal["day", "week", "days_28", "lifetime"]
Breakdown = Literal[
    "age", "city", "country", "gender", "follow_type", "media_product_type", "contact_button_type"
]
PEOPLE = frozenset({"follower_demographics", "engaged_audience_demographics"})
OVER_TIME = frozenset({"follower_count", "online_followers"})
BY_PEOPLE = frozenset({"age", "city", "country", "gender"})


def periods_of(metric: str) -> tuple[str, ...]:
    """The periods Instagram counts a metric by ("Instagram user insights")."""
    if metric in PEOPLE or metric == "online_followers":
        return ("lifetime",)
    return ("day", "week", "days_28") if metric == "reach" else ("day",)
