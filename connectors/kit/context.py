"""What a handler is given: closures of one call. No id, no ORM object, no settings."""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from connectors.kit.credentials import Credentials
from connectors.kit.secret import Secret
from hermes.core.errors import InvalidArgument
from hermes.core.http_types import HttpResponse, Part

__all__ = [
    "NO_CLIENT",
    "ClientLink",
    "Http",
    "HttpResponse",
    "InboxReader",
    "NoClient",
    "Part",
    "ToolContext",
]


class Http(Protocol):
    """Outbound HTTP behind the egress guard: no cookies, no redirects, no environment proxy, deadlines, caps.

    Raises `hermes.core.http_types.NotReached` when no byte of the request was accepted,
    `CutOff` when the platform may have received it and `ResponseTooLarge` beyond `limit_bytes`.
    """

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        bearer: Secret | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        parts: Sequence[Part] | None = None,
        content: bytes | None = None,
        deadline_s: float = 30.0,
        limit_bytes: int = 5_000_000,
    ) -> HttpResponse:
        """One exchange. At most one of json, form, parts and content."""
        ...


class InboxReader(Protocol):
    """The stored conversations of one connection.

    All answers are JSON-ready, in the shapes of `connectors.kit.conversations`; cursors are opaque
    and good for this connection only (else InvalidArgument).
    """

    async def conversations(
        self,
        *,
        unread: bool | None,
        window_open: bool | None,
        since: datetime | None,
        limit: int,
        cursor: str | None,
    ) -> dict[str, Any]:
        """A `ConversationPage`, newest first."""
        ...

    async def conversation(
        self, contact: str, *, before: str | None, limit: int, include_status: bool
    ) -> dict[str, Any]:
        """A `ConversationMessages` of a contact (platform id, phone or thread id); raises NotFound."""
        ...

    async def search(
        self,
        query: str,
        *,
        contact: str | None,
        since: datetime | None,
        until: datetime | None,
        direction: str | None,
        limit: int,
        cursor: str | None,
    ) -> dict[str, Any]:
        """A `MessagePage`."""
        ...

    async def message(self, upstream_id: str) -> dict[str, Any]:
        """One `StoredMessage` with its status timeline; raises NotFound."""
        ...

    async def window(self, contact: str) -> dict[str, Any]:
        """A `Window`; empty where nothing is known."""
        ...


class ClientLink(Protocol):
    """The agent's side of a call: progress, log lines, questions. Surfaces without it have `NO_CLIENT`."""

    async def progress(self, done: float, total: float | None = None, message: str | None = None) -> None:
        """Tell how far the call is; nothing happens where the client did not ask."""
        ...

    async def log(self, level: str, data: Any) -> None:
        """A log line for the client."""
        ...

    async def ask(self, requests: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ask the person or the client (elicitation, sampling, roots); keys are yours.

        Each request is `{"method": ..., "params": ...}`; the answer has the same keys. Where the client
        can only answer by calling again, this ends the call and the handler runs anew from its start:
        so ask before anything is done, and give the same question the same key.
        """
        ...


class NoClient:
    """A surface without a line back to the agent."""

    async def progress(self, done: float, total: float | None = None, message: str | None = None) -> None:
        """Nobody listens."""

    async def log(self, level: str, data: Any) -> None:
        """Nobody listens."""

    async def ask(self, requests: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG002  (the protocol's)
        """Refuse: there is nobody to ask."""
        raise InvalidArgument("This tool must ask its user something, which this way of calling cannot do.")


NO_CLIENT = NoClient()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ToolContext:
    """One call's context.

    `config` has the connector's settings by name. `call_token` is a stable 32-character token of
    this call (derived from the idempotency key where one was given) for platforms that deduplicate.
    `web` is for addresses that callers or third parties give: no credential, no host of the operator's.
    `dial` opens a guarded TLS socket (host, port). `blocking` runs a function in the bounded pool.
    """

    credentials: Callable[[], Credentials]
    http: Http
    web: Http
    config: Mapping[str, str]
    inbox: InboxReader
    now: Callable[[], datetime]
    call_token: str
    blocking: Callable[..., Awaitable[Any]]
    dial: Callable[[str, int], Awaitable[Any]]
    client: ClientLink = NO_CLIENT
    vault: Path | None = None
