"""Stand-ins for a tool's context, for connectors' tests."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Unpack

import msgspec

from connectors.kit.connector import Connector
from connectors.kit.context import FileLink, Http, HttpResponse, InboxReader, Part, ToolContext, proceed
from connectors.kit.credentials import Credentials
from connectors.kit.patience import Patience, PatientHttp
from connectors.kit.vaults import VaultSpace
from hermes.core.errors import NotFound
from hermes.core.http_types import NotReached, RequestOptions, Revealing

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CALL_TOKEN = "t" * 32


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One outbound request as it was asked for."""

    method: str
    url: str
    headers: Mapping[str, str]
    bearer: Revealing | None
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

    async def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> HttpResponse:
        """Record and answer."""
        asked = Request(
            method=method,
            url=url,
            headers=dict(options.get("headers") or {}),
            bearer=options.get("bearer"),
            params=dict(options.get("params") or {}),
            json=options.get("json"),
            form=options.get("form"),
            parts=options.get("parts"),
            content=options.get("content"),
            limit_bytes=options.get("limit_bytes", 5_000_000),
        )
        self.requests.append(asked)
        return self.answer(asked)


def answer(status: int = 200, body: Any = None, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """An answer with a JSON body, or with `body` as it is where it is bytes."""
    raw = body if isinstance(body, bytes) else b"" if body is None else msgspec.json.encode(body)
    return HttpResponse(status=status, headers=dict(headers or {}), body=raw)


class FakeFiles:
    """`Files` whose links lead nowhere; `handed` is what was handed over."""

    def __init__(self) -> None:
        self.handed: list[tuple[bytes, str]] = []

    def link(self, media: Mapping[str, Any]) -> FileLink:
        """A link that names the media's id."""
        return FileLink(url=f"https://hermes.example/media/{media['id']}", expires_at="2026-11-22T10:15:00Z")

    async def hand_over(self, content: bytes, mime_type: str) -> FileLink:
        """A link to the next file."""
        self.handed.append((content, mime_type))
        return self.link({"id": f"handed-{len(self.handed)}"})


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

    async def wait(self, **asked: Any) -> dict[str, Any]:
        """All messages, at once."""
        self.asked.append(asked)
        messages = [dict(m) for m in self.messages.values()]
        return {"messages": messages, "cursor": "next", "timed_out": not messages}


def context(
    connector: Connector,
    credentials: Credentials,
    http: Http,
    *,
    inbox: InboxReader | None = None,
    config: Mapping[str, str] | None = None,
    vault: VaultSpace | None = None,
    before_change: Callable[[Mapping[str, Any]], None] | None = None,
    patience: Patience | None = None,
) -> ToolContext:
    """A context of one call, with the connector's default settings unless `config` says otherwise.

    Calls that share a `patience` are one account's.
    """
    patience = patience or Patience(connector.slug)
    return ToolContext(
        credentials=lambda: credentials,
        http=PatientHttp(http, patience, connector.silence_s),
        web=http,
        config={s.name: s.default for s in connector.settings} | dict(config or {}),
        inbox=inbox or FakeInbox(),
        now=lambda: NOW,
        call_token=CALL_TOKEN,
        blocking=_run_here,
        dial=_unreachable,
        files=FakeFiles(),
        vault=vault,
        before_change=before_change or proceed,
        patience=patience,
    )


async def _run_here(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return function(*args, **kwargs)


async def _unreachable(host: str, port: int) -> Any:  # noqa: ARG001  (as the guard's)
    raise NotReached
