"""Discord's limits as data (developer documentation, API v10, 2026-10)."""

from types import MappingProxyType

CONTENT_CHARS = 2_000
EMBEDS = 10
EMBEDS_CHARS = 6_000
EMBED_TITLE_CHARS = 256
EMBED_TEXT_CHARS = 4_096
EMBED_FIELDS = 25
EMBED_FIELD_NAME_CHARS = 256
EMBED_FIELD_VALUE_CHARS = 1_024
EMBED_FOOTER_CHARS = 2_048
FILES = 10
# A server takes 10 MiB a file, a boosted one more; a whole request 25 MiB.
FILE_BYTES = 10 * 1024 * 1024
REQUEST_BYTES = 25 * 1024 * 1024
NONCE_CHARS = 25
THREAD_NAME_CHARS = 100
ARCHIVE_MINUTES = (60, 1_440, 4_320, 10_080)
PAGE = 100
SEARCH_PAGE = 25
SEARCH_LAST = 9_975
REQUESTS_PER_SECOND = 50
WATCHED_CHANNELS = 25

PUBLISHED = MappingProxyType(
    {
        "content_chars": CONTENT_CHARS,
        "embeds": EMBEDS,
        "embeds_chars_in_all": EMBEDS_CHARS,
        "files": FILES,
        "file_bytes": FILE_BYTES,
        "request_bytes": REQUEST_BYTES,
        "thread_name_chars": THREAD_NAME_CHARS,
        "messages_per_page": PAGE,
        "requests_per_second": REQUESTS_PER_SECOND,
        "watched_channels": WATCHED_CHANNELS,
    }
)
