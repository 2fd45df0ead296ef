"""Posting for the member or a page."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.tool import DELETE, SEND, UPDATE, Output, Params, Tool, ToolResult
from connectors.linkedin import limits
from connectors.linkedin.client import LinkedIn, path_of
from connectors.linkedin.little_text import escaped
from connectors.linkedin.outputs import Changed, Posted
from connectors.linkedin.uploads import upload
from connectors.linkedin.urns import Author, Post, post_of
from hermes.core.errors import InvalidArgument, TooLarge

POSTING_S = 120.0
NEED = (
    "posting as a member needs the permission w_member_social, as a page w_organization_social and the role "
    "of an administrator or content administrator there."
)
DURATIONS = {1: "ONE_DAY", 3: "THREE_DAYS", 7: "SEVEN_DAYS", 14: "FOURTEEN_DAYS"}

Text = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=limits.TEXT_CHARS,
        description="The text; #hashtags work, and mentions as @[Name](urn:li:organization:123).",
    ),
]
Address = Annotated[str, Meta(min_length=8, max_length=2048, pattern=r"^https?://")]


class Link(Output, frozen=True, kw_only=True):
    """An article a post points to."""

    url: Annotated[Address, Meta(description="Its address.")]
    title: Annotated[str, Meta(min_length=1, max_length=limits.TITLE_CHARS, description="Shown title.")]
    description: (
        Annotated[str, Meta(max_length=limits.DESCRIPTION_CHARS, description="Shown below.")] | None
    ) = None
    image: Annotated[Address, Meta(description="Address of the preview picture.")] | None = None


class Media(Output, frozen=True, kw_only=True):
    """A file of a post."""

    url: Annotated[Address, Meta(description="Public address of the file.")]
    alt_text: (
        Annotated[str, Meta(max_length=limits.ALT_CHARS, description="For those who cannot see it.")] | None
    ) = None
    title: (
        Annotated[str, Meta(max_length=limits.TITLE_CHARS, description="Of a document or video.")] | None
    ) = None


class Poll(Output, frozen=True, kw_only=True):
    """A poll."""

    question: Annotated[
        str, Meta(min_length=1, max_length=limits.QUESTION_CHARS, description="What is asked.")
    ]
    options: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=limits.OPTION_CHARS)]],
        Meta(min_length=2, max_length=limits.OPTIONS, description="The answers, 2 to 4."),
    ]
    days: Annotated[Literal[1, 3, 7, 14], Meta(description="How long it runs.")] = 3


class CreatePost(Params, frozen=True):
    """A new post."""

    text: Text
    author: Author | None = None
    visibility: Annotated[
        Literal["PUBLIC", "CONNECTIONS", "LOGGED_IN"],
        Meta(description="Who sees it; a page's posts are PUBLIC."),
    ] = "PUBLIC"
    link: Annotated[Link, Meta(description="An article to point to.")] | None = None
    media: (
        Annotated[
            list[Media],
            Meta(
                min_length=1,
                max_length=limits.IMAGES,
                description="1-20 images, or one document, or one video.",
            ),
        ]
        | None
    ) = None
    poll: Annotated[Poll, Meta(description="A poll.")] | None = None


async def create_post(ctx: ToolContext, params: CreatePost) -> ToolResult:
    """Hand the files over, then post."""
    given = [name for name in ("link", "media", "poll") if getattr(params, name) is not None]
    if len(given) > 1:
        raise InvalidArgument(
            "A post has a link, media or a poll, one of these.", details={"argument": given[1]}
        )
    commentary = _commentary(params.text)
    api = LinkedIn(ctx, total_s=POSTING_S if given in (["media"], ["link"]) else 30.0)
    author = params.author or await api.member_urn()
    post: dict[str, Any] = {
        "author": author,
        "commentary": commentary,
        "visibility": params.visibility,
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }
    if given:
        post["content"] = await _content(api, params, author)
    urn = await api.create("posts", post, need=NEED)
    return ToolResult(data=Posted(id=urn, url=address_of(urn), author=author), upstream_id=urn)


async def _content(api: LinkedIn, params: CreatePost, author: str) -> dict[str, Any]:
    if params.poll is not None:
        poll = params.poll
        return {
            "poll": {
                "question": poll.question,
                "options": [{"text": option} for option in poll.options],
                "settings": {"duration": DURATIONS[poll.days]},
            }
        }
    if params.link is not None:
        return {"article": await _article(api, params.link, author)}
    return await _files(api, params.media or [], author)


async def _article(api: LinkedIn, link: Link, author: str) -> dict[str, Any]:
    article: dict[str, Any] = {"source": link.url, "title": link.title}
    if link.description:
        article["description"] = link.description
    if link.image:
        kind, article["thumbnail"] = await upload(api, link.image, author, argument="link.image")
        if kind != "image":
            raise InvalidArgument("A link's picture must be an image.", details={"argument": "link.image"})
    return article


async def _files(api: LinkedIn, media: list[Media], author: str) -> dict[str, Any]:
    uploaded = [
        await upload(api, item.url, author, argument=f"media[{index}].url")
        for index, item in enumerate(media)
    ]
    if len(uploaded) > 1 and {kind for kind, _ in uploaded} != {"image"}:
        raise InvalidArgument(
            "Only images can be several; post one document or video alone.", details={"argument": "media"}
        )
    items = [_item(urn, item, kind) for (kind, urn), item in zip(uploaded, media, strict=True)]
    return {"media": items[0]} if len(items) == 1 else {"multiImage": {"images": items}}


def _item(urn: str, item: Media, kind: str) -> dict[str, Any]:
    told: dict[str, Any] = {"id": urn}
    if item.alt_text and kind == "image":
        told["altText"] = item.alt_text
    if kind in ("document", "video"):
        told["title"] = item.title or item.url.rpartition("/")[2][: limits.TITLE_CHARS] or kind
    return told


class UpdatePost(Params, frozen=True):
    """A post's new text."""

    post: Post
    text: Text


