"""Meta's limits as data (Cloud API reference and media page, 2026-06)."""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

TEXT_CHARS = 4096
CAPTION_CHARS = 1024
BODY_CHARS = 1024
HEADER_CHARS = 60
FOOTER_CHARS = 60
BUTTON_CHARS = 20
BUTTONS = 3
BUTTON_ID_CHARS = 256
ROWS = 10
SECTIONS = 10
ROW_TITLE_CHARS = 24
ROW_TEXT_CHARS = 72
ROW_ID_CHARS = 200
CONTACTS = 5
FILENAME_CHARS = 240
CALLBACK_CHARS = 512
TEMPLATE_NAME_CHARS = 512
TEMPLATE_BUTTONS = 10
TEMPLATE_BUTTON_CHARS = 25
ANIMATED_STICKER_BYTES = 500 * 1024
STATIC_STICKER_BYTES = 100 * 1024
# Hermes holds a fetched file in memory; a larger document is handed to Meta as a link instead.
HELD_BYTES = 16 * 1024 * 1024
# As base64 these stay below what clients take: 1 MB for what a model sees or hears, 256 kB for the rest.
INLINE_SEEN_BYTES = 700_000
INLINE_BYTES = 180_000


@dataclasses.dataclass(frozen=True, slots=True)
class MediaRule:
    """What one kind of media may be; `types` empty means any type."""

    limit_bytes: int
    types: frozenset[str]
    takes_caption: bool


MEDIA: Mapping[str, MediaRule] = MappingProxyType(
    {
        "image": MediaRule(5 * 1024 * 1024, frozenset({"image/jpeg", "image/png"}), takes_caption=True),
        "video": MediaRule(16 * 1024 * 1024, frozenset({"video/mp4", "video/3gpp"}), takes_caption=True),
        "audio": MediaRule(
            16 * 1024 * 1024,
            frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}),
            takes_caption=False,
        ),
        "document": MediaRule(100 * 1024 * 1024, frozenset(), takes_caption=True),
        "sticker": MediaRule(ANIMATED_STICKER_BYTES, frozenset({"image/webp"}), takes_caption=False),
    }
)

PUBLISHED = MappingProxyType(
    {
        "text_chars": TEXT_CHARS,
        "caption_chars": CAPTION_CHARS,
        "buttons": BUTTONS,
        "list_rows": ROWS,
        "service_window_h": 24,
        "messages_per_second": 80,
        "seconds_between_messages_to_one_person": 6,
        "media_bytes": {kind: rule.limit_bytes for kind, rule in MEDIA.items()},
        "media_types": {kind: sorted(rule.types) for kind, rule in MEDIA.items() if rule.types},
    }
)
