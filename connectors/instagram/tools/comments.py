"""Comments: read, answered, hidden, deleted."""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from connectors.instagram import outputs
from connectors.instagram.client import COMMENTS, Instagram
from connectors.instagram.limits import CAPTION_CHARS, COMMENT_CHARS, COMMENT_HASHTAGS
from connectors.instagram.tools.common import (
    HASHTAG,
    LINK,
    CommentId,
    MediaId,
    at,
    known,
    require_at_most,
    whole,
)
from connectors.instagram.tools.posts import POST
from connectors.kit.context import ToolContext
from connectors.kit.conversations import NOTICE
from connectors.kit.cursors import pack, unpack
from connectors.kit.meta import items, member, text_of
from connectors.kit.params import Cursor, Limit
from connectors.kit.tool import DELETE, READ, SEND, UPDATE, Params, Tool, ToolResult
from hermes.core.third_party import shown

FIELDS = "id,text,username,from,timestamp,like_count,hidden,parent_id"
COMMENT = "17865799348089039"


class ListComments(Params, frozen=True, kw_only=True):
    """Under which post."""

    media_id: MediaId
    limit: Limit = 20
    cursor: Cursor | None = None


async def list_comments(ctx: ToolContext, params: ListComments) -> ToolResult:
    """List what people wrote under a post."""
    after = unpack(params.cursor, str) if params.cursor else None
    found, following = await Instagram(ctx).listed(
        f"{params.media_id}/comments",
        {"fields": f"{FIELDS},replies{{{FIELDS}}}"},
        limit=params.limit,
        after=after,
        need=COMMENTS,
    )
    return ToolResult(
        data=outputs.Comments(
            comments=[outputs.Comment(**_shown(one), replies=_replies(one)) for one in found],
            notice=NOTICE,
            next_cursor=pack(following) if following else None,
        ),
        upstream_id=params.media_id,
    )


class ReplyComment(Params, frozen=True, kw_only=True):
    """An answer everybody sees."""

    comment_id: CommentId
    text: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=COMMENT_CHARS,
            description="The answer; at most 300 characters, 4 #hashtags and one link, not all in capitals.",
        ),
    ]


async def reply_comment(ctx: ToolContext, params: ReplyComment) -> ToolResult:
    """Answer a comment under its post."""
    _check(params.text)
    made = await Instagram(ctx).create(
        f"{params.comment_id}/replies", {"message": params.text}, need=COMMENTS
    )
    return ToolResult(
        data=outputs.Comment(id=made, text=params.text, untrusted=False, parent=params.comment_id),
        upstream_id=made,
    )


class HideComment(Params, frozen=True, kw_only=True):
    """A comment others are to see, or not."""

    comment_id: CommentId
    hidden: Annotated[bool, Meta(description="false shows a hidden comment again.")] = True


async def hide_comment(ctx: ToolContext, params: HideComment) -> ToolResult:
    """Hide a comment, or show it again."""
    await Instagram(ctx).post(params.comment_id, {"hide": params.hidden}, need=COMMENTS)
    return ToolResult(data=outputs.Changed(id=params.comment_id, done=True), upstream_id=params.comment_id)


class DeleteComment(Params, frozen=True, kw_only=True):
    """A comment that is to go."""

    comment_id: CommentId


async def delete_comment(ctx: ToolContext, params: DeleteComment) -> ToolResult:
    """Delete a comment with the answers to it."""
    await Instagram(ctx).delete(params.comment_id, need=COMMENTS)
    return ToolResult(data=outputs.Changed(id=params.comment_id, done=True), upstream_id=params.comment_id)


def _check(text: str) -> None:
    require_at_most(len(HASHTAG.findall(text)), COMMENT_HASHTAGS, "hashtags", "text")
    require_at_most(len(LINK.findall(text)), 1, "links", "text")


def _replies(comment: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    found = [_shown(one) for one in items(member(comment, "replies").get("data"))]
    return [{name: value for name, value in one.items() if value is not None} for one in found] or None


def _shown(comment: Mapping[str, Any]) -> dict[str, Any]:
    writer = member(comment, "from")
    hidden = comment.get("hidden")
    return {
        "id": text_of(comment.get("id")),
        "text": shown(text_of(comment.get("text")), CAPTION_CHARS),
        "untrusted": True,
        "username": shown(text_of(comment.get("username")) or text_of(writer.get("username")), 100) or None,
        "from_id": known(writer.get("id")),
        "at": at(comment.get("timestamp")),
        "hidden": hidden if isinstance(hidden, bool) else None,
        "likes": whole(comment.get("like_count")),
        "parent": known(comment.get("parent_id")),
    }


TOOLS = (
    Tool(
        name="instagram_list_comments",
        title="List Instagram comments",
        description="List the comments under a post, newest first, with the answers to them: id, text, "
        "username, time. Use the `id` to answer for all to see (instagram_reply_comment), to write to the "
        "person alone (instagram_send_private_reply), to hide or to delete.",
        params=ListComments,
        output=outputs.Comments,
        handler=list_comments,
        hints=READ,
        core=True,
        detailed_only=frozenset({"likes", "from_id"}),
        example={"media_id": POST},
    ),
    Tool(
        name="instagram_reply_comment",
        title="Answer Instagram comment",
        description="Write a public answer under a comment; its writer is notified and everybody sees it. "
        "For an answer only that person sees use instagram_send_private_reply. Returns the answer's id.",
        params=ReplyComment,
        output=outputs.Comment,
        handler=reply_comment,
        hints=SEND,
        core=True,
        redact=frozenset({"text"}),
        example={"comment_id": COMMENT, "text": "Thank you! We open at nine."},
    ),
    Tool(
        name="instagram_hide_comment",
        title="Hide Instagram comment",
        description="Hide a comment from everybody but its writer, or show it again with hidden=false. The "
        "writer is not told. Milder than instagram_delete_comment, which cannot be undone.",
        params=HideComment,
        output=outputs.Changed,
        handler=hide_comment,
        hints=UPDATE,
        example={"comment_id": COMMENT, "hidden": True},
    ),
    Tool(
        name="instagram_delete_comment",
        title="Delete Instagram comment",
        description="Delete a comment under a post of the account, with the answers to it, for good. To "
        "take it out of sight only, use instagram_hide_comment.",
        params=DeleteComment,
        output=outputs.Changed,
        handler=delete_comment,
        hints=DELETE,
        example={"comment_id": COMMENT},
    ),
)
