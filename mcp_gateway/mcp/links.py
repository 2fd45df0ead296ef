"""The way back to the client during a call (`connectors.kit.context.ClientLink`)."""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.kit.context import NoClient
from mcp_gateway.mcp import changes, wire
from mcp_gateway.mcp.exchange import Sink
from mcp_gateway.mcp.questions import MissingCapability, missing_capability

LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")
MESSAGE_LIMIT_CHARS = 1_000
LOG_LIMIT_BYTES = 8_192
NOTIFICATIONS_LIMIT = 1_000


class Link(NoClient):
    """What both eras share. `progress_token` is the client's, None where it did not ask for progress."""

    def __init__(
        self, sink: Sink, *, customer: str, capabilities: Mapping[str, Any], progress_token: str | int | None
    ) -> None:
        self._sink = sink
        self._customer = customer
        self._capabilities = capabilities
        self._progress_token = progress_token
        self._done: float | None = None
        self._told = 0

    @property
    def opens_pages(self) -> bool:
        """Whether the client declared elicitation in URL mode."""
        return not missing_capability(self._capabilities, "elicitation/create", {"mode": "url"})

    async def progress(self, done: float, total: float | None = None, message: str | None = None) -> None:
        """Tell how far the call is; `done` only ever grows, so what does not is left out."""
        if self._progress_token is None or (self._done is not None and done <= self._done):
            return
        self._done = done
        params: dict[str, Any] = {"progressToken": self._progress_token, "progress": done}
        if total is not None:
            params["total"] = total
        if message is not None:
            params["message"] = message[:MESSAGE_LIMIT_CHARS]
        await self._tell(wire.notification("notifications/progress", params))

    async def log(self, level: str, data: Any) -> None:
        """A log line, where the client wants lines of this level."""
        if level not in LEVELS or not await self._wants(level):
            return
        line = wire.notification("notifications/message", {"level": level, "logger": "hermes", "data": data})
        if len(line) <= LOG_LIMIT_BYTES:
            await self._tell(line)

    async def announce(self, *, lists: Sequence[str] = (), uri: str | None = None) -> None:
        """Tell every client of this customer that listens what changed."""
        await changes.announce(self._customer, lists=lists, uri=uri)

    def check_asked(self, requests: Mapping[str, Any]) -> None:
        """Raise MissingCapability for what the client did not declare."""
        missing: dict[str, Any] = {}
        for asked in requests.values():
            missing |= missing_capability(self._capabilities, asked["method"], asked.get("params") or {})
        if missing:
            raise MissingCapability(missing)

    async def _tell(self, message: bytes) -> None:
        # Daphne queues without bound for a client that does not read.
        self._told += 1
        if self._told <= NOTIFICATIONS_LIMIT:
            await self._sink.emit(message)

    async def _wants(self, level: str) -> bool:
        raise NotImplementedError


def is_at_least(level: str, floor: Any) -> bool:
    """Whether a log level reaches `floor`; an unknown floor is never reached."""
    return floor in LEVELS and LEVELS.index(level) >= LEVELS.index(floor)
