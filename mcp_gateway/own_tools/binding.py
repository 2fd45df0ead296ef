"""The closures of a cross-channel tool's call."""

from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, cast

from billing import subscriptions
from connectors.kit.connector import Identity
from connectors.kit.context import Http, InboxReader, proceed
from connectors.kit.texting import ToolUse
from connectors.registry import all_connectors
from hermes.core import clock, http
from hermes.core.errors import Internal, NeedsReauth
from hermes.core.threads import blocking
from inbox.customer_reader import reader_of
from inbox.reader import reader
from inbox.waiting import Waiter
from mcp_gateway import catalogue, reauth, tool_search
from mcp_gateway.admission import Admitted
from mcp_gateway.calls import Answer, Caller, ToolCall
from mcp_gateway.connect_desk import ConnectDesk
from mcp_gateway.own_tools.context import Channel, OwnContext
from mcp_gateway.rehearsal import Rehearsed, stop
from tenants import context
from tenants.principals import ConnectionView

Within = Callable[[Caller, ToolCall], Awaitable[Answer]]


def context_of(admitted: Admitted, call: ToolCall, token: str, within: Within) -> OwnContext:
    """The context of a call without a platform; `within` runs a platform's tool as part of it."""
    principal = admitted.caller.principal
    views = {view.public_id: view for view in principal.connections}

    async def run(use: ToolUse, connection: str) -> Answer:
        own = {"account": connection} | ({"dry_run": True} if admitted.dry_run else {})
        # One key for each tool, so that this call done again does each of its sends once.
        asked = ToolCall(
            tool=use.tool,
            arguments={**use.arguments, **own},
            idempotency_key=f"{token}:{use.tool}",
            link=call.link,
        )
        answer = await within(admitted.caller, asked)
        if admitted.dry_run:
            raise Rehearsed(answer.data["request"])
        return answer

    async def probe(connection: str) -> Identity:
        view = views[connection]
        inbox = reader(principal.customer_id, view.id)
        bound = context.bind(principal, view, inbox=inbox, call_token=token)
        try:
            return await all_connectors()[view.platform].verify(bound)
        except NeedsReauth as refusal:
            await reauth.flag(principal, view, refusal)
            raise

    async def usage(period: str | None) -> dict[str, Any]:
        return await blocking(subscriptions.usage, principal.customer_id, principal.mode, period)

    def find_tools(query: str, limit: int) -> list[dict[str, Any]]:
        found = tool_search.ranked(catalogue.callable_by(admitted.caller), query)
        return [tool_search.told(listing) for listing in found[:limit]]

    return OwnContext(
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
        before_change=stop if admitted.dry_run else proceed,
        channels=[_channel(view) for view in principal.connections],
        whole_inbox=reader_of(principal),
        usage=usage,
        events=Waiter(customer_id=principal.customer_id, customer=principal.customer, mode=principal.mode),
        call=run,
        probe=probe,
        find_tools=find_tools,
        connecting=ConnectDesk(admitted.caller),
    )


def _channel(view: ConnectionView) -> Channel:
    return Channel(
        connection=view.public_id,
        platform=view.platform,
        account=view.account,
        mode=view.mode,
        status=view.status,
        status_reason=view.status_reason,
        external_id=view.external_id,
    )


class _NoConnection:
    def __getattr__(self, name: str) -> NoReturn:
        _no_connection(name)


def _no_connection(*_: Any) -> NoReturn:
    raise Internal("This tool has no connection.")
