"""Stand-ins for a tool's context, for connectors' tests."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from connectors.kit.connector import Connector
from connectors.kit.context import Http, HttpResponse, InboxReader, Part, ToolContext
from connectors.kit.credentials import Credentials
from connectors.kit.secret import Secret
from hermes.core.errors import NotFound
from hermes.core.http_types import NotReached

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CALL_TOKEN = "t" * 32


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One outbound request as it was asked for."""

    method: str
    url: str
    headers: Mapping[str, str]
    bearer: Secret | None
    params: Mapping[str, str]
    json: Any
    form: Mapping[str, str] | None
    parts: Sequence[Part] | None
    content: bytes | None
    limit_bytes: int

    @property
    def changes_something(self) -> bool:
        """Whether the platform may act on it."""
        return self.method not in ("GET", "HEAD")


class FakeHttp:
    """`Http` that records each request and answers by `answer`, which may raise."""

    def __init__(self, answer: Callable[[Request], HttpResponse]) -> None:
        self.answer = answer
        self.requests: list[Request] = []

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
        deadline_s: float = 30.0,  # noqa: ARG002  (the protocol's; a fake is instant)
        limit_bytes: int = 5_000_000,
    ) -> HttpResponse:
        """Record and answer."""
        asked = Request(
            method=method,
            url=url,
            headers=dict(headers or {}),
            bearer=bearer,
            params=dict(params or {}),
            json=json,
            form=form,
            parts=parts,
            content=content,
            limit_bytes=limit_bytes,
        )
        self.requests.append(asked)
        return self.answer(asked)


def answer(status: int = 200, body: Any = None, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """An answer with a JSON body, or with `body` as it is where it is bytes."""
    raw = body if isinstance(body, bytes) else b"" if body is None else msgspec.json.encode(body)
    return HttpResponse(status=status, headers=dict(headers or {}), body=raw)


@dataclasses.dataclass
class FakeInbox:
    """`InboxReader` over one stored conversation, or none; `open_` is what `window` says."""

    open_: bool | None = None
    messages: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    asked: list[Mapping[str, Any]] = dataclasses.field(default_factory=list)

    async def conversations(self, **asked: Any) -> dict[str, Any]:
        """Nothing is stored."""
        self.asked.append(asked)
        return {"conversations": []}

    async def conversation(self, contact: str, **asked: Any) -> dict[str, Any]:
        """All messages, whoever the contact is."""
        self.asked.append({"contact": contact, **asked})
        window = await self.window(contact)
        return {"contact": contact, "window": window, "messages": [dict(m) for m in self.messages.values()]}

    async def search(self, query: str, **asked: Any) -> dict[str, Any]:
        """All messages, whatever is sought."""
        self.asked.append({"query": query, **asked})
        return {"messages": [dict(m) for m in self.messages.values()]}

    async def message(self, upstream_id: str) -> dict[str, Any]:
        """The message with this id; raises NotFound."""
        if upstream_id not in self.messages:
            raise NotFound("No such message is stored; check the id.")
        return dict(self.messages[upstream_id])

    async def window(self, contact: str) -> dict[str, Any]:  # noqa: ARG002  (the protocol's)
        """What `open_` says."""
        return {"open": self.open_, "closes_at": "2026-11-23T09:00:00Z" if self.open_ else None}


def context(
    connector: Connector,
    credentials: Credentials,
    http: Http,
    *,
    inbox: InboxReader | None = None,
    config: Mapping[str, str] | None = None,
) -> ToolContext:
    """A context of one call, with the connector's default settings unless `config` says otherwise."""
    return ToolContext(
        credentials=lambda: credentials,
        http=http,
        web=http,
        config={s.name: s.default for s in connector.settings} | dict(config or {}),
        inbox=inbox or FakeInbox(),
        now=lambda: NOW,
        call_token=CALL_TOKEN,
        blocking=_run_here,
        dial=_unreachable,
    )


async def _run_here(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return function(*args, **kwargs)


async def _unreachable(host: str, port: int) -> Any:  # noqa: ARG001  (as the guard's)
    raise NotReached
