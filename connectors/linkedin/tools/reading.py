"""Who the account is, and what was posted."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.conversations import NOTICE
from connectors.kit.cursors import pack, unpack
from connectors.kit.params import Cursor, Limit, Since, moment
from connectors.kit.tool import READ, NoParams, Params, Tool, ToolResult
from connectors.linkedin import outputs
from connectors.linkedin.client import LinkedIn, path_of
from connectors.linkedin.little_text import readable
from connectors.linkedin.tools.posting import address_of
from connectors.linkedin.urns import Author, Post, post_of
from hermes.core import clock
from hermes.core.errors import NotAllowedByPlatform, NotFound
from hermes.core.third_party import shown, shown_data

READ_NEED = (
    "reading a page's posts needs r_organization_social (LinkedIn's Community Management API, applied for in "
    "the developer portal); reading a member's posts needs r_member_social, which LinkedIn gives to "
    "selected partners only. Posting and commenting work without them."
)
ORGANIZATION_NEED = (
    "listing pages needs rw_organization_admin or r_organization_admin, of LinkedIn's Community Management "
    "API; apply for it in the developer portal."
)
TEXT_CHARS = 6000
CONTENT_CHARS = 1000


async def get_me(ctx: ToolContext, params: NoParams) -> ToolResult:  # noqa: ARG001  (takes nothing)
    """Ask who the token belongs to."""
    member = await LinkedIn(ctx).member()
    locale = member.get("locale")
    subject = str(member.get("sub") or "")
    return ToolResult(
        data=outputs.Me(
            urn=f"urn:li:person:{subject}",
            name=shown(str(member.get("name") or ""), 200),
            email=str(member["email"]) if member.get("email") else None,
            locale=locale if isinstance(locale, str) else None,
            picture=str(member["picture"]) if member.get("picture") else None,
        ),
        upstream_id=subject or None,
    )


class ListOrganizations(Params, frozen=True):
    """Which pages."""

    role: (
        Annotated[
            Literal["ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "ANALYST", "CURATOR"],
            Meta(description="Only pages with this role."),
        ]
        | None
    ) = None
    limit: Limit = 20
    cursor: Cursor | None = None


async def list_organizations(ctx: ToolContext, params: ListOrganizations) -> ToolResult:
    """List the member's roles, then look the pages' names up."""
    api, start = LinkedIn(ctx), unpack(params.cursor, int) if params.cursor else 0
    asked = {"q": "roleAssignee", "state": "APPROVED", "start": str(start), "count": str(params.limit)}
    if params.role:
        asked["role"] = params.role
    page = await api.get("organizationAcls", asked, need=ORGANIZATION_NEED, method="FINDER")
    roles = elements(page)
    names = await _names(api, {str(role.get("organization")) for role in roles})
    listed = [
        outputs.Page(
            organization=str(role.get("organization") or role.get("organizationTarget") or ""),
            role=str(role.get("role") or ""),
            name=names.get(str(role.get("organization"))),
            state=str(role["state"]) if role.get("state") else None,
        )
        for role in roles
    ]
    return ToolResult(
        data=outputs.Pages(organizations=listed, next_cursor=following(page, start, params.limit))
    )


async def _names(api: LinkedIn, urns: set[str]) -> Mapping[str, str]:
    ids = sorted(urn.rpartition(":")[2] for urn in urns if urn.startswith("urn:li:organization:"))
    if not ids:
        return {}
    raw = f"ids=List({','.join(ids)})"
    try:
        found = await api.get("organizations", need=ORGANIZATION_NEED, method="BATCH_GET", raw=raw)
    except (NotAllowedByPlatform, NotFound):
        return {}  # a role is worth telling without the page's name
    results = found.get("results")
    return {
        f"urn:li:organization:{number}": shown(str(told.get("localizedName") or ""), 200)
        for number, told in (results if isinstance(results, dict) else {}).items()
        if isinstance(told, dict)
    }


class ListPosts(Params, frozen=True):
    """Whose posts."""

    author: Author | None = None
    since: Since | None = None
    limit: Limit = 20
    cursor: Cursor | None = None


async def list_posts(ctx: ToolContext, params: ListPosts) -> ToolResult:
    """List an author's posts, newest first."""
    api, start = LinkedIn(ctx), unpack(params.cursor, int) if params.cursor else 0
    since = moment(params.since, "since")
    author = params.author or await api.member_urn()
    asked = {
        "q": "author",
        "author": author,
        "sortBy": "CREATED",
        "start": str(start),
        "count": str(params.limit),
    }
    page = await api.get("posts", asked, need=READ_NEED, method="FINDER")
    posts = [post for post in elements(page) if since is None or _is_since(post, since)]
    is_over = len(posts) < len(elements(page))
    return ToolResult(
        data=outputs.Posts(
            posts=[post_shown(post) for post in posts],
            notice=NOTICE,
            next_cursor=None if is_over else following(page, start, params.limit),
        )
    )


