"""Receivers on loopback that verify every delivery with the public library, and endpoints that lead there."""

import dataclasses
import uuid
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import web
from standardwebhooks import Webhook

from inbox.forwarding import turns
from inbox.forwarding.models import WebhookEndpoint
from tests.support.api import Api
from tests.support.upstream import Upstream, serve


@dataclasses.dataclass
class Receiver(Upstream):
    """Keeps what it was told, in `told`, after proof by each of its secrets; `script` answers first."""

    secrets: list[str] = dataclasses.field(default_factory=list)
    told: list[dict[str, Any]] = dataclasses.field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        [payload, *_] = [Webhook(secret).verify(body, dict(request.headers)) for secret in self.secrets]
        self.told.append(payload)
        return await super().handle(request)

    @property
    def types(self) -> list[str]:
        """What happened, in the order in which it was told."""
        return [payload["type"] for payload in self.told]

    @property
    def ids(self) -> list[str]:
        """The ids of the deliveries."""
        named = ({k.lower(): v for k, v in asked.headers.items()} for asked in self.asked)
        return [headers["webhook-id"] for headers in named]

    def forget(self) -> None:
        """Forget what was told."""
        self.told.clear()
        self.asked.clear()


@dataclasses.dataclass
class Hook:
    """An endpoint of a customer, made over REST, and the receiver behind it."""

    api: Api
    key: str
    id: str
    receiver: Receiver

    def request(self, method: str, path: str = "", body: Any = None) -> Any:
        """A request to a path below the endpoint; its JSON."""
        answer = self.api.request(method, f"/api/webhooks/{self.id}{path}", self.key, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    @property
    def info(self) -> Any:
        """The endpoint as its owner sees it."""
        return self.request("GET")["webhook"]

    @property
    def log(self) -> Any:
        """The deliveries, newest first."""
        return self.request("GET", "/deliveries")["deliveries"]


MakeReceiver = Callable[[], Receiver]
MakeHook = Callable[..., Hook]


@pytest.fixture
def make_receiver(api: Api, settings: Any) -> Iterator[MakeReceiver]:
    """A receiver on a port of its own, which the address guard lets through."""
    stack = AsyncExitStack()

    def make() -> Receiver:
        receiver = Receiver()
        api.run(stack.enter_async_context(serve(receiver)))
        settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, receiver.base.removeprefix("http://")]
        return receiver

    yield make
    api.run(stack.aclose())


@pytest.fixture
def make_hook(api: Api, make_receiver: MakeReceiver) -> MakeHook:
    """Have a customer's events forwarded to a new receiver: `make_hook(acme, events=[...])`."""

    def make(person: Any, *, mode: str = "live", **wanted: Any) -> Hook:
        receiver = make_receiver()
        key = person.live_key if mode == "live" else person.test_key
        given = {"url": f"{receiver.base}/hook/{uuid.uuid4().hex}", **wanted}
        made = api.post("/api/webhooks", key, given)
        assert made.status_code == 201, made.text
        receiver.secrets = [made.json()["secret"]]
        return Hook(api, key, made.json()["webhook"]["id"], receiver)

    return make


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """What a test leaves waiting is not sent in another."""
    yield
    WebhookEndpoint.objects.unscoped().update(enabled=False)


@pytest.fixture
def hook(acme: Any, make_hook: MakeHook) -> Hook:
    """acme is told everything of its live accounts."""
    return make_hook(acme)


def forward() -> None:
    """Let a worker send what is due."""
    assert turns.drain(30)
