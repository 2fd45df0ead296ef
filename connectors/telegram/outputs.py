"""What the tools hand back; names, texts and files in it come from third parties."""

from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.tool import Output

MessageKey = Annotated[str, Meta(description="chat:number; other tools take it as message_id.")]


class Sent(Output, frozen=True, kw_only=True):
    """A message Telegram took."""

    chat_id: str
    message_id: MessageKey
    kind: str


class SentText(Sent, frozen=True, kw_only=True):
    """A text, which may be several messages."""

    complete: Annotated[
        bool, Meta(description="False where a later part failed: see problem, do not send all again.")
    ] = True
    parts: Annotated[list[str], Meta(description="Ids of the messages of a long text.")] | None = None
    problem: (
        Annotated[
            dict[str, Any],
            Meta(
                description="code, message, retry_after_s; `part` that failed (from 1), `unsent_from`: "
                "characters of the text, without its markup, before it."
            ),
        ]
        | None
    ) = None


class Done(Output, frozen=True, kw_only=True):
    """Something that is done."""

    chat_id: str
    message_id: MessageKey
    done: bool
    changed: Annotated[bool, Meta(description="False where it was so already.")] = True


class Answered(Output, frozen=True, kw_only=True):
    """A button press that is answered."""

    callback_id: str
    done: bool


# What `InboxReader` answers is told by kind here, not member by member: lists of tools must stay short.
class Chats(Output, frozen=True, kw_only=True):
    """`InboxReader.conversations`."""

    conversations: Annotated[
        list[dict[str, Any]],
        Meta(description="contact (the chat_id), contact_name, unread, last_at, last_message."),
    ]
    notice: str | None = None
    next_cursor: str | None = None


class Messages(Output, frozen=True, kw_only=True):
    """`InboxReader.search`."""

    messages: Annotated[
        list[dict[str, Any]],
        Meta(
            description="message_id, contact (the chat_id), direction (in, out), kind, at, text, media {id: "
            "file_id}, data {from, thread_id, callback_id, ...}, reply_to, reactions."
        ),
    ]
    notice: str | None = None
    next_cursor: str | None = None


class Arrived(Output, frozen=True, kw_only=True):
    """What came while waiting."""

    messages: Annotated[list[dict[str, Any]], Meta(description="As of telegram_get_messages, oldest first.")]
    cursor: Annotated[str, Meta(description="Pass as from_cursor to go on from here.")]
    timed_out: bool
    notice: str | None = None


class Administrator(Output, frozen=True, kw_only=True):
    """Who runs a chat."""

    id: str
    name: str
    status: Annotated[str, Meta(description="creator or administrator.")]
    username: str | None = None
    title: str | None = None
    is_bot: bool | None = None


class Chat(Output, frozen=True, kw_only=True):
    """A chat as Telegram tells it now."""

    chat_id: str
    type: Annotated[str, Meta(description="private, group, supergroup or channel.")]
    name: Annotated[str, Meta(description="Third-party text.")]
    untrusted: bool = True
    username: str | None = None
    about: Annotated[str, Meta(description="Third-party text: bio or description.")] | None = None
    is_forum: bool | None = None
    linked_chat_id: str | None = None
    members: int | None = None
    administrators: list[Administrator] | None = None


class File(Output, frozen=True, kw_only=True):
    """A file's facts."""

    file_id: str
    mime_type: str
    size_bytes: int | None = None
    filename: Annotated[str, Meta(description="Name at Telegram.")] | None = None
    url: Annotated[
        str, Meta(description="Opens the file without a key, for whoever has it, until expires_at.")
    ]
    expires_at: str
    inline: Annotated[bool, Meta(description="Whether the file itself is in the result's content.")]
    note: str | None = None
