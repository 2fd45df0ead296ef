"""The context of one call: the customer's connection, or none for tools without a platform."""

import hashlib
from dataclasses import replace
from typing import Any, NoReturn, cast

from connectors.kit.context import Http, InboxReader, ToolContext
from hermes.core import clock, http
from hermes.core.errors import Internal
from hermes.core.threads import blocking
from inbox.reader import reader
from mcp_gateway.admission import Admitted
from mcp_gateway.calls import ToolCall
from mcp_gateway.rehearsal import RehearsalHttp
from tenants import context

TOKEN_LENGTH = 32


def context_of(admitted: Admitted, call: ToolCall, call_id: str) -> ToolContext:
    """What the handler gets. In a dry run the platform is replaced."""
    token = _token(admitted, call_id)
    if admitted.connection is None:
        return _unconnected(call, token)
    principal = admitted.caller.principal
    bound = context.bind(
        principal,
        admitted.connection,
        inbox=reader(principal.customer_id, admitted.connection.id),
        call_token=token,
        link=call.link,
    )
    return replace(bound, http=RehearsalHttp(bound.http)) if admitted.dry_run else bound


def _token(admitted: Admitted, call_id: str) -> str:
    if admitted.key is None:
        told = call_id
    else:
        told = f"{admitted.caller.principal.customer}\n{admitted.tool.name}\n{admitted.key}"
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:TOKEN_LENGTH]


def _unconnected(call: ToolCall, token: str) -> ToolContext:
    return ToolContext(
        credentials=_no_connection,
        http=cast("Http", _NoConnection()),
        web=http.outside(),
        config={},
        inbox=cast("InboxReader", _NoConnection()),
        now=clock.now,
        call_token=token,
        blocking=blocking,
        dial=_no_connection,
        client=call.link,
    )


class _NoConnection:
    def __getattr__(self, name: str) -> NoReturn:
        _no_connection(name)


def _no_connection(*_: Any) -> NoReturn:
    raise Internal("This tool has no connection.")
