"""What a cross-channel tool is given: closures over the caller's connections, and no id to misuse."""

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from connectors.kit.connector import Identity
from connectors.kit.context import ToolContext
from connectors.kit.texting import ToolUse
from connectors.kit.tool import Hints, Output, Params, Tool, ToolResult
from hermes.core.errors import AmbiguousAccount, NotFound
from inbox.customer_reader import CustomerReader
from inbox.waiting import Waiter
from mcp_gateway.calls import Answer
from mcp_gateway.connect_desk import ConnectDesk


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A connection of the caller's mode as tools may tell it; `connection` is its public id."""

    connection: str
    platform: str
    account: str
    mode: str
    status: str
    status_reason: str
    external_id: str

    def is_called(self, name: str) -> bool:
        """Whether `name` is its platform, its label or its id."""
        return name in (self.platform, self.account, self.connection)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OwnContext(ToolContext):
    """A call's context without a platform of its own.

    `call` runs a platform's tool on the channel with this public id: recorded and charged as a call of its
    own, done once under this call's key, rehearsed where this one is. `probe` asks the platform whose the
    credential is and raises what the connector's `verify` does. `usage` tells a month's units. `find_tools`
    gives those of the caller's tools that fit a query, at most so many, the best first. `connecting` makes
    links by which a person connects an account.
    """

    channels: Sequence[Channel]
    whole_inbox: CustomerReader
    usage: Callable[[str | None], Awaitable[dict[str, Any]]]
    events: Waiter
    call: Callable[[ToolUse, str], Awaitable[Answer]]
    probe: Callable[[str], Awaitable[Identity]]
    find_tools: Callable[[str, int], list[dict[str, Any]]]
    connecting: ConnectDesk

    def channel(self, name: str) -> Channel:
        """The channel of this platform, label or id. Raises NotFound and AmbiguousAccount."""
        found = [c for c in self.channels if c.is_called(name)]
        if not found:
            raise NotFound(
                f"No connected channel is called '{name[:80]}'. Use a platform, label or id of "
                "hermes_list_connections.",
                details={"argument": "channel"},
            )
        if len(found) > 1:
            raise AmbiguousAccount(
                "Several accounts fit; say which by its label or id.",
                details={
                    "accounts": [c.account for c in found],
                    "connections": [c.connection for c in found],
                },
            )
        return found[0]


def own_tool(
    *,
    name: str,
    title: str,
    description: str,
    params: type[Params],
    output: type[Output],
    handler: Callable[[OwnContext, Any], Awaitable[ToolResult]],
    hints: Hints,
    **more: Any,
) -> Tool:
    """A tool whose handler takes an `OwnContext`, which binding gives to every tool without a platform."""
    return Tool(
        name=name,
        title=title,
        description=description,
        params=params,
        output=output,
        handler=cast("Callable[[ToolContext, Any], Awaitable[ToolResult]]", handler),
        hints=hints,
        **more,
    )