async def update_post(ctx: ToolContext, params: UpdatePost) -> ToolResult:
    """Replace a post's text; its media stay."""
    urn = post_of(params.post)
    change = {"patch": {"$set": {"commentary": _commentary(params.text)}}}
    await LinkedIn(ctx).post(path_of("posts", urn), change, need=NEED, method="PARTIAL_UPDATE")
    return ToolResult(data=Changed(id=urn, done=True), upstream_id=urn)


class DeletePost(Params, frozen=True):
    """Which post."""

    post: Post


async def delete_post(ctx: ToolContext, params: DeletePost) -> ToolResult:
    """Delete a post for good."""
    urn = post_of(params.post)
    await LinkedIn(ctx).delete(path_of("posts", urn), need=NEED)
    return ToolResult(data=Changed(id=urn, done=True), upstream_id=urn)


def address_of(urn: str) -> str:
    """Where people see a post."""
    return f"https://www.linkedin.com/feed/update/{urn}/"


def _commentary(text: str) -> str:
    commentary = escaped(text)
    if len(text) > limits.TEXT_CHARS:
        raise TooLarge(f"A post has at most {limits.TEXT_CHARS:,} characters; shorten it.")
    return commentary


TOOLS = (
    Tool(
        name="linkedin_create_post",
        title="Post on LinkedIn",
        description="Publish a post at once, as the connected member or, with `author`, as a page it runs. "
        "Text with up to one of: `link` (article with title), `media` (1-20 images, or one document or "
        "video, fetched from public addresses and uploaded for you), `poll`. Returns the post's id and "
        "address. To answer under a post use linkedin_create_comment.",
        params=CreatePost,
        output=Posted,
        handler=create_post,
        hints=SEND,
        core=True,
        redact=frozenset({"text", "link", "media", "poll"}),
        example={"text": "We open on Monday! #opening", "visibility": "PUBLIC"},
    ),
    Tool(
        name="linkedin_update_post",
        title="Edit LinkedIn post",
        description="Replace the text of a post of the connected account. Media, link and visibility cannot "
        "be changed: for those use linkedin_delete_post, then linkedin_create_post.",
        params=UpdatePost,
        output=Changed,
        handler=update_post,
        hints=UPDATE,
        redact=frozenset({"text"}),
        example={"post": "urn:li:share:7123456789012345678", "text": "We open on Tuesday!"},
    ),
    Tool(
        name="linkedin_delete_post",
        title="Delete LinkedIn post",
        description="Delete a post of the connected account with its comments and reactions. It cannot be "
        "brought back; deleting what is gone already succeeds. To correct a text use linkedin_update_post.",
        params=DeletePost,
        output=Changed,
        handler=delete_post,
        hints=DELETE,
        example={"post": "urn:li:share:7123456789012345678"},
    ),
)
