"""Limits as data: what mail servers commonly take, and what Hermes holds in memory."""

from types import MappingProxyType

SUBJECT_CHARS = 400
BODY_CHARS = 200_000
ADDRESS_CHARS = 254  # RFC 5321, 4.5.3.1.3: a path of 256 with its brackets
LOCAL_PART_CHARS = 64  # RFC 5321, 4.5.3.1.1
NAME_CHARS = 100
RECIPIENTS = 100
FOLDER_CHARS = 200
MESSAGE_BYTES = 25 * 1024 * 1024  # as Gmail; Microsoft 365 takes 35 MB
ATTACHMENTS = 10
ATTACHMENT_BYTES = 18 * 1024 * 1024  # base64 makes a third more of it
ATTACHED_INLINE_CHARS = 700_000
TEXT_BYTES = 400_000
TEXT_CHARS = 30_000
RAW_BYTES = 150_000
HEADERS_BYTES = 64_000
# As base64 these stay below what clients take: 1 MB for what a model sees or hears, 256 kB for the rest.
INLINE_SEEN_BYTES = 700_000
INLINE_BYTES = 180_000
IDS = 100
THREAD_MESSAGES = 50
EXAMINED = 400
REFERENCES = 12

PUBLISHED = MappingProxyType(
    {
        "subject_chars": SUBJECT_CHARS,
        "body_chars": BODY_CHARS,
        "recipients": RECIPIENTS,
        "message_bytes": MESSAGE_BYTES,
        "attachments": ATTACHMENTS,
        "attachment_bytes": ATTACHMENT_BYTES,
        "inline_bytes": {"pictures_and_sound": INLINE_SEEN_BYTES, "other": INLINE_BYTES},
        "messages_per_flag_move_or_delete": IDS,
        "messages_in_a_thread": THREAD_MESSAGES,
        "ports": {"imap": [993, 143], "smtp": [465, 587]},
    }
)
