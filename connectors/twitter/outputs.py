"""What the tools hand back; texts and names in it come from third parties."""

from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.tool import Output


class Person(Output, frozen=True, kw_only=True):
    """Who wrote or sent something."""

    id: str
    username: str | None = None
    name: str | None = None


class Quoted(Output, frozen=True, kw_only=True):
    """A post inside another."""

    id: str
    author: Person | None = None
    text: Annotated[str, Meta(description="Third-party text.")] | None = None


class Media(Output, frozen=True, kw_only=True):
    """A picture, GIF or video of a post or message."""

    type: str
    url: str | None = None
    alt_text: str | None = None
    duration_ms: int | None = None


class Poll(Output, frozen=True, kw_only=True):
    """A poll; `options` are label and votes."""

    options: list[dict[str, Any]]
    status: str | None = None
    ends_at: str | None = None


class Post(Output, frozen=True, kw_only=True):
    """A post."""

    id: str
    url: str
    author: Person
    text: Annotated[str, Meta(description="Third-party text, in full.")]
    untrusted: bool
    created_at: str | None = None
    conversation_id: str | None = None
    reply_to: Annotated[str, Meta(description="Id of the post it answers.")] | None = None
    quotes: Quoted | None = None
    reposts: Quoted | None = None
    links: Annotated[list[str], Meta(description="Where its links lead.")] | None = None
    media: list[Media] | None = None
    poll: Poll | None = None
    metrics: Annotated[dict[str, int], Meta(description="Counts of likes, replies, …")] | None = None
    lang: str | None = None
    reply_settings: str | None = None
    sensitive: bool | None = None


class Missing(Output, frozen=True, kw_only=True):
    """What X did not hand over, and why."""

    id: str
    reason: str


class Posts(Output, frozen=True, kw_only=True):
    """A list of posts; `missing` names what X left out."""

    posts: list[Post]
    notice: str
    missing: list[Missing] | None = None
    next_cursor: str | None = None


class Conversation(Output, frozen=True, kw_only=True):
    """`twitter_get_conversation`, newest reply first; `root` is what it began with."""

    conversation_id: str
    posts: list[Post]
    notice: str
    root: Post | None = None
    note: str | None = None
    missing: list[Missing] | None = None
    next_cursor: str | None = None


class User(Output, frozen=True, kw_only=True):
    """Somebody on X."""

    id: str
    username: str
    untrusted: bool
    name: str | None = None
    description: Annotated[str, Meta(description="Third-party text.")] | None = None
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    verified: bool | None = None
    protected: bool | None = None
    created_at: str | None = None
    location: str | None = None
    url: str | None = None


class Users(Output, frozen=True, kw_only=True):
    """`twitter_get_users`; `missing` names what X left out."""

    users: list[User]
    notice: str
    missing: list[Missing] | None = None


class Posted(Output, frozen=True, kw_only=True):
    """A post that was made."""

    id: str
    url: str
    weight: Annotated[int, Meta(description="Weighted characters, of 280.")]


class Stopped(Output, frozen=True, kw_only=True):
    """Why a thread ended early; `outcome_unknown` as `code`: the post may be there all the same."""

    position: Annotated[int, Meta(description="Of the post that failed, from 1.")]
    code: str
    message: str
    retry_after_s: float | None = None


class Thread(Output, frozen=True, kw_only=True):
    """`twitter_post_thread`: what was posted, in order."""

    posts: list[Posted]
    complete: bool
    stopped: Stopped | None = None
    next_step: str | None = None


class Changed(Output, frozen=True, kw_only=True):
    """Something that is done, or undone."""

    id: str
    done: bool


class Message(Output, frozen=True, kw_only=True):
    """A direct message."""

    id: str
    conversation: Annotated[str, Meta(description="`to` of an answer to all in it.")]
    sender: Person
    from_me: bool
    text: Annotated[str, Meta(description="Third-party text unless from_me.")]
    untrusted: bool
    at: str | None = None
    media: list[Media] | None = None


class Messages(Output, frozen=True, kw_only=True):
    """`twitter_list_dms`, newest first."""

    messages: list[Message]
    notice: str
    missing: list[Missing] | None = None
    next_cursor: str | None = None


class Sent(Output, frozen=True, kw_only=True):
    """A message that was sent."""

    id: str
    conversation: str
    to: str
