"""The context of one call: the customer's connection, or all of them for the cross-channel tools."""

import hashlib
from dataclasses import replace

from connectors.kit.context import ToolContext
from inbox.media.files import files_of
from inbox.reader import reader
from mcp_gateway.admission import Admitted
from mcp_gateway.calls import ToolCall
from mcp_gateway.own_tools import binding as own_tools
from mcp_gateway.own_tools.binding import Within
from mcp_gateway.rehearsal import rehearsing
from tenants import context

TOKEN_LENGTH = 32


def context_of(admitted: Admitted, call: ToolCall, call_id: str, *, within: Within) -> ToolContext:
    """What the handler gets. In a dry run the platform is replaced. `within` runs a call of this call."""
    token = _token(admitted, call_id)
    if admitted.connection is None:
        return own_tools.context_of(admitted, call, token, within)
    principal = admitted.caller.principal
    bound = context.bind(
        principal,
        admitted.connection,
        inbox=reader(principal.customer_id, admitted.connection.id),
        call_token=token,
        link=call.link,
    )
    bound = replace(bound, files=files_of(principal.customer_id, admitted.connection.public_id))
    return rehearsing(bound) if admitted.dry_run else bound


def _token(admitted: Admitted, call_id: str) -> str:
    if admitted.key is None:
        told = call_id
    else:
        told = f"{admitted.caller.principal.customer}\n{admitted.tool.name}\n{admitted.key}"
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:TOKEN_LENGTH]
