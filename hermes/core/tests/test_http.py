"""What goes out and what comes in, by both clients against a real server on loopback."""

import gzip
import tracemalloc
from typing import Any

import pytest

from hermes.core.errors import InvalidArgument
from hermes.core.http_types import HttpResponse, Part, ResponseTooLarge
from hermes.core.tests.exchange import BOTH, Token, exchange, packed
from hermes.core.tests.internet import Server

pytestmark = BOTH


def test_an_answer_comes_with_lower_case_headers_and_its_json(kind: str) -> None:
    server = Server([packed(b'{"a": [1]}', b"X-One: 1", b"Vary: a", b"vary: b")])
    [answer] = exchange(
        kind, server, {"json": {"text": "é"}, "bearer": Token("t0k"), "headers": {"X-Two": "2"}}
    )
    assert isinstance(answer, HttpResponse)
    assert (answer.status, answer.json()) == (200, {"a": [1]})
    assert answer.headers == {"x-one": "1", "vary": "a, b", "content-length": "10"}
    [asked] = server.asked
    assert asked.line == "POST /x HTTP/1.1"
    assert asked.body == '{"text":"é"}'.encode()
    assert asked.headers["authorization"] == "Bearer t0k"
    assert asked.headers["x-two"] == "2"
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["host"] == server.base.removeprefix("http://")


def test_a_body_that_is_no_json_reads_as_none(kind: str) -> None:
    server = Server([packed(b"<html>"), packed(b"\xff"), packed(b"[" * 100_000), packed(b"")])
    assert [answer.json() for answer in exchange(kind, server, {}, {}, {}, {})] == [None] * 4


def test_forms_queries_and_multipart_go_out_as_platforms_read_them(kind: str) -> None:
    server = Server()
    part = Part(name="file", content=b"\x00\xff", filename='a"\r\nX: y.png', content_type="image/png")
    exchange(
        kind,
        server,
        {"form": {"a": "1 2", "b": "&"}, "params": {"q": "a b&c", "é": "/"}, "path": "/f%2Fg%7E?z=1"},
        {"parts": [part, Part(name="kind", content="ü")]},
        {"content": b"raw", "headers": {"content-type": "text/plain"}},
    )
    form, multipart, raw = server.asked
    assert form.line == "POST /f%2Fg%7E?z=1&q=a%20b%26c&%C3%A9=%2F HTTP/1.1"
    assert form.body == b"a=1+2&b=%26"
    boundary = multipart.headers["content-type"].partition("boundary=")[2].encode()
    assert multipart.body == (
        b"--" + boundary + b'\r\nContent-Disposition: form-data; name="file"; '
        b'filename="a%22%0D%0AX: y.png"\r\nContent-Type: image/png\r\n\r\n\x00\xff\r\n'
        b"--" + boundary + b'\r\nContent-Disposition: form-data; name="kind"\r\n\r\n\xc3\xbc\r\n'
        b"--" + boundary + b"--\r\n"
    )
    assert (raw.body, raw.headers["content-type"]) == (b"raw", "text/plain")


def test_a_large_body_goes_out_whole(kind: str) -> None:
    server = Server()
    content = bytes(range(256)) * 20_000
    exchange(kind, server, {"content": content})
    assert server.asked[0].body == content


def test_a_header_cannot_be_broken_out_of(kind: str) -> None:
    server = Server()
    answers = exchange(
        kind,
        server,
        {"bearer": Token("a\r\nX-Evil: 1")},
        {"headers": {"X-One": "a\nb"}},
        {"headers": {"X One": "1"}},
        {"headers": {"X-One": "\u2028"}},
        {"parts": [Part(name="f", content=b"", content_type="a/b\r\nX: y")]},
    )
    assert [type(answer) for answer in answers] == [InvalidArgument] * 5
    assert server.asked == []


@pytest.mark.parametrize("name", ["Host", "content-length", "TRANSFER-ENCODING", "cookie", "connection"])
def test_the_hosts_header_and_framing_are_the_clients_own(kind: str, name: str) -> None:
    with pytest.raises(ValueError, match="client's to set"):
        exchange(kind, Server(), {"headers": {name: "1"}})


def test_no_cookie_crosses_two_calls_and_no_token_is_kept(kind: str) -> None:
    """MC21: the client holds nothing of one tenant's call when it makes the next."""
    server = Server([packed(b"{}", b"Set-Cookie: session=acme; Path=/")])
    exchange(kind, server, {"bearer": Token("acme")}, {"bearer": Token("globex")}, {})
    tokens = [asked.headers.get("authorization") for asked in server.asked]
    assert tokens == ["Bearer acme", "Bearer globex", None]
    assert all("cookie" not in asked.headers for asked in server.asked)
    assert {asked.connection for asked in server.asked} == {0}


@pytest.mark.parametrize(
    "reply",
    [
        packed(b"a" * 1001),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + b"a" * 1001 + b"\r\n0\r\n\r\n",
        packed(gzip.compress(b"a" * 1001), b"Content-Encoding: gzip"),
        packed(gzip.compress(b"a" * 600) + gzip.compress(b"a" * 401), b"Content-Encoding: GZIP"),
    ],
    ids=["length", "chunked", "gzip", "two gzips"],
)
def test_an_answer_over_the_limit_is_refused(kind: str, reply: bytes) -> None:
    over, under = exchange(kind, Server([reply]), {"limit_bytes": 1000}, {"limit_bytes": 1001})
    assert isinstance(over, ResponseTooLarge)
    assert under.body == b"a" * 1001


def test_a_gzip_bomb_is_refused_before_it_unfolds(kind: str) -> None:
    bomb = gzip.compress(bytes(100_000_000))
    answers: list[Any] = []
    tracemalloc.start()
    answers = exchange(kind, Server([packed(bomb, b"Content-Encoding: gzip")]), {})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(answers[0], ResponseTooLarge)
    assert peak < 32_000_000
