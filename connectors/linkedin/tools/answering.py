"""Comments and reactions."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.conversations import NOTICE
from connectors.kit.cursors import unpack
from connectors.kit.params import Cursor, Limit
from connectors.kit.tool import READ, SEND, UPDATE, Params, Tool, ToolResult
from connectors.linkedin import limits, outputs
from connectors.linkedin.client import LinkedIn
from connectors.linkedin.tools.reading import READ_NEED, at, elements, following
from connectors.linkedin.urns import Author, Post, comment_of, encoded, thread_of
from hermes.core.third_party import shown

NEED = (
    "commenting and reacting need w_member_social (for a page w_organization_social and a role on it); newer "
    "apps get them as w_member_social_feed and w_organization_social_feed."
)


class ListComments(Params, frozen=True):
    """Under which post."""

    post: Post
    limit: Limit = 20
    cursor: Cursor | None = None


async def list_comments(ctx: ToolContext, params: ListComments) -> ToolResult:
    """List what people wrote under a post."""
    urn, start = thread_of(params.post), unpack(params.cursor, int) if params.cursor else 0
    asked = {"start": str(start), "count": str(params.limit)}
    page = await LinkedIn(ctx).get(f"socialActions/{encoded(urn)}/comments", asked, need=READ_NEED)
    comments = [_comment(comment, urn) for comment in elements(page)]
    return ToolResult(
        data=outputs.Comments(
            comments=comments, notice=NOTICE, next_cursor=following(page, start, params.limit)
        ),
        upstream_id=urn,
    )


class CreateComment(Params, frozen=True):
    """A new comment."""

    post: Post
    text: Annotated[
        str, Meta(min_length=1, max_length=limits.COMMENT_CHARS, description="The comment; plain text.")
    ]
    parent: Annotated[str, Meta(max_length=200, description="`urn` of the comment to answer.")] | None = None
    author: Author | None = None


async def create_comment(ctx: ToolContext, params: CreateComment) -> ToolResult:
    """Write a comment under a post or answer one."""
    urn = thread_of(params.post)
    parent = comment_of(params.parent) if params.parent else None
    api = LinkedIn(ctx)
    actor = params.author or await api.member_urn()
    comment: dict[str, Any] = {"actor": actor, "object": urn, "message": {"text": params.text}}
    if parent:
        comment["parentComment"] = parent
    number = await api.create(f"socialActions/{encoded(parent or urn)}/comments", comment, need=NEED)
    made = number if number.startswith("urn:") else f"urn:li:comment:({urn},{number})"
    return ToolResult(
        data=outputs.Comment(urn=made, actor=actor, text=params.text, untrusted=False, parent=parent),
        upstream_id=made,
    )


class React(Params, frozen=True):
    """A reaction."""

    post: Post
    reaction: Annotated[
        Literal["LIKE", "PRAISE", "APPRECIATION", "EMPATHY", "INTEREST", "ENTERTAINMENT"],
        Meta(
            description="PRAISE: celebrate, APPRECIATION: support, EMPATHY: love, INTEREST: insightful, "
            "ENTERTAINMENT: funny."
        ),
    ] = "LIKE"
    remove: Annotated[bool, Meta(description="Take the account's reaction back.")] = False
    author: Author | None = None


async def react(ctx: ToolContext, params: React) -> ToolResult:
    """Put or take back the account's one reaction on a post."""
    urn, api = thread_of(params.post), LinkedIn(ctx)
    actor = params.author or await api.member_urn()
    if params.remove:
        await api.delete(f"reactions/(actor:{encoded(actor)},entity:{encoded(urn)})", need=NEED)
    else:
        body = {"root": urn, "reactionType": params.reaction}
        await api.post(f"reactions?actor={encoded(actor)}", body, need=NEED)
    return ToolResult(data=outputs.Changed(id=urn, done=True), upstream_id=urn)


def _comment(comment: Mapping[str, Any], post: str) -> outputs.Comment:
    message = comment.get("message")
    text = message.get("text") if isinstance(message, dict) else ""
    created = comment.get("created")
    likes, replies = comment.get("likesSummary"), comment.get("commentsSummary")
    return outputs.Comment(
        urn=str(comment.get("commentUrn") or f"urn:li:comment:({post},{comment.get('id')})"),
        actor=str(comment.get("actor") or ""),
        text=shown(str(text or ""), limits.COMMENT_CHARS * 2),
        untrusted=True,
        created_at=at(created.get("time")) if isinstance(created, dict) else None,
        parent=str(comment["parentComment"]) if comment.get("parentComment") else None,
        likes=_count(likes, "totalLikes"),
        replies=_count(replies, "totalFirstLevelComments"),
    )


def _count(summary: Any, name: str) -> int | None:
    count = summary.get(name) if isinstance(summary, dict) else None
    return count if type(count) is int else None


TOOLS = (
    Tool(
        name="linkedin_list_comments",
        title="List LinkedIn comments",
        description="List the comments under a post with author URN, text and time, and the `urn` that "
        "linkedin_create_comment takes as `parent` to answer one.",
        params=ListComments,
        output=outputs.Comments,
        handler=list_comments,
        hints=READ,
        core=True,
        detailed_only=frozenset({"likes", "replies"}),
        example={"post": "urn:li:share:7123456789012345678"},
    ),
    Tool(
        name="linkedin_create_comment",
        title="Comment on LinkedIn",
        description="Write a public comment under a post, or with `parent` answer a comment, as the member "
        "or, with `author`, as a page. For a post of its own use linkedin_create_post.",
        params=CreateComment,
        output=outputs.Comment,
        handler=create_comment,
        hints=SEND,
        core=True,
        redact=frozenset({"text"}),
        example={"post": "urn:li:share:7123456789012345678", "text": "Congratulations!"},
    ),
    Tool(
        name="linkedin_react",
        title="React on LinkedIn",
        description="Put the account's reaction on a post (it has one; another replaces it) or, with "
        "`remove`, take it back. People see it. To say something use linkedin_create_comment.",
        params=React,
        output=outputs.Changed,
        handler=react,
        hints=UPDATE,
        example={"post": "urn:li:share:7123456789012345678", "reaction": "PRAISE"},
    ),
)