class GetPost(Params, frozen=True):
    """Which post."""

    post: Post


async def get_post(ctx: ToolContext, params: GetPost) -> ToolResult:
    """Read one post."""
    urn = post_of(params.post)
    post = await LinkedIn(ctx).get(path_of("posts", urn), need=READ_NEED)
    return ToolResult(data=post_shown(post), upstream_id=urn)


def elements(page: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The items of a page of LinkedIn's."""
    found = page.get("elements")
    return [e for e in found if isinstance(e, dict)] if isinstance(found, list) else []


def following(page: Mapping[str, Any], start: int, limit: int) -> str | None:
    """The cursor of the page after; None after the last (by `total`, by the links, or a page not full)."""
    paging = page.get("paging")
    paging = paging if isinstance(paging, dict) else {}
    total, links = paging.get("total"), paging.get("links")
    if type(total) is int:
        is_more = start + limit < total
    elif isinstance(links, list) and links:
        is_more = any(isinstance(link, dict) and link.get("rel") == "next" for link in links)
    else:
        is_more = len(elements(page)) >= limit
    return pack(start + limit) if is_more and elements(page) else None


def at(value: Any) -> str | None:
    """LinkedIn's milliseconds as ISO 8601; None for anything else."""
    if type(value) is not int or not 0 < value < 2**43:
        return None
    return clock.iso(datetime.fromtimestamp(value / 1000, UTC))


def post_shown(post: Mapping[str, Any]) -> outputs.Post:
    """A post as it is handed back."""
    urn = str(post.get("id") or "")
    content = post.get("content")
    return outputs.Post(
        id=urn,
        author=str(post.get("author") or ""),
        text=shown(readable(str(post.get("commentary") or "")), TEXT_CHARS),
        untrusted=True,
        created_at=at(post.get("publishedAt") or post.get("createdAt")),
        edited_at=at(post.get("lastModifiedAt")),
        visibility=str(post["visibility"]) if post.get("visibility") else None,
        state=str(post["lifecycleState"]) if post.get("lifecycleState") else None,
        url=address_of(urn) if urn else None,
        content=shown_data(content, CONTENT_CHARS) if isinstance(content, dict) and content else None,
    )


def _is_since(post: Mapping[str, Any], since: datetime) -> bool:
    told = post.get("publishedAt") or post.get("createdAt")
    return type(told) is not int or told >= since.timestamp() * 1000


TOOLS = (
    Tool(
        name="linkedin_get_me",
        title="Get LinkedIn member",
        description="Tell which LinkedIn member is connected: name, URN (the default author of posts) and, "
        "where granted, e-mail. Pages it runs: linkedin_list_organizations.",
        params=NoParams,
        output=outputs.Me,
        handler=get_me,
        hints=READ,
        core=True,
        detailed_only=frozenset({"picture", "locale"}),
    ),
    Tool(
        name="linkedin_list_organizations",
        title="List LinkedIn pages",
        description="List the company pages the member has a role on, with name, role and the URN that other "
        "tools take as `author` or `organization`. Needs LinkedIn's approval for pages. The member alone: "
        "linkedin_get_me.",
        params=ListOrganizations,
        output=outputs.Pages,
        handler=list_organizations,
        hints=READ,
        detailed_only=frozenset({"state"}),
        example={"role": "ADMINISTRATOR"},
    ),
    Tool(
        name="linkedin_list_posts",
        title="List LinkedIn posts",
        description="List posts of a page (or of the member, where LinkedIn granted that), newest first, "
        "with text, time and id. `since` leaves older ones out. One post: linkedin_get_post.",
        params=ListPosts,
        output=outputs.Posts,
        handler=list_posts,
        hints=READ,
        core=True,
        detailed_only=frozenset({"content", "visibility", "state", "edited_at"}),
        example={"author": "urn:li:organization:2414183", "limit": 10},
    ),
    Tool(
        name="linkedin_get_post",
        title="Get LinkedIn post",
        description="Read one post by its id or address: text, author, time, media. Numbers of it: "
        "linkedin_get_post_stats; what people answered: linkedin_list_comments.",
        params=GetPost,
        output=outputs.Post,
        handler=get_post,
        hints=READ,
        detailed_only=frozenset({"state", "edited_at"}),
        example={"post": "urn:li:share:7123456789012345678"},
    ),
)
