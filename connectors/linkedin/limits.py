"""LinkedIn's limits as data (Posts, Images, Documents and Videos API pages, version 2026-10)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

TEXT_CHARS = 3000
COMMENT_CHARS = 1250
TITLE_CHARS = 400
DESCRIPTION_CHARS = 4086
ALT_CHARS = 4086
IMAGES = 20
QUESTION_CHARS = 140
OPTIONS = 4
OPTION_CHARS = 30
PAGE_ITEMS = 100
# Hermes holds a file in memory while it hands it over; LinkedIn itself takes documents up to 100 MB and
# videos up to 500 MB.
IMAGE_BYTES = 10 * 1024 * 1024
HELD_BYTES = 48 * 1024 * 1024

IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif"})
DOCUMENT_TYPES = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    }
)
VIDEO_TYPES = frozenset({"video/mp4"})

PUBLISHED: Mapping[str, Any] = MappingProxyType(
    {
        "text_chars": TEXT_CHARS,
        "comment_chars": COMMENT_CHARS,
        "images": IMAGES,
        "image_bytes": IMAGE_BYTES,
        "file_bytes": HELD_BYTES,
        "poll_options": OPTIONS,
        "poll_option_chars": OPTION_CHARS,
        "daily_limits": "per app and per member, reset at 00:00 UTC; LinkedIn shows them in the app only",
    }
)
