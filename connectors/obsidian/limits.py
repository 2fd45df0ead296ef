"""Limits of a vault as data. Plans limit its size; these hold for everybody."""

from types import MappingProxyType

SEGMENT_BYTES = 200
DEPTH = 16
PATH_CHARS = 1_000
NOTE_BYTES = 1_000_000
FILE_BYTES = 25_000_000
# A request's body holds at most 1 MiB, and JSON may write a character in six bytes.
CONTENT_CHARS = 400_000
READ_CHARS = 40_000
PROPERTIES_BYTES = 32_000
PROPERTIES_DEPTH = 12
PROPERTIES_EVENTS = 4_000
PROPERTY_CHARS = 100
QUERY_CHARS = 300
TAG_CHARS = 100
TAGS = 50
SNIPPETS = 5
SNIPPET_CHARS = 200
# What one search may take before it answers with what it has and where to go on.
SEARCH_S = 3.0
PATTERN_CPU_S = 0.6
PATTERN_MEMORY_BYTES = 512_000_000
LOCK_S = 20.0
TRASH_DAYS = 30
ARCHIVE_BYTES = 200_000_000
ARCHIVE_ENTRIES = 50_000
ARCHIVE_DIRECTORY_BYTES = 16_000_000

NOTE = "md"
TEXTS = frozenset({NOTE, "canvas", "base", "txt"})
# https://help.obsidian.md/file-formats
ATTACHMENTS = frozenset(
    [
        "avif",
        "bmp",
        "gif",
        "jpeg",
        "jpg",
        "png",
        "svg",
        "webp",
        "flac",
        "m4a",
        "mp3",
        "ogg",
        "wav",
        "webm",
        "3gp",
        "mkv",
        "mov",
        "mp4",
        "ogv",
        "pdf",
    ]
)
EXTENSIONS = TEXTS | ATTACHMENTS

PUBLISHED = MappingProxyType(
    {
        "note_bytes": NOTE_BYTES,
        "content_chars_per_call": CONTENT_CHARS,
        "attachment_bytes": FILE_BYTES,
        "name_bytes": SEGMENT_BYTES,
        "folder_depth": DEPTH,
        "properties_bytes": PROPERTIES_BYTES,
        "search_seconds": SEARCH_S,
        "days_in_trash": TRASH_DAYS,
        "archive_bytes": ARCHIVE_BYTES,
        "archive_entries": ARCHIVE_ENTRIES,
        "file_types": tuple(sorted(EXTENSIONS)),
    }
)
