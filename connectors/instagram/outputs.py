"""What the tools hand back; captions, names and texts in it come from third parties."""

from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.tool import Output

Text = Annotated[str, Meta(description="Third-party text.")]


class PublishingLimit(Output, frozen=True, kw_only=True):
    """How much of the moving limit of posts is used."""

    used: int | None = None
    total: int | None = None
    hours: int | None = None


class Profile(Output, frozen=True, kw_only=True):
    """The connected account."""

    id: str
    username: str
    name: Text | None = None
    account_type: str | None = None
    biography: Text | None = None
    website: str | None = None
    profile_picture_url: str | None = None
    followers: int | None = None
    follows: int | None = None
    media: Annotated[int, Meta(description="How many posts it has.")] | None = None
    publishing_limit: Annotated[
        PublishingLimit, Meta(description="Posts by apps: used of total in the last `hours`.")
    ]


class Media(Output, frozen=True, kw_only=True):
    """A post."""

    id: str
    kind: Annotated[str, Meta(description="IMAGE, VIDEO or CAROUSEL_ALBUM.")] | None = None
    product: Annotated[str, Meta(description="FEED, REELS, STORY or AD.")] | None = None
    caption: Text
    untrusted: bool
    at: str | None = None
    permalink: str | None = None
    likes: int | None = None
    comments: int | None = None
    url: (
        Annotated[str, Meta(description="The picture or video at Instagram; it ends after a time.")] | None
    ) = None
    thumbnail_url: str | None = None
    alt_text: Text | None = None
    comments_enabled: bool | None = None
    children: (
        Annotated[list[dict[str, Any]], Meta(description="Items of a carousel: id, kind, url.")] | None
    ) = None


class MediaPage(Output, frozen=True, kw_only=True):
    """`instagram_list_media`."""

    media: list[Media]
    notice: str
    next_cursor: str | None = None


class MediaInsights(Output, frozen=True, kw_only=True):
    """Numbers of one post."""

    media_id: str
    product: str
    metrics: Annotated[dict[str, int | float], Meta(description="Number by metric.")]


class AccountInsights(Output, frozen=True, kw_only=True):
    """Numbers of the account."""

    metrics: Annotated[
        list[dict[str, Any]],
        Meta(
            description="Each: metric, period and value, or values [{at, value}] over time, or breakdown "
            "[{by, value}]."
        ),
    ]


class Job(Output, frozen=True, kw_only=True):
    """A post on its way."""

    status: Annotated[
        str,
        Meta(description="published; or in_progress: ask instagram_get_publish_job in about a minute."),
    ]
    job_id: str
    media_id: Annotated[str, Meta(description="The published post.")] | None = None
    permalink: str | None = None
    publishing_limit: PublishingLimit | None = None
    note: str | None = None


class Comment(Output, frozen=True, kw_only=True):
    """A comment or an answer to one."""

    id: str
    text: Text
    untrusted: bool
    username: str | None = None
    from_id: Annotated[str, Meta(description="Who wrote it, for this account only.")] | None = None
    at: str | None = None
    hidden: bool | None = None
    likes: int | None = None
    parent: str | None = None
    replies: Annotated[list[dict[str, Any]], Meta(description="Answers to it, in this form.")] | None = None


class Comments(Output, frozen=True, kw_only=True):
    """`instagram_list_comments`."""

    comments: list[Comment]
    notice: str
    next_cursor: str | None = None


class Changed(Output, frozen=True, kw_only=True):
    """Something that is done."""

    id: str
    done: bool


class Sent(Output, frozen=True, kw_only=True):
    """A message Instagram took."""

    message_id: str
    to: Annotated[str, Meta(description="The person; `contact` of the conversation.")]
    kind: str
    human_agent: Annotated[bool, Meta(description="Whether it went out under the 7-day tag.")] = False


class Window(Output, frozen=True, kw_only=True):
    """The 24 hours after the contact's last message; left out where nothing is known."""

    open: bool | None = None
    closes_at: str | None = None
    human_agent_until: (
        Annotated[str, Meta(description="Until then an answer written by a person may go out.")] | None
    ) = None


class Conversations(Output, frozen=True, kw_only=True):
    """`InboxReader.conversations`."""

    conversations: Annotated[
        list[dict[str, Any]],
        Meta(description="contact, unread, last_at, window {open, closes_at}, last_message."),
    ]
    notice: str | None = None
    next_cursor: str | None = None


class Conversation(Output, frozen=True, kw_only=True):
    """`InboxReader.conversation`."""

    contact: str
    window: Window
    messages: Annotated[
        list[dict[str, Any]],
        Meta(
            description="message_id, direction (in, out), kind, at, text, media (with a url that works for "
            "15 minutes), data, reply_to, status."
        ),
    ]
    notice: str | None = None
    next_cursor: Annotated[str, Meta(description="Pass as `before`.")] | None = None
