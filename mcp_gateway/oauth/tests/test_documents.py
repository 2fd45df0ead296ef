"""Clients that are a document at their own address: fetched by the guarded way out, never told (OA11, SS)."""

import asyncio
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from hermes.core import egress, http_sync
from hermes.core.http_sync import SyncHttpClient
from hermes.core.tests.internet import Internet, Server, authority, serve
from mcp_gateway.oauth import documents
from mcp_gateway.oauth.tests.flow import Flow, answered
from mcp_gateway.oauth.tests.published import DOCUMENTS, REDIRECTS
from tests.support.api import Api

PUBLIC = "93.184.215.14"
HOSTS = ("claude.ai", "chatgpt.com", "opencode.ai", "agent.example")
AT = "https://agent.example/client.json"


def answer(document: Any, head: str = "Content-Type: application/json", status: str = "200 OK") -> bytes:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return f"HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.fixture
def web(api: Api, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that answers for the hosts of the published documents, over TLS that Hermes trusts."""
    known, server, stack = authority(tmp_path, *HOSTS), Server(), AsyncExitStack()
    api.run(stack.enter_async_context(serve(server, known.server)))
    internet = Internet(names={host: [[PUBLIC]] for host in HOSTS})
    real_lookup, real_connect = socket.getaddrinfo, socket.socket.connect

    def lookup(host: str, port: int, *args: Any, **options: Any) -> Any:
        if egress.is_literal(host):
            return real_lookup(host, port, *args, **options)
        return [entry for a in internet.answer(host) for entry in real_lookup(a, port, *args, **options)]

    def connect(sock: socket.socket, address: tuple[str, int]) -> None:
        real_connect(sock, ("127.0.0.1", server.port) if address == (PUBLIC, 443) else address)

    monkeypatch.setattr(http_sync._Timed, "connect", connect, raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    client = SyncHttpClient(bases=(), tls=known.client)
    monkeypatch.setattr(documents, "client", lambda: client)
    yield server
    client.close()
    api.run(stack.aclose())


def document(**over: Any) -> dict[str, Any]:
    own = {"client_id": AT, "client_name": "Agent", "redirect_uris": ["https://agent.example/callback"]}
    return {**own, "token_endpoint_auth_method": "none", **over}


def ask(flow: Flow, at: str = AT, redirect: str = "https://agent.example/callback") -> Any:
    flow.client = {"client_id": at}
    return flow.ask(redirect_uri=redirect)


@pytest.fixture(autouse=True)
def _nothing_known() -> None:
    forget_clients()


def forget_clients() -> None:
    from mcp_gateway.oauth.models import OAuthClient
    from tests.support.cache import forget_cached

    forget_cached()
    OAuthClient.objects.filter(registration_source="cimd").delete()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_published_documents_are_carried_to_a_token(web: Server, flow: Flow, name: str) -> None:
    published, redirect = DOCUMENTS[name], REDIRECTS[name]
    web.replies = [answer(published)]
    page = ask(flow, published["client_id"], redirect)
    assert page.status_code == 200, page.text
    assert published["client_name"] in page.text
    code = answered(flow.decide(page))["code"]
    assert flow.redeem(code, redirect_uri=redirect).status_code == 200
    for near in ("https://claude.evil.example/api/mcp/auth_callback", f"{redirect}?x=1", f"{redirect}/x"):
        assert ask(flow, published["client_id"], near).status_code == 400, near
    assert len(web.asked) == 1


def test_the_page_says_by_which_address_a_client_is_known(web: Server, flow: Flow) -> None:
    web.replies = [answer(DOCUMENTS["ChatGPT"])]
    page = ask(flow, DOCUMENTS["ChatGPT"]["client_id"], REDIRECTS["ChatGPT"])
    assert "chatgpt.com" in page.text


FLAWED: dict[str, bytes | Callable[[], bytes]] = {
    "another's client_id": answer(document(client_id="https://claude.ai/oauth/mcp-oauth-client-metadata")),
    "no client_id": answer({"redirect_uris": ["https://agent.example/callback"]}),
    "a redirect": answer(b"", "Location: https://claude.ai/x", "302 Found"),
    "not found": answer(document(), status="404 Not Found"),
    "not JSON": answer(document(), "Content-Type: text/html"),
    "a list": answer([document()]),
    "broken": answer(b'{"client_id": '),
    "too large": answer(document(padding="x" * 20_000)),
    "a secret inside": answer(document(client_secret="s")),
    "a way of proof by secret": answer(document(token_endpoint_auth_method="client_secret_basic")),
    "signed proof only": answer(document(token_endpoint_auth_method="private_key_jwt")),
    "no redirects": answer(document(redirect_uris=[])),
    "http redirect": answer(document(redirect_uris=["http://agent.example/callback"])),
    "script redirect": answer(document(redirect_uris=["javascript:alert(1)"])),
    "a name that turns": answer(document(client_name="a\u202eb")),
    "canary": answer(b"canary-of-an-inner-service", "Content-Type: text/plain"),
}


def test_oa11_a_flawed_document_is_an_unknown_client_and_nothing_of_it_is_told(
    web: Server, flow: Flow
) -> None:
    for number, (name, flawed) in enumerate(FLAWED.items()):
        web.replies = [flawed]  # type: ignore[list-item]
        refused = ask(flow, AT if name != "canary" else f"{AT}?{number}")
        forget_clients()
        assert refused.status_code == 400, name
        assert "location" not in refused.headers
        assert "canary" not in refused.text


def test_oa11_what_failed_is_not_asked_again_at_once(web: Server, flow: Flow) -> None:
    web.replies = [answer(b"", status="500 Internal Server Error")]
    assert ask(flow).status_code == ask(flow).status_code == 400
    assert len(web.asked) == 1


def test_oa11_a_server_that_drips_is_left_within_five_seconds(
    web: Server, flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n")
        for _ in range(600):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.1)

    monkeypatch.setattr(documents, "DEADLINE_S", 0.5)
    web.replies = [drip]
    began = time.monotonic()
    assert ask(flow).status_code == 400
    assert time.monotonic() - began < 5


INNER = [
    "https://127.0.0.1/client.json",
    "https://[::1]/client.json",
    "https://169.254.169.254/latest/meta-data",
    "https://10.0.0.1/client.json",
    "https://localhost/client.json",
    "https://2130706433/client.json",
    "https://agent.example:8443/client.json",
    "https://agent.example",
    "https://agent.example/",
    "https://user@agent.example/client.json",
    "https://agent.example/client.json#f",
    "https://agent.example/a/../client.json",
    "http://agent.example/client.json",
    "HTTP://agent.example/client.json",
    "ftp://agent.example/client.json",
]


def test_oa11_an_address_that_is_not_public_or_plain_is_never_asked(web: Server, flow: Flow) -> None:
    web.replies = [answer(document())]
    for at in INNER:
        assert ask(flow, at).status_code == 400, at
    assert not web.asked


def test_the_open_token_endpoint_fetches_nothing(web: Server, flow: Flow) -> None:
    web.replies = [answer(document())]
    flow.client = {"client_id": AT}
    assert flow.redeem("guess").json()["error"] in ("invalid_client", "invalid_grant")
    assert not web.asked
