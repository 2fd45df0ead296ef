"""The account and its posts."""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from connectors.instagram import containers, outputs
from connectors.instagram.client import ME, Instagram
from connectors.instagram.limits import CAPTION_CHARS
from connectors.instagram.tools.common import MediaId, at, known, whole
from connectors.kit.context import ToolContext
from connectors.kit.conversations import NOTICE
from connectors.kit.cursors import pack, unpack
from connectors.kit.meta import items, member, text_of
from connectors.kit.params import Cursor, Limit, Since, Until, moment
from connectors.kit.tool import READ, NoParams, Params, Tool, ToolResult
from hermes.core.errors import NotAllowedByPlatform, PlatformUnavailable
from hermes.core.third_party import shown

PROFILE = (
    "user_id,username,name,account_type,biography,website,profile_picture_url,followers_count,"
    "follows_count,media_count"
)
LISTED = (
    "id,caption,media_type,media_product_type,permalink,timestamp,like_count,comments_count,media_url,"
    "thumbnail_url,alt_text,is_comment_enabled"
)
CHILDREN = "children{id,media_type,media_url,thumbnail_url}"
NAME_CHARS = 200


async def get_profile(ctx: ToolContext, params: NoParams) -> ToolResult:  # noqa: ARG001  (takes nothing)
    """Tell who is connected and how much it may still publish."""
    api = Instagram(ctx)
    me = await api.get(ME, {"fields": PROFILE})
    own = text_of(me.get("user_id")) or text_of(me.get("id"))
    if not own:
        raise PlatformUnavailable("Instagram's answer names no account; try again in a minute.")
    return ToolResult(
        data=outputs.Profile(
            id=own,
            username=text_of(me.get("username")),
            name=shown(text_of(me.get("name")), NAME_CHARS) or None,
            account_type=known(me.get("account_type")),
            biography=shown(text_of(me.get("biography")), CAPTION_CHARS) or None,
            website=known(me.get("website")),
            profile_picture_url=known(me.get("profile_picture_url")),
            followers=whole(me.get("followers_count")),
            follows=whole(me.get("follows_count")),
            media=whole(me.get("media_count")),
            publishing_limit=await _limit(api),
        ),
        upstream_id=own,
    )


async def _limit(api: Instagram) -> outputs.PublishingLimit:
    try:
        return await containers.limit(api)
    except NotAllowedByPlatform:
        return outputs.PublishingLimit()  # an account that may not publish has none


class ListMedia(Params, frozen=True, kw_only=True):
    """Which posts."""

    since: Since | None = None
    until: Until | None = None
    limit: Limit = 20
    cursor: Cursor | None = None


async def list_media(ctx: ToolContext, params: ListMedia) -> ToolResult:
    """List the account's posts."""
    asked = {"fields": LISTED}
    for name, given in (("since", params.since), ("until", params.until)):
        if (when := moment(given, name)) is not None:
            asked[name] = str(int(when.timestamp()))
    after = unpack(params.cursor, str) if params.cursor else None
    found, following = await Instagram(ctx).listed(f"{ME}/media", asked, limit=params.limit, after=after)
    return ToolResult(
        data=outputs.MediaPage(
            media=[media_shown(post) for post in found if text_of(post.get("id"))],
            notice=NOTICE,
            next_cursor=pack(following) if following else None,
        )
    )


class GetMedia(Params, frozen=True, kw_only=True):
    """Which post."""

    media_id: MediaId
    children: Annotated[bool, Meta(description="Also list the items of a carousel.")] = False


async def get_media(ctx: ToolContext, params: GetMedia) -> ToolResult:
    """Read one post."""
    fields = f"{LISTED},{CHILDREN}" if params.children else LISTED
    post = await Instagram(ctx).get(params.media_id, {"fields": fields})
    return ToolResult(data=media_shown({"id": params.media_id, **post}), upstream_id=params.media_id)


def media_shown(post: Mapping[str, Any]) -> outputs.Media:
    """A post as it is handed back."""
    children = items(member(post, "children").get("data"))
    return outputs.Media(
        id=text_of(post.get("id")),
        kind=known(post.get("media_type")),
        product=known(post.get("media_product_type")),
        caption=shown(text_of(post.get("caption")), CAPTION_CHARS),
        untrusted=True,
        at=at(post.get("timestamp")),
        permalink=known(post.get("permalink")),
        likes=whole(post.get("like_count")),
        comments=whole(post.get("comments_count")),
        url=known(post.get("media_url")),
        thumbnail_url=known(post.get("thumbnail_url")),
        alt_text=shown(text_of(post.get("alt_text")), CAPTION_CHARS) or None,
        comments_enabled=post.get("is_comment_enabled")
        if isinstance(post.get("is_comment_enabled"), bool)
        else None,
        children=[_child(child) for child in children] or None,
    )


def _child(child: Mapping[str, Any]) -> dict[str, Any]:
    told = {
        "id": text_of(child.get("id")),
        "kind": text_of(child.get("media_type")),
        "url": text_of(child.get("media_url")),
        "thumbnail_url": text_of(child.get("thumbnail_url")),
    }
    return {name: value for name, value in told.items() if value}


SEEN = frozenset({"url", "thumbnail_url", "alt_text", "comments_enabled"})
POST = "17895695668004550"
TOOLS = (
    Tool(
        name="instagram_get_profile",
        title="Get Instagram account",
        description="Tell which Instagram account is connected: username, biography, followers, number of "
        "posts, and how many posts by apps it has used of its moving daily limit. Look here before you "
        "publish many; its posts: instagram_list_media, its numbers: instagram_get_account_insights.",
        params=NoParams,
        output=outputs.Profile,
        handler=get_profile,
        hints=READ,
        core=True,
        detailed_only=frozenset({"profile_picture_url", "website"}),
    ),
    Tool(
        name="instagram_list_media",
        title="List Instagram posts",
        description="List the account's posts and reels, newest first, with id, caption, time, likes and "
        "number of comments; stories are not among them. Use the `id` with the other tools. One post with a "
        "carousel's items: instagram_get_media.",
        params=ListMedia,
        output=outputs.MediaPage,
        handler=list_media,
        hints=READ,
        core=True,
        detailed_only=SEEN,
        example={"limit": 10},
    ),
    Tool(
        name="instagram_get_media",
        title="Get Instagram post",
        description="Read one post: caption, kind, time, likes, number of comments, address; with `children` "
        "the items of a carousel. What people wrote: instagram_list_comments; how many saw it: "
        "instagram_get_media_insights.",
        params=GetMedia,
        output=outputs.Media,
        handler=get_media,
        hints=READ,
        detailed_only=frozenset({"thumbnail_url", "alt_text", "comments_enabled"}),
        example={"media_id": POST},
    ),
)
