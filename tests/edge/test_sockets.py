"""Malformed HTTP over bare sockets, on both servers: it is refused, and no second request slips through."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SERVERS = {
    "uvicorn": ["-m", "uvicorn", "hermes.asgi:application", "--log-level", "warning", "--port"],
    "daphne": ["-m", "hermes.local.web", "-v", "0", "hermes.asgi:application", "-p"],
}
SMUGGLED = b"GET /healthz?smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
OK = b"HTTP/1.1 200"


class Raw:
    """A server as a process of its own, spoken to in bytes."""

    def __init__(self, name: str, log: Path) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port: int = found.getsockname()[1]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, *SERVERS[name], str(self.port)],
                env={**os.environ, "HERMES_ENV": "test"},
                stdout=output,
                stderr=output,
            )
        deadline = time.monotonic() + 40
        while not self.say(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"):
            assert time.monotonic() < deadline, log.read_text()
            assert self.process.poll() is None, log.read_text()

    def say(self, words: bytes) -> bytes:
        """What it answers until it hangs up or is quiet."""
        answer = b""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5) as line:
            line.settimeout(1.5)
            line.sendall(words)
            while part := line.recv(65_536):
                answer += part
        return answer

    def end(self) -> None:
        self.process.kill()
        self.process.wait(10)


@pytest.fixture(scope="module", params=list(SERVERS))
def server(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Raw]:
    raw = Raw(request.param, tmp_path_factory.mktemp("edge") / "log")
    yield raw
    raw.end()


def post(*headers: bytes, body: bytes = b"") -> bytes:
    return b"\r\n".join([b"POST /api/tools/x HTTP/1.1", b"Host: localhost", *headers, b"", body])


@pytest.mark.parametrize(
    "words",
    [
        post(b"Content-Length: 6", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + SMUGGLED),
        post(b"Content-Length: 0", b"Content-Length: 55", body=SMUGGLED),
        post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n" + SMUGGLED),
        post(b"Content-Length: +5", body=b"hello" + SMUGGLED),
        post(b"Content-Length: -1", body=SMUGGLED),
        post(b"Content Length: 5", body=b"hello"),
    ],
    ids=[
        "both lengths",
        "two lengths",
        "unknown coding",
        "signed length",
        "negative length",
        "space in name",
    ],
)
def test_bd04_an_ambiguous_request_is_refused_and_nothing_behind_it_is_served(
    server: Raw, words: bytes
) -> None:
    answer = server.say(words)
    assert OK not in answer, answer
    assert not answer or answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 401", b"HTTP/1.1 501")), answer


@pytest.mark.parametrize(
    "words",
    [
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 17_000 + b"\r\n\r\n",
        b"GET /healthz?" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
        + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 100) for n in range(700))
        + b"\r\n",
    ],
    ids=["long header", "long address", "many headers"],
)
def test_bd05_a_request_head_beyond_measure_is_refused(server: Raw, words: bytes) -> None:
    assert OK not in server.say(words)


def test_after_all_that_it_still_serves(server: Raw) -> None:
    asked = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert server.say(asked).startswith(OK)
