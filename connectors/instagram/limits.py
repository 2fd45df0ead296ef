"""Instagram's limits as data (developers.facebook.com, Instagram Platform: content publishing, messaging)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

CAPTION_CHARS = 2200
CAPTION_HASHTAGS = 30
CAPTION_MENTIONS = 20
ALT_CHARS = 1000
CAROUSEL_ITEMS = 10
COMMENT_CHARS = 300
COMMENT_HASHTAGS = 4
DM_BYTES = 1000
SERVICE_WINDOW_H = 24
HUMAN_AGENT_H = 7 * 24
PUBLISHED_IMAGE_BYTES = 8 * 1024 * 1024
INSIGHT_DAYS = 30
# As a data: URI; requests of callers are smaller than this anyway.
INLINE_CHARS = 4_000_000

PUBLISHED: Mapping[str, Any] = MappingProxyType(
    {
        "service_window_h": SERVICE_WINDOW_H,
        "human_agent_window_h": HUMAN_AGENT_H,
        "message_text_bytes": DM_BYTES,
        "message_image_bytes": PUBLISHED_IMAGE_BYTES,
        "message_file_bytes": 25 * 1024 * 1024,
        "caption_chars": CAPTION_CHARS,
        "caption_hashtags": CAPTION_HASHTAGS,
        "caption_mentions": CAPTION_MENTIONS,
        "carousel_items": CAROUSEL_ITEMS,
        "published_image_bytes": PUBLISHED_IMAGE_BYTES,
        "published_image_type": "image/jpeg",
        "reel_seconds": 900,
        "story_video_seconds": 60,
        "comment_chars": COMMENT_CHARS,
        "comment_hashtags": COMMENT_HASHTAGS,
        "comment_links": 1,
        "private_reply_days": 7,
        "insight_days": INSIGHT_DAYS,
        "posts_per_day": "asked of Instagram: instagram_get_profile shows what is used and what is left",
    }
)
