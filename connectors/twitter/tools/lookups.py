"""Posts and people by their ids, and what was said in a conversation."""

from datetime import timedelta
from typing import Annotated

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.conversations import NOTICE
from connectors.kit.params import Cursor, Limit
from connectors.kit.tool import READ, Params, Tool, ToolResult
from connectors.twitter import fields, limits, outputs, reading
from connectors.twitter.client import Json, X, is_id, items
from connectors.twitter.ids import LOOKUP_NEED, PostId, User, post_id_of, username_of
from connectors.twitter.limits import price
from connectors.twitter.paging import Page
from hermes.core.errors import InvalidArgument, NotFound

READ_NEED = "reading posts needs the scopes tweet.read and users.read."


class GetPosts(Params, frozen=True):
    """Which posts."""

    ids: Annotated[
        list[PostId],
        Meta(min_length=1, max_length=limits.LOOKUP_IDS, description="Ids or addresses, 1-100."),
    ]


async def get_posts(ctx: ToolContext, params: GetPosts) -> ToolResult:
    """Read posts; those X leaves out are named."""
    wanted = list(dict.fromkeys(post_id_of(text, f"ids[{n}]") for n, text in enumerate(params.ids)))
    told = await X(ctx).read("tweets", {"ids": ",".join(wanted), **fields.POSTS}, need=READ_NEED)
    found = reading.posts(told)
    return ToolResult(
        data=outputs.Posts(posts=found, notice=NOTICE, missing=_left_out(wanted, found, told)),
        upstream_id=wanted[0],
    )


def _left_out(wanted: list[str], found: list[outputs.Post], told: Json) -> list[outputs.Missing] | None:
    """What X says it left out, and what it left out without a word."""
    said = reading.missing(told) or []
    known = {m.id for m in said} | {post.id for post in found}
    silent = [outputs.Missing(id=i, reason="X did not hand it over.") for i in wanted if i not in known]
    return [*said, *silent] or None


class GetConversation(Params, frozen=True):
    """Around which post."""

    post_id: PostId
    limit: Limit = 20
    cursor: Cursor | None = None


async def get_conversation(ctx: ToolContext, params: GetConversation) -> ToolResult:
    """Find the conversation of a post, what it began with and the newest answers."""
    post_id, api = post_id_of(params.post_id), X(ctx)
    page = Page(params.cursor, params.limit, limits.LEAST_FOUND)
    told = await api.read("tweets", {"ids": post_id, **fields.POSTS}, need=READ_NEED)
    named = next(iter(reading.posts(told)), None)
    if named is None:
        raise NotFound("X does not know that post, or does not show it to this account; check the id.")
    conversation = named.conversation_id or named.id
    asked = {"query": f"conversation_id:{conversation}", **page.params, **fields.POSTS}
    root: outputs.Post | None = named
    if conversation != named.id:
        told = await api.read("tweets", {"ids": conversation, **fields.POSTS}, need=READ_NEED)
        root = next(iter(reading.posts(told)), None)
    answers = await api.read("tweets/search/recent", asked, need=READ_NEED)
    shown, cursor = page.shown(answers)
    found = reading.posts({**answers, "data": shown})
    if named.id not in {p.id for p in found} | {conversation} and params.cursor is None:
        found.append(named)
    return ToolResult(
        data=outputs.Conversation(
            conversation_id=conversation,
            root=root,
            posts=found,
            notice=NOTICE,
            note=_note(ctx, root),
            missing=reading.missing(answers),
            next_cursor=cursor,
        ),
        upstream_id=post_id,
    )


def _note(ctx: ToolContext, root: outputs.Post | None) -> str | None:
    if root is None:
        return "The post it began with is gone or not visible; answers older than 7 days are not found."
    oldest = reading.at((ctx.now() - timedelta(days=limits.SEARCH_DAYS)).isoformat())
    if oldest is not None and (root.created_at or "") < oldest:
        return "It began more than 7 days ago; X finds answers of the last 7 days only."
    return None


class GetUsers(Params, frozen=True):
    """Who."""

    usernames: (
        Annotated[
            list[User], Meta(min_length=1, max_length=limits.LOOKUP_IDS, description="Usernames, 1-100.")
        ]
        | None
    ) = None
    ids: (
        Annotated[
            list[Annotated[str, Meta(min_length=1, max_length=19, description="Digits.")]],
            Meta(min_length=1, max_length=limits.LOOKUP_IDS, description="Numeric user ids, 1-100."),
        ]
        | None
    ) = None


async def get_users(ctx: ToolContext, params: GetUsers) -> ToolResult:
    """Look people up by name, by id, or both."""
    if not params.usernames and not params.ids:
        raise InvalidArgument("Name somebody in 'usernames' or 'ids'.", details={"argument": "usernames"})
    names = [username_of(name, f"usernames[{n}]") for n, name in enumerate(params.usernames or [])]
    for number, user_id in enumerate(params.ids or []):
        if not is_id(user_id):
            raise InvalidArgument("A user id has digits only.", details={"argument": f"ids[{number}]"})
    api = X(ctx)
    asked = [("users/by", "usernames", names), ("users", "ids", params.ids or [])]
    answers = [
        await api.read(path, {name: ",".join(dict.fromkeys(given)), **fields.USERS}, need=LOOKUP_NEED)
        for path, name, given in asked
        if given
    ]
    found = {
        raw["id"]: reading.user(raw)
        for told in answers
        for raw in items(told, "data")
        if is_id(raw.get("id"))
    }
    return ToolResult(
        data=outputs.Users(users=list(found.values()), notice=NOTICE, missing=reading.missing({}, *answers))
    )


TOOLS = (
    Tool(
        name="twitter_get_posts",
        title="Get X posts",
        description="Read up to 100 posts by id or address: full text, author, time, media, poll, counts, "
        "what they quote or answer. `missing` names those X does not show, with the reason. By words: "
        f"twitter_search; all of a discussion: twitter_get_conversation. X bills {price('post_read')} for "
        "each post.",
        params=GetPosts,
        output=outputs.Posts,
        handler=get_posts,
        hints=READ,
        detailed_only=frozenset({"lang", "reply_settings"}),
        example={"ids": ["1346889436626259968"]},
    ),
    Tool(
        name="twitter_get_conversation",
        title="Get X conversation",
        description="Read the discussion a post belongs to: `root`, which began it, and the answers of the "
        "last 7 days, newest first. Give any post of it. Posts by id alone: twitter_get_posts. "
        f"X bills {price('post_read')} for each post.",
        params=GetConversation,
        output=outputs.Conversation,
        handler=get_conversation,
        hints=READ,
        core=True,
        detailed_only=frozenset({"lang", "reply_settings", "metrics"}),
        example={"post_id": "1346889436626259968"},
    ),
    Tool(
        name="twitter_get_users",
        title="Get X users",
        description="Look up to 100 people up by username or id: id, name, description, counts, whether "
        "verified or protected. `missing` names those X does not know. Their posts: twitter_list_user_posts. "
        f"X bills {price('user_read')} for each.",
        params=GetUsers,
        output=outputs.Users,
        handler=get_users,
        hints=READ,
        detailed_only=frozenset({"created_at", "location", "url"}),
        example={"usernames": ["XDevelopers"]},
    ),
)
