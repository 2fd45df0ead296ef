"""A tool call as every surface hands it to the executor, and what comes back."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.kit.context import NO_CLIENT, ClientLink
from tenants.principals import Principal


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks: the principal behind the credential, by which surface and client, from where.

    `credential` is what was presented and its digest, kept to look the principal up again; None where
    the call does not come with one (an approval, a schedule).
    """

    principal: Principal
    surface: str
    client: str = ""
    address: str = ""
    credential: tuple[str, bytes] | None = dataclasses.field(default=None, repr=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """What is asked. `arguments` are as the client sent them, the executor's own included."""

    tool: str
    arguments: Mapping[str, Any]
    idempotency_key: str | None = None
    link: ClientLink = NO_CLIENT


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the caller gets: `data` and `meta` are JSON-ready, `content` are further MCP blocks."""

    data: Mapping[str, Any]
    meta: Mapping[str, Any]
    content: Sequence[Mapping[str, Any]] = ()
