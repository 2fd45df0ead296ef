"""A link by which a person connects an account: agents never see a credential."""

from typing import Annotated, Literal

from msgspec import Meta

from connectors.kit.tool import UPDATE, Output, Params, ToolResult
from mcp_gateway.connect_desk import QUESTION, TOOL, Offer
from mcp_gateway.own_tools.context import OwnContext, own_tool

Status = Literal["connected", "link", "opened", "declined"]
_NEXT: dict[Status, str] = {
    "connected": "The account is connected; its tools are listed now.",
    "link": "Give the person this link. When they say that it is done, call hermes_connect again.",
    "opened": "The person is on the page. When they say that it is done, call hermes_connect again.",
    "declined": "The person did not want to connect now. Ask before you try again.",
}


class Connect(Params, frozen=True):
    """Which platform."""

    platform: Annotated[str, Meta(min_length=1, max_length=32, description="E.g. whatsapp.")]
    label: (
        Annotated[
            str, Meta(min_length=1, max_length=80, description="Its label; of one to reconnect, as it is.")
        ]
        | None
    ) = None


class Connecting(Output, frozen=True, kw_only=True):
    """How far it is."""

    status: Annotated[Status, Meta(description="connected, link, opened or declined.")]
    platform: str
    next: Annotated[str, Meta(description="What to do now.")]
    url: str | None = None
    expires_at: str | None = None
    account: str | None = None


async def connect(ctx: OwnContext, params: Connect) -> ToolResult:
    """Offer a link, or tell that the one offered before was used."""
    ctx.before_change({"link_for": params.platform, "label": params.label})
    offer = await ctx.connecting.offer(params.platform, params.label)
    if offer.connected is not None:
        await ctx.connecting.close(offer)
        return _told("connected", offer)
    if not ctx.client.opens_pages:
        return _told("link", offer)
    answer = (await ctx.client.ask({QUESTION: offer.question}))[QUESTION]
    if answer["action"] == "accept":
        return _told("opened", offer)
    await ctx.connecting.withdraw(offer)
    return _told("declined", offer)


def _told(status: Status, offer: Offer) -> ToolResult:
    is_open = status in ("link", "opened")
    return ToolResult(
        data=Connecting(
            status=status,
            platform=offer.platform,
            next=_NEXT[status],
            url=offer.url if is_open else None,
            expires_at=offer.expires_at if is_open else None,
            account=offer.connected,
        )
    )


TOOLS = (
    own_tool(
        name=TOOL,
        title="Connect an account",
        description="Get a link by which a person connects an account of a platform, or reconnects one "
        "that needs_reauth; call it again to learn whether they have. The person signs "
        "in as a member of this customer. Never ask for passwords or tokens yourself. What is connected: "
        "hermes_list_connections.",
        params=Connect,
        output=Connecting,
        handler=connect,
        hints=UPDATE,
        units=0,
        example={"platform": "whatsapp"},
    ),
)
