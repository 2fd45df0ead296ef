"""What a handler is given: closures of one call. No id, no ORM object, no settings."""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import datetime
from typing import Any, NoReturn, Protocol, Unpack, cast

from connectors.kit.credentials import Credentials
from connectors.kit.patience import Patience
from connectors.kit.vaults import VaultSpace
from hermes.core.errors import InvalidArgument
from hermes.core.http_types import HttpResponse, Part, RequestOptions

__all__ = [
    "NO_CLIENT",
    "ClientLink",
    "FileLink",
    "Files",
    "Http",
    "HttpResponse",
    "InboxReader",
    "NoClient",
    "Part",
    "ToolContext",
    "proceed",
]


class Http(Protocol):
    """Outbound HTTP behind the egress guard: no cookies, no redirects, no environment proxy, deadlines, caps.

    Raises `hermes.core.http_types.NotReached` when no byte of the request was accepted,
    `CutOff` when the platform may have received it and `ResponseTooLarge` beyond `limit_bytes`.
    """

    async def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> HttpResponse:
        """One exchange."""
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

    async def wait(self, *, contact: str | None, cursor: str | None, timeout_s: float) -> dict[str, Any]:
        """An `Arrivals`: what arrives next, from one contact or any, as soon as there is something.

        After `cursor`, else from now on; at most 50 s. Raises InvalidArgument (the cursor) and RateLimited
        where too many calls wait.
        """
        ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FileLink:
    """A public address that serves one file to whoever has it, until `expires_at` (ISO 8601, UTC)."""

    url: str
    expires_at: str


class Files(Protocol):
    """Short-lived links to files, served by Hermes; none of them holds a credential."""

    def link(self, media: Mapping[str, Any]) -> FileLink:
        """A link to a file at the platform, fetched by `Connector.fetch_media` when somebody opens it.

        `media` is what that takes; its mime_type and filename are shown to the browser.
        """
        ...

    async def hand_over(self, content: bytes, mime_type: str) -> FileLink:
        """Keep a file for a platform that fetches what it is to publish. Raises TooLarge beyond 32 MiB."""
        ...


class _NoFiles:
    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"there are no links to files outside of a tool call ({name})")


NO_FILES = cast("Files", _NoFiles())


class ClientLink(Protocol):
    """The agent's side of a call: progress, log lines, questions. Surfaces without it have `NO_CLIENT`."""

    @property
    def opens_pages(self) -> bool:
        """Whether `ask` can have the person open a page (elicitation in URL mode)."""
        ...

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

    @property
    def opens_pages(self) -> bool:
        """No."""
        return False

    async def progress(self, done: float, total: float | None = None, message: str | None = None) -> None:
        """Nobody listens."""

    async def log(self, level: str, data: Any) -> None:
        """Nobody listens."""

    async def ask(self, requests: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG002  (the protocol's)
        """Refuse: there is nobody to ask."""
        raise InvalidArgument("This tool must ask its user something, which this way of calling cannot do.")


NO_CLIENT = NoClient()


async def not_renewed(*, is_refused: bool = False) -> bool:  # noqa: ARG001  (as every `renew`)
    """`ToolContext.renew` of an account whose credentials nobody but a person renews."""
    return False


def proceed(change: Mapping[str, Any]) -> None:
    """`ToolContext.before_change` of a call that is meant."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ToolContext:
    """One call's context.

    `config` has the connector's settings by name. `call_token` is a stable 32-character token of
    this call (derived from the idempotency key where one was given) for platforms that deduplicate.
    `web` is for addresses that callers or third parties give: no credential, no host of the operator's.
    `dial` opens a guarded stream to a mail server (host, port), as `hermes.core.egress.dial` does.
    `blocking` runs a function in a bounded pool of threads, a few at once for each connection.
    `before_change` is called, from any thread, right before the first change that is not made by `http`
    (a file is written, a command sent), with a JSON-ready description of it: a dry run ends there.
    `renew(is_refused=…)` brings the credentials up to date and says whether `credentials()` are others now:
    an access token that is about to end, or one that the platform has just refused, is renewed where Hermes
    can. `http` does so by itself; it is for platforms that are not HTTP. It raises NeedsReauth where there is
    no way but a person's.
    `memory` is what this process remembers of the account between calls (limits it has met, not more): it
    may be empty at any time, and no other account sees it. `http` heeds the account's `patience` by itself;
    whoever dials asks and teaches it.
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
    files: Files = NO_FILES
    before_change: Callable[[Mapping[str, Any]], None] = proceed
    vault: VaultSpace | None = None
    renew: Callable[..., Awaitable[bool]] = not_renewed
    memory: MutableMapping[str, Any] = dataclasses.field(default_factory=dict)
    patience: Patience = dataclasses.field(default_factory=Patience)
