"""X's limits and prices as data (docs.x.com, August 2026: media, rate limits, pricing)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

POST_WEIGHT = 280
LONG_POST_WEIGHT = 25_000
IMAGES = 4
IMAGE_BYTES = 5 * 1024 * 1024
GIF_BYTES = 15 * 1024 * 1024
# Hermes holds a file in memory while it hands it over; X itself takes videos up to 512 MB.
HELD_BYTES = 48 * 1024 * 1024
CHUNK_BYTES = 4 * 1024 * 1024
ALT_CHARS = 1000
POLL_OPTIONS = 4
POLL_OPTION_CHARS = 25
POLL_MINUTES = 10_080
THREAD_POSTS = 25
LOOKUP_IDS = 100
DM_CHARS = 10_000
QUERY_CHARS = 4096
SELF_SERVE_QUERY_CHARS = 512
SEARCH_DAYS = 7
# The smallest page X gives of each list.
LEAST_FOUND = 10
LEAST_OF_USER = 5

IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})
GIF_TYPES = frozenset({"image/gif"})
VIDEO_TYPES = frozenset({"video/mp4", "video/quicktime", "video/webm"})

# US dollars, charged by X to the app: for each request that writes, for each object that is read.
PRICES_USD: Mapping[str, float] = MappingProxyType(
    {
        "post": 0.015,
        "post_with_link": 0.2,
        "post_summoned": 0.01,
        "post_read": 0.005,
        "own_read": 0.001,
        "user_read": 0.01,
        "dm_read": 0.01,
        "dm": 0.015,
        "interaction": 0.015,
        "undo": 0.01,
        "bookmark": 0.005,
        "alt_text": 0.005,
    }
)


def price(name: str) -> str:
    """`$0.015`: what X charges for it."""
    return f"${PRICES_USD[name]:g}"


PUBLISHED: Mapping[str, Any] = MappingProxyType(
    {
        "post_weight": POST_WEIGHT,
        "long_post_weight": LONG_POST_WEIGHT,
        "images": IMAGES,
        "image_bytes": IMAGE_BYTES,
        "gif_bytes": GIF_BYTES,
        "video_bytes": HELD_BYTES,
        "alt_text_chars": ALT_CHARS,
        "poll_options": POLL_OPTIONS,
        "poll_option_chars": POLL_OPTION_CHARS,
        "thread_posts": THREAD_POSTS,
        "lookup_ids": LOOKUP_IDS,
        "dm_chars": DM_CHARS,
        "query_chars": SELF_SERVE_QUERY_CHARS,
        "search_days": SEARCH_DAYS,
        "posts_per_15_minutes": 100,
        "searches_per_15_minutes": 300,
        "interactions_per_15_minutes": 50,
        "dms_per_15_minutes": 15,
        "dm_reads_per_15_minutes": 15,
        "prices_usd": dict(PRICES_USD),
    }
)
