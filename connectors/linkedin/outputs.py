"""What the tools hand back; texts and names in it come from third parties."""

from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.tool import Output


class Me(Output, frozen=True, kw_only=True):
    """The connected member."""

    urn: Annotated[str, Meta(description="Author of what is posted without `author`.")]
    name: str
    email: str | None = None
    locale: str | None = None
    picture: str | None = None


class Page(Output, frozen=True, kw_only=True):
    """A page the member has a role on."""

    organization: Annotated[str, Meta(description="URN; an `author` of posts and comments.")]
    role: str
    name: str | None = None
    state: str | None = None


class Pages(Output, frozen=True, kw_only=True):
    """`linkedin_list_organizations`."""

    organizations: list[Page]
    next_cursor: str | None = None


class Posted(Output, frozen=True, kw_only=True):
    """A post that was made."""

    id: Annotated[str, Meta(description="URN of the post.")]
    url: str
    author: str


class Changed(Output, frozen=True, kw_only=True):
    """Something that is done."""

    id: str
    done: bool


class Post(Output, frozen=True, kw_only=True):
    """A post."""

    id: str
    author: str
    text: Annotated[str, Meta(description="Third-party text.")]
    untrusted: bool
    created_at: str | None = None
    edited_at: str | None = None
    visibility: str | None = None
    state: str | None = None
    url: str | None = None
    content: (
        Annotated[dict[str, Any], Meta(description="Media, article, poll as LinkedIn has them.")] | None
    ) = None


class Posts(Output, frozen=True, kw_only=True):
    """`linkedin_list_posts`."""

    posts: list[Post]
    notice: str
    next_cursor: str | None = None


class Comment(Output, frozen=True, kw_only=True):
    """A comment."""

    urn: Annotated[str, Meta(description="Pass as `parent` to answer it.")]
    actor: str
    text: Annotated[str, Meta(description="Third-party text.")]
    untrusted: bool
    created_at: str | None = None
    parent: str | None = None
    likes: int | None = None
    replies: int | None = None


class Comments(Output, frozen=True, kw_only=True):
    """`linkedin_list_comments`."""

    comments: list[Comment]
    notice: str
    next_cursor: str | None = None


class PostStats(Output, frozen=True, kw_only=True):
    """Counts of a post; those of reach are told for pages' posts only."""

    post: str
    reactions: Annotated[dict[str, int], Meta(description="Count by kind: LIKE, PRAISE, …")]
    comments: int
    impressions: int | None = None
    unique_impressions: int | None = None
    clicks: int | None = None
    shares: int | None = None
    engagement: float | None = None
    note: str | None = None


class PageStats(Output, frozen=True, kw_only=True):
    """Counts of a page."""

    organization: str
    followers: int | None = None
    page_views: int | None = None
    unique_visitors: int | None = None
    impressions: int | None = None
    clicks: int | None = None
    reactions: int | None = None
    comments: int | None = None
    shares: int | None = None
    engagement: float | None = None
    new_followers: int | None = None
    days: (
        Annotated[
            list[dict[str, Any]], Meta(description="date, page_views, impressions, clicks, new_followers.")
        ]
        | None
    ) = None
