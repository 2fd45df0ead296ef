"""How a platform that does not push is watched."""

import dataclasses
from collections.abc import Awaitable, Callable, Sequence

from connectors.kit.context import ToolContext
from connectors.kit.webhook import InboundEvent


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a look found: the events, and the cursor the next look begins with (at most 64 kB).

    `has_more` asks for the next look at once instead of after the interval.
    """

    events: Sequence[InboundEvent]
    cursor: str
    has_more: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WatchSpec:
    """How new messages of an account are found by asking.

    `look(ctx, cursor)` asks once, within 30 s. The cursor is the connector's own and empty at the first look,
    which begins at the present or tells a short history, never everything there is. Events that were told
    before do no harm. It raises what a tool's handler raises; then the same cursor is used again, later, and
    after NeedsReauth only when the account was connected anew. `ctx.inbox` knows the conversations.
    `interval_s` is the shortest time between two looks that the platform bears; plans have longer ones.
    """

    look: Callable[[ToolContext, str], Awaitable[Sight]]
    interval_s: float = 30.0
