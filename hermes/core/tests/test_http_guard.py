"""Where the two clients go and where they do not, in the tests' small internet."""

import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from hermes.core import egress, http_sync
from hermes.core.http_types import HttpResponse, NotReached
from hermes.core.tests.exchange import BOTH, PUBLIC, Token, exchange, opened, packed
from hermes.core.tests.internet import Internet, Server, authority, serve

pytestmark = BOTH
Run = Callable[[Internet, Coroutine[Any, Any, Any]], Any]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a scenario in an internet, for code on the loop and for code in threads."""

    def run(internet: Internet, scenario: Coroutine[Any, Any, Any]) -> Any:
        real_lookup = socket.getaddrinfo
        real_connect = socket.socket.connect

        def lookup(host: str, port: int, *args: Any, **options: Any) -> Any:
            if egress.is_literal(host):
                return real_lookup(host, port, *args, **options)
            return [entry for a in internet.answer(host) for entry in real_lookup(a, port, *args, **options)]

        def connect(sock: socket.socket, address: tuple[str, int]) -> None:
            internet.connects.append(address)
            real_connect(sock, internet.routes.get(address, address))

        with monkeypatch.context() as patch:
            patch.setattr(http_sync._Timed, "connect", connect, raising=False)
            patch.setattr(socket, "getaddrinfo", lookup)
            return internet.run(scenario)

    return run


async def reach(kind: str, url: str, **options: Any) -> Any:
    async with opened(kind) as client:
        return await client.request("POST", url, **options)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_",
        "https://a.example",
        "/y",
    ],
)
def test_a_redirect_is_an_answer_like_any_other(kind: str, status: int, location: str) -> None:
    """SS05"""
    server = Server([f"HTTP/1.1 {status} R\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()])
    [answer] = exchange(kind, server, {"bearer": Token("t")}, method="GET")
    assert (answer.status, answer.headers["location"]) == (status, location)
    assert len(server.asked) == 1


def test_one_look_up_and_the_connection_goes_to_its_answer(kind: str, run: Run, tmp_path: Path) -> None:
    """SS04"""
    known = authority(tmp_path, "api.example")
    internet = Internet(names={"api.example": [[PUBLIC], ["127.0.0.1"]]})
    server = Server([packed(b"{}", b"Connection: close")])

    async def scenario() -> list[Any]:
        async with serve(server, known.server), opened(kind, tls=known.client) as client:
            internet.routes[(PUBLIC, 443)] = ("127.0.0.1", server.port)
            return [await client.request("GET", f"https://api.example/{n}") for n in "ab"]

    first, second = run(internet, scenario())
    assert first.status == 200
    assert isinstance(second, NotReached)
    assert internet.lookups == ["api.example", "api.example"]
    assert internet.connects == [(PUBLIC, 443)]
    assert server.server_names == ["api.example"]
    assert [asked.headers["host"] for asked in server.asked] == ["api.example"]


def test_a_server_that_cannot_prove_its_name_gets_nothing(kind: str, run: Run, tmp_path: Path) -> None:
    known = authority(tmp_path, "api.example")
    internet = Internet(names={"other.example": [[PUBLIC]], "api.example": [[PUBLIC]]})
    server = Server()

    async def scenario() -> list[Any]:
        async with (
            serve(server, known.server),
            opened(kind, tls=known.client) as trusting,
            opened(kind) as plain,
        ):
            internet.routes[(PUBLIC, 443)] = ("127.0.0.1", server.port)
            return [
                await trusting.request("POST", "https://other.example/", bearer=Token("t")),
                await plain.request("POST", "https://api.example/", bearer=Token("t")),
            ]

    assert [type(answer) for answer in run(internet, scenario())] == [NotReached, NotReached]
    assert len(internet.connects) == 2
    assert server.asked == []


@pytest.mark.parametrize(
    "answer", [[PUBLIC, "127.0.0.1"], ["10.1.1.1"], ["::1"], [PUBLIC, "64:ff9b::7f00:1"]]
)
def test_a_name_with_one_inner_address_is_refused_whole(kind: str, run: Run, answer: list[str]) -> None:
    """SS03"""
    internet = Internet(names={"api.example": [answer]})
    assert isinstance(run(internet, reach(kind, "https://api.example/")), NotReached)
    assert internet.connects == []


def test_the_operators_base_may_be_an_inner_name(kind: str, run: Run) -> None:
    internet = Internet(names={"graph.inner": [["127.0.0.1"]]})
    server = Server()

    async def scenario() -> Any:
        async with serve(server):
            base = f"http://graph.inner:{server.port}/v1"
            async with opened(kind, bases={base}) as client:
                return await client.request("GET", f"{base}/me")

    answer = run(internet, scenario())
    assert isinstance(answer, HttpResponse)
    assert answer.status == 200


def test_blocked_closed_filtered_and_unknown_read_the_same(kind: str, run: Run) -> None:
    """SS11"""
    internet = Internet(
        names={
            "inner.example": [["127.0.0.1"]],
            "closed.example": [[PUBLIC]],
            "silent.example": [["1.1.1.1"]],
        }
    )

    async def scenario() -> list[Any]:
        hosts = ("inner.example", "closed.example", "unknown.example", "silent.example", "127.0.0.1")
        async with serve(Server()) as closed:
            internet.routes[(PUBLIC, 443)] = ("127.0.0.1", closed.port)
        async with serve(Server()) as silent, opened(kind) as client:
            internet.routes[("1.1.1.1", 443)] = ("127.0.0.1", silent.port)
            return [await client.request("GET", f"https://{host}/", deadline_s=0.3) for host in hosts]

    errors = run(internet, scenario())
    assert [type(error) for error in errors] == [NotReached] * 5
    assert len({str(error) for error in errors}) == 1
    assert ("127.0.0.1", 443) not in internet.connects


def test_nothing_of_the_environment_is_followed(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """SS12"""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password netrc-secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    server = Server()
    [answer] = exchange(kind, server, {})
    assert answer.status == 200
    assert "authorization" not in server.asked[0].headers


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_an_authority_named_by_the_environment_is_not_trusted(
    kind: str, variable: str, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """SS12"""
    known = authority(tmp_path, "api.example")
    bundle = tmp_path / "ca.pem"
    bundle.write_text(known.pem)
    monkeypatch.setenv(variable, str(bundle))
    internet = Internet(names={"api.example": [[PUBLIC]]})

    async def scenario() -> Any:
        async with serve(Server(), known.server) as server:
            internet.routes[(PUBLIC, 443)] = ("127.0.0.1", server.port)
            return await reach(kind, "https://api.example/")

    assert isinstance(run(internet, scenario()), NotReached)
