"""A call that fails for want of an account offers the page to connect it, to clients that can open pages."""

from hermes.core.errors import HermesError, NeedsReauth, NotConnected
from mcp_gateway import catalogue
from mcp_gateway.connect_desk import QUESTION, TOOL, ConnectDesk
from mcp_gateway.mcp.request import Request


async def offered(request: Request, error: NotConnected | NeedsReauth) -> HermesError:
    """The error to answer with once the client was asked, or where it cannot be.

    Raises InputRequired and PageRequired, which ask. A link is offered to whoever may call hermes_connect.
    """
    platform = error.details.get("platform")
    if not platform or not request.link.opens_pages or not _may_offer(request, platform, error):
        return error
    desk = ConnectDesk(request.caller)
    try:
        offer = await desk.offer(platform, error.details.get("account"))
        if offer.connected is not None:  # and yet it does not work: the next one is a new link
            await desk.close(offer)
            return error
    except HermesError:
        return error
    answer = (await request.link.ask({QUESTION: offer.question}))[QUESTION]
    if answer["action"] == "accept":
        error.message += " The page to connect it was opened; call again when the person is done."
    else:
        await desk.withdraw(offer)
        error.message += " The person did not want to connect it now."
    return error


def _may_offer(request: Request, platform: str, error: HermesError) -> bool:
    linked = any(c.platform == platform for c in request.caller.principal.connections)
    if linked and isinstance(error, NotConnected):
        return False  # its owner has paused it
    try:
        catalogue.find(request.caller, TOOL)
    except HermesError:
        return False
    return True
