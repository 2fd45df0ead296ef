"""Which accounts are connected, and how one of them is."""

import dataclasses
from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.connector import Connector
from connectors.kit.tool import READ, Output, Params, ToolResult
from connectors.registry import all_connectors
from hermes.core.errors import HermesError
from hermes.core.third_party import shown, shown_data
from mcp_gateway.own_tools.context import Channel, OwnContext, own_tool
from tenants import states

_NAME_CHARS = 200
_DETAIL_CHARS = 500


class ListConnections(Params, frozen=True):
    """Which accounts."""

    platform: (
        Annotated[str, Meta(max_length=32, description="Only of this platform, e.g. whatsapp.")] | None
    ) = None


class Connections(Output, frozen=True, kw_only=True):
    """All accounts, and what else there is to connect."""

    connections: Annotated[
        list[dict[str, Any]],
        Meta(description="connection (id), platform, account (label), mode, status, usable, reason."),
    ]
    not_connected: Annotated[list[str], Meta(description="Platforms without an account.")]


async def list_connections(ctx: OwnContext, params: ListConnections) -> ToolResult:
    """List the accounts."""
    wanted = [c for c in ctx.channels if params.platform in (None, c.platform)]
    linked = {c.platform for c in ctx.channels}
    missing = [slug for slug in all_connectors() if slug not in linked and params.platform in (None, slug)]
    return ToolResult(data=Connections(connections=[_told(c) for c in wanted], not_connected=missing))


class GetConnection(Params, frozen=True):
    """Which account."""

    channel: Annotated[
        str,
        Meta(min_length=1, max_length=80, description="Platform, account label or id of the connection."),
    ]
    probe: Annotated[
        bool, Meta(description="Also ask the platform now whether the credential still works.")
    ] = False


class OneConnection(Output, frozen=True, kw_only=True):
    """An account."""

    connection: str
    platform: str
    account: str
    mode: Annotated[str, Meta(description="live, or test for the sandbox.")]
    status: Annotated[str, Meta(description="active, needs_reauth, paused or pending.")]
    usable: Annotated[bool, Meta(description="Whether tools can be called on it now.")]
    reason: str | None = None
    identity: Annotated[dict[str, Any], Meta(description="Who it is at the platform.")]
    conversations: Annotated[
        dict[str, Any], Meta(description="total, unread (messages), windows_open where there are windows.")
    ]
    limits: Annotated[dict[str, Any], Meta(description="The platform's limits: lengths, sizes, rates.")]
    tools: Annotated[list[str], Meta(description="Tools of this platform.")]
    probe: Annotated[dict[str, Any], Meta(description="ok; identity, or code and message.")] | None = None


async def get_connection(ctx: OwnContext, params: GetConnection) -> ToolResult:
    """Tell how an account is."""
    channel = ctx.channel(params.channel)
    connector = all_connectors()[channel.platform]
    counted = await ctx.whole_inbox.counts(channel.connection, _window_h(connector))
    told = _told(channel)
    return ToolResult(
        data=OneConnection(
            **told,
            identity={"external_id": shown(channel.external_id, _NAME_CHARS), "label": told["account"]},
            conversations=counted,
            limits=dict(connector.limits),
            tools=[tool.name for tool in connector.tools],
            probe=await _probed(ctx, channel) if params.probe else None,
        )
    )


def _told(channel: Channel) -> dict[str, Any]:
    told = {
        "connection": channel.connection,
        "platform": channel.platform,
        "account": shown(channel.account, _NAME_CHARS),
        "mode": channel.mode,
        "status": channel.status,
        "usable": channel.status == "active",
    }
    return {**told, "reason": shown(channel.status_reason, _DETAIL_CHARS)} if channel.status_reason else told


async def _probed(ctx: OwnContext, channel: Channel) -> dict[str, Any]:
    """A credential that is refused is not tried again: some platforms ban for that."""
    if channel.status != "active":
        if channel.status in states.LIVE:
            return {"ok": False, "code": "needs_reauth", "message": "Its owner must connect it again."}
        return {
            "ok": False,
            "code": "not_connected",
            "message": f"It is {channel.status}; its owner decides.",
        }
    try:
        identity = await ctx.probe(channel.connection)
    except HermesError as refusal:
        return {"ok": False, "code": refusal.code, "message": refusal.message}
    details = shown_data(dict(identity.details), _DETAIL_CHARS)
    return {"ok": True, "identity": {"label": shown(identity.label, _NAME_CHARS), **details}}


def _window_h(connector: Connector) -> float | None:
    hours = connector.limits.get("service_window_h")
    return None if hours is None else float(hours)


TOOLS = (
    own_tool(
        name="hermes_list_connections",
        title="List connected accounts",
        description="List the accounts that are connected (platform, label, whether usable) and the "
        "platforms that are not. Start here to learn which channels there are. More of one: "
        "hermes_get_connection.",
        params=ListConnections,
        output=Connections,
        handler=list_connections,
        hints=dataclasses.replace(READ, open_world=False),
        core=True,
        units=0,
        example={},
    ),
    own_tool(
        name="hermes_get_connection",
        title="Look at a connected account",
        description="Tell one account's identity, health, number of conversations, open windows and the "
        "platform's limits. Use probe when calls fail: it asks the platform whether the credential works. "
        "All accounts: hermes_list_connections.",
        params=GetConnection,
        output=OneConnection,
        handler=get_connection,
        hints=READ,
        example={"channel": "whatsapp"},
    ),
)
