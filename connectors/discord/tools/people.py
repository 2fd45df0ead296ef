"""Who is in a server, and which roles there are."""

from typing import Annotated

from msgspec import UNSET, Meta

from connectors.discord import reading
from connectors.discord.client import Discord
from connectors.discord.outputs import Members, Roles
from connectors.discord.snowflakes import ServerId, UserId
from connectors.discord.tools.reading import SERVER
from connectors.kit.context import ToolContext
from connectors.kit.conversations import NOTICE
from connectors.kit.cursors import pack, unpack
from connectors.kit.params import Cursor, Limit
from connectors.kit.tool import READ, Params, Tool, ToolResult
from hermes.core.errors import InvalidArgument


class GetMember(Params, frozen=True):
    """Whom: one of both."""

    server_id: ServerId
    user_id: UserId | None = None
    query: (
        Annotated[
            str, Meta(min_length=1, max_length=100, description="Beginning of the user name or nickname.")
        ]
        | None
    ) = None
    limit: Annotated[int, Meta(ge=1, le=100, description="How many at most for a query, 1-100.")] = 10


async def get_member(ctx: ToolContext, params: GetMember) -> ToolResult:
    """One member by id, or those whose name begins so."""
    if (params.user_id is None) == (params.query is None):
        raise InvalidArgument("Give either 'user_id' or 'query'.", details={"argument": "user_id"})
    discord = Discord(ctx)
    if params.user_id:
        found = [await discord.one(f"guilds/{params.server_id}/members/{params.user_id}")]
    else:
        asked = {"query": str(params.query), "limit": str(params.limit)}
        found = await discord.many(f"guilds/{params.server_id}/members/search", asked)
    members = [reading.server_member(raw) for raw in found]
    return ToolResult(data=Members(members=members, untrusted=True, notice=NOTICE))


class ListRoles(Params, frozen=True):
    """Of which server."""

    server_id: ServerId
    limit: Limit = 50
    cursor: Cursor | None = None


async def list_roles(ctx: ToolContext, params: ListRoles) -> ToolResult:
    """The roles of a server; Discord tells all at once."""
    begin = max(unpack(params.cursor, int), 0) if params.cursor else 0
    found = [reading.role(raw) for raw in await Discord(ctx).many(f"guilds/{params.server_id}/roles")]
    found.sort(key=lambda role: (-role["position"], role["role_id"]))
    end = begin + params.limit
    page = Roles(
        roles=found[begin:end],
        untrusted=True,
        notice=NOTICE,
        next_cursor=pack(end) if end < len(found) else UNSET,
    )
    return ToolResult(data=page)


TOOLS = (
    Tool(
        name="discord_get_member",
        title="Find Discord member",
        description="Look up a member of a server by user_id, or find members whose user name or "
        "nickname begins "
        "with query: names, roles, time out, and the user_id that discord_send_dm and mentions take. "
        "Full member "
        "lists are not offered.",
        params=GetMember,
        output=Members,
        handler=get_member,
        hints=READ,
        redact=frozenset({"query"}),
        example={"server_id": SERVER, "query": "ana"},
    ),
    Tool(
        name="discord_list_roles",
        title="List Discord roles",
        description="List the roles of a server, highest first, with the role_id that a mention "
        "<@&role_id> takes, "
        "whether everybody may mention it and whether it has all rights. Who has a role is in "
        "discord_get_member.",
        params=ListRoles,
        output=Roles,
        handler=list_roles,
        hints=READ,
        example={"server_id": SERVER},
    ),
)
