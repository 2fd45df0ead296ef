"""What the tools hand back; names, texts and files in it come from third parties."""

from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.tool import Output

Text = Annotated[str, Meta(description="Third-party text.")]


class Sent(Output, frozen=True, kw_only=True):
    """A message WhatsApp took."""

    message_id: Annotated[str, Meta(description="wamid; ask whatsapp_get_message_status for its delivery.")]
    to: Annotated[str, Meta(description="Contact it went to: digits of the number, or the user id.")]
    kind: str
    status: Annotated[str, Meta(description="accepted, or held_for_quality_assessment.")]


class Done(Output, frozen=True, kw_only=True):
    """Something that is done."""

    message_id: str
    done: bool


class Window(Output, frozen=True, kw_only=True):
    """The 24 hours after the contact's last message; left out where nothing is known."""

    open: bool | None = None
    closes_at: str | None = None


# What `InboxReader` answers is told by kind here, not member by member: lists of tools must stay short.
class Conversations(Output, frozen=True, kw_only=True):
    """`InboxReader.conversations`."""

    conversations: Annotated[
        list[dict[str, Any]],
        Meta(
            description="contact, contact_name, contact_phone, unread, last_at, window {open, closes_at}, "
            "last_message."
        ),
    ]
    notice: str | None = None
    next_cursor: str | None = None


class Conversation(Output, frozen=True, kw_only=True):
    """`InboxReader.conversation`."""

    contact: str
    window: Window
    messages: Annotated[
        list[dict[str, Any]],
        Meta(description="message_id, direction (in, out), kind, at, text, media, data, reply_to, status."),
    ]
    notice: str | None = None
    next_cursor: Annotated[str, Meta(description="Pass as `before`.")] | None = None


class FoundMessages(Output, frozen=True, kw_only=True):
    """`InboxReader.search`."""

    messages: Annotated[
        list[dict[str, Any]],
        Meta(description="message_id, contact, direction, kind, at, text, media, status."),
    ]
    notice: str | None = None
    next_cursor: str | None = None


class MessageStatus(Output, frozen=True, kw_only=True):
    """How far a message is."""

    message_id: str
    status: Annotated[
        str, Meta(description="accepted, sent, delivered, read, played, failed; received if it came in.")
    ]
    direction: str
    contact: str | None = None
    timeline: Annotated[
        list[dict[str, Any]],
        Meta(description="Each: status, at and, for failed, error {code, error, advice}."),
    ]


class Media(Output, frozen=True, kw_only=True):
    """A media file's facts."""

    media_id: str
    mime_type: str
    size_bytes: int | None = None
    sha256: str | None = None
    filename: Text | None = None
    url: Annotated[
        str, Meta(description="Opens the file without a key, for whoever has it, until expires_at.")
    ]
    expires_at: str
    inline: Annotated[bool, Meta(description="Whether the file itself is in the result's content.")]
    note: str | None = None


class Template(Output, frozen=True, kw_only=True):
    """A message template."""

    name: str
    language: str
    status: Annotated[str, Meta(description="Only APPROVED can be sent.")]
    category: str
    body: str
    takes: Annotated[
        dict[str, Any],
        Meta(description="The values whatsapp_send_template wants: header, body, buttons."),
    ]
    id: str | None = None
    header: dict[str, Any] | None = None
    footer: str | None = None
    buttons: list[dict[str, Any]] | None = None
    rejected_reason: str | None = None


class Templates(Output, frozen=True, kw_only=True):
    """A page of templates."""

    templates: list[Template]
    next_cursor: str | None = None


class NewTemplate(Output, frozen=True, kw_only=True):
    """A template handed in for review."""

    id: str
    name: str
    language: str
    status: Annotated[str, Meta(description="PENDING until Meta has reviewed it, mostly within a day.")]
    category: Annotated[str, Meta(description="Meta may choose another than asked.")]


class DeletedTemplate(Output, frozen=True, kw_only=True):
    """A template that is gone; its name is free again after 30 days."""

    name: str
    language: Annotated[str, Meta(description="Left out where all languages were deleted.")] | None = None
