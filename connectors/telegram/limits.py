"""Telegram's limits as data (Bot API 10.1, 2026-06-11, and the Bots FAQ for rates)."""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

TEXT_UNITS = 4096  # UTF-16 code units after the formatting is read, as entities count
CAPTION_UNITS = 1024
PARTS = 10
LONGEST_TEXT_CHARS = TEXT_UNITS * (PARTS - 2)
BUTTON_ROWS = 25
BUTTONS_A_ROW = 8
BUTTONS = 100
BUTTON_CHARS = 64
BUTTON_DATA_BYTES = 64
QUESTION_CHARS = 300
OPTION_CHARS = 100
OPTIONS = 12
ALERT_CHARS = 200
FILENAME_CHARS = 240
WAIT_S = 50
DOWNLOAD_BYTES = 20 * 1024 * 1024
# Hermes holds a fetched file in memory; a larger one is handed to Telegram as an address instead.
HELD_BYTES = 16 * 1024 * 1024
# As base64 these stay below what clients take: 1 MB for what a model sees or hears, 256 kB for the rest.
INLINE_SEEN_BYTES = 700_000
INLINE_BYTES = 180_000


@dataclasses.dataclass(frozen=True, slots=True)
class MediaRule:
    """What one kind of media may be; `types` empty means any type. `method` sends it."""

    method: str
    limit_bytes: int
    types: frozenset[str] = frozenset()
    takes_caption: bool = True


MEGABYTE = 1024 * 1024
MEDIA: Mapping[str, MediaRule] = MappingProxyType(
    {
        "photo": MediaRule(
            "sendPhoto", 10 * MEGABYTE, frozenset({"image/jpeg", "image/png", "image/webp", "image/bmp"})
        ),
        "video": MediaRule("sendVideo", 50 * MEGABYTE, frozenset({"video/mp4"})),
        "animation": MediaRule("sendAnimation", 50 * MEGABYTE, frozenset({"image/gif", "video/mp4"})),
        "audio": MediaRule("sendAudio", 50 * MEGABYTE, frozenset({"audio/mpeg", "audio/mp4"})),
        "voice": MediaRule("sendVoice", 50 * MEGABYTE, frozenset({"audio/ogg", "audio/mpeg", "audio/mp4"})),
        "document": MediaRule("sendDocument", 50 * MEGABYTE),
        "sticker": MediaRule(
            "sendSticker",
            512 * 1024,
            frozenset({"image/webp", "video/webm", "application/x-tgsticker"}),
            takes_caption=False,
        ),
    }
)

# What bots without Premium may react with (Bot API, ReactionTypeEmoji), without variation selectors.
_REACTIONS = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 "
    "❤\u200d🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨\u200d💻 "
    "👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 "
    "🤷\u200d♂ 🤷 🤷\u200d♀ 😡"
)
REACTIONS = frozenset(_REACTIONS.split())

PUBLISHED = MappingProxyType(
    {
        "text_chars": TEXT_UNITS,
        "text_parts": PARTS,
        "caption_chars": CAPTION_UNITS,
        "buttons": BUTTONS,
        "button_data_bytes": BUTTON_DATA_BYTES,
        "poll_options": OPTIONS,
        "poll_question_chars": QUESTION_CHARS,
        "delete_own_messages_h": 48,
        "messages_per_second": 30,
        "messages_per_second_to_one_chat": 1,
        "messages_per_minute_to_one_group": 20,
        "download_bytes": DOWNLOAD_BYTES,
        "media_bytes": {kind: rule.limit_bytes for kind, rule in MEDIA.items()},
        "media_types": {kind: sorted(rule.types) for kind, rule in MEDIA.items() if rule.types},
    }
)
