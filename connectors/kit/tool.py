"""A tool: its parameters, its result and the function that runs it."""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from connectors.kit.context import ToolContext


@dataclasses.dataclass(frozen=True, slots=True)
class Hints:
    """MCP tool annotations (2026-07-28, tools): what a client may assume of a call."""

    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool = True


# SEND: others see it at once. CREATE: nobody else does, or it only adds. A client asks its user by these.
READ = Hints(read_only=True, destructive=False, idempotent=True)
SEND = Hints(read_only=False, destructive=True, idempotent=False)
CREATE = Hints(read_only=False, destructive=False, idempotent=False)
UPDATE = Hints(read_only=False, destructive=False, idempotent=True)
DELETE = Hints(read_only=False, destructive=True, idempotent=True)


class Params(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of a tool's parameters; constraints and descriptions by `Annotated[..., msgspec.Meta(...)]`."""


class NoParams(Params, frozen=True):
    """Of a tool that takes nothing."""


class Output(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """Base of a tool's structured result."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """What a send put on the platform; the executor files it in the inbox when it closes the call."""

    contact: str
    upstream_id: str
    kind: str
    text: str = ""
    contact_name: str = ""
    reply_to: str = ""
    media: Mapping[str, Any] | None = None
    at: datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """`data` fits the tool's output schema. `content` are further MCP content blocks, in wire form.

    `read_up_to` is the platform id of a message that was marked read there, with all before it in its thread.
    """

    data: Mapping[str, Any] | msgspec.Struct
    upstream_id: str | None = None
    sent: Sequence[SentMessage] = ()
    content: Sequence[Mapping[str, Any]] = ()
    read_up_to: str | None = None


Handler = Callable[[ToolContext, Any], Awaitable[ToolResult]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool, the same for every surface.

    `params` declares the arguments (a `Params` subclass) or is a JSON Schema of 2020-12 for
    tools whose arguments are no fixed structure; the handler then gets a plain dict.
    `redact` names arguments whose text is kept out of the audit trail (length and digest stay).
    `detailed_only` names result members that `detail=concise` leaves out at any depth.
    `relays`: its arguments name another tool, and a call of it is a call of that one: that one's scope, key,
    dry run and units count.
    `units` are charged when a call completes. `example` are the arguments of one typical call, for
    the documentation, the OpenAPI description and the contract tests.
    """

    name: str
    title: str
    description: str
    params: type[Params] | Mapping[str, Any]
    output: type[Output] | Mapping[str, Any] | None
    handler: Handler
    hints: Hints
    core: bool = False
    units: int = 1
    redact: frozenset[str] = frozenset()
    detailed_only: frozenset[str] = frozenset()
    example: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    relays: bool = False

    @property
    def scope(self) -> str:
        """The scope a caller needs."""
        return "tools:read" if self.hints.read_only or self.relays else "tools:write"

    @property
    def takes_key(self) -> bool:
        """Whether the tool writes, so that `idempotency_key` and `dry_run` apply."""
        return not self.hints.read_only and not self.relays
