"""What the tools hand back; names, texts and files in it come from third parties and are marked so."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from connectors.kit.tool import Output

Notice = Annotated[str, Meta(description="How to treat third-party text.")]
Next = Annotated[str, Meta(description="Pass as `cursor` for the next page; left out on the last.")]


class Sent(Output, frozen=True, kw_only=True):
    """A message that is on Discord."""

    message_id: str
    channel_id: Annotated[str, Meta(description="Read the answers there with discord_list_messages.")]
    at: str
    notified: Annotated[bool, Meta(description="Whether mentions in it could notify anybody.")]


class Done(Output, frozen=True, kw_only=True):
    """Something that is done."""

    channel_id: str
    message_id: str
    done: bool


class Message(Output, frozen=True, kw_only=True):
    """A message; all text in it is third-party text."""

    message_id: str
    channel_id: str
    author: Annotated[dict[str, Any], Meta(description="user_id, name, and is_bot or is_webhook.")]
    at: str
    kind: Annotated[str, Meta(description="message, reply, command, or a notice of Discord's.")]
    content: str | UnsetType = UNSET
    content_withheld: (
        Annotated[bool, Meta(description="Discord hid the text: switch on Message Content Intent.")]
        | UnsetType
    ) = UNSET
    edited_at: str | UnsetType = UNSET
    reply_to: Annotated[str, Meta(description="Message id it answers.")] | UnsetType = UNSET
    attachments: (
        Annotated[list[dict[str, Any]], Meta(description="filename, mime_type, size_bytes, url (a day).")]
        | UnsetType
    ) = UNSET
    embeds: list[dict[str, Any]] | UnsetType = UNSET
    reactions: Annotated[list[dict[str, Any]], Meta(description="emoji, count, by_bot.")] | UnsetType = UNSET
    mentions: Annotated[list[dict[str, Any]], Meta(description="user_id, name.")] | UnsetType = UNSET
    pinned: bool | UnsetType = UNSET
    thread_id: Annotated[str, Meta(description="Thread that hangs on it.")] | UnsetType = UNSET


class OneMessage(Output, frozen=True, kw_only=True):
    """One message."""

    message: Message
    untrusted: bool
    notice: Notice


# A message is told by kind in lists, not member by member: lists of tools must stay short.
_MESSAGES = Meta(
    description="Newest first: message_id, channel_id, author {user_id, name}, at, kind, content, reply_to, "
    "attachments, embeds, reactions, thread_id; as in discord_get_message."
)


class Messages(Output, frozen=True, kw_only=True):
    """A page of messages."""

    messages: Annotated[list[dict[str, Any]], _MESSAGES]
    untrusted: bool
    notice: Notice
    next_cursor: Next | UnsetType = UNSET


class FoundMessages(Output, frozen=True, kw_only=True):
    """A page of what a search found."""

    messages: Annotated[list[dict[str, Any]], _MESSAGES]
    total: Annotated[int, Meta(description="How many match in all, as Discord counts.")] | UnsetType = UNSET
    complete: Annotated[
        bool, Meta(description="False where Discord's index is behind, or only the newest were looked at.")
    ]
    untrusted: bool
    notice: Notice
    next_cursor: Next | UnsetType = UNSET


class Servers(Output, frozen=True, kw_only=True):
    """A page of servers."""

    servers: Annotated[list[dict[str, Any]], Meta(description="server_id, name, members, is_owner.")]
    untrusted: bool
    notice: Notice
    next_cursor: Next | UnsetType = UNSET


class Channels(Output, frozen=True, kw_only=True):
    """A page of channels in the order Discord shows them."""

    channels: Annotated[
        list[dict[str, Any]],
        Meta(description="channel_id, name, type, topic, category, last_message_id."),
    ]
    untrusted: bool
    notice: Notice
    next_cursor: Next | UnsetType = UNSET


class Threads(Output, frozen=True, kw_only=True):
    """A page of threads, newest first."""

    threads: Annotated[
        list[dict[str, Any]],
        Meta(
            description="thread_id, name, channel_id (where it is), messages, archived, locked, created_at."
        ),
    ]
    untrusted: bool
    notice: Notice
    next_cursor: Next | UnsetType = UNSET


class MadeThread(Output, frozen=True, kw_only=True):
    """A thread that was made."""

    thread_id: Annotated[str, Meta(description="A channel id: write there with discord_send_message.")]
    channel_id: str
    name: str
    message_id: Annotated[str, Meta(description="First message, if content was given.")] | UnsetType = UNSET


class Members(Output, frozen=True, kw_only=True):
    """Members of a server."""

    members: Annotated[
        list[dict[str, Any]],
        Meta(description="user_id, name, nickname, is_bot, role_ids, joined_at, timed_out_until."),
    ]
    untrusted: bool
    notice: Notice


class Roles(Output, frozen=True, kw_only=True):
    """Roles of a server, highest first."""

    roles: Annotated[
        list[dict[str, Any]],
        Meta(description="role_id, name, position, mentionable, managed (of a bot), is_admin."),
    ]
    untrusted: bool
    notice: Notice
    next_cursor: Next | UnsetType = UNSET
