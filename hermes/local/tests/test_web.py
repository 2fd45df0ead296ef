"""The limits of the local web server, spoken to over bare sockets."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

MIB = 1024 * 1024


class Server:
    """The bounded server as a process of its own."""

    def __init__(self) -> None:
        with socket.socket() as trial:
            trial.bind(("127.0.0.1", 0))
            self.port: int = trial.getsockname()[1]
        module = "hermes.local.tests.short_web"
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, "-b", "127.0.0.1", "-p", str(self.port), f"{module}:application"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        wait_until(self.is_up)

    def is_up(self) -> bool:
        with contextlib.suppress(OSError), self.connect():
            return True
        return False

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def memory_bytes(self) -> int:
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def end(self) -> str:
        self.process.terminate()
        return self.process.communicate(timeout=20)[0].decode()


def wait_until(done: Callable[[], bool], deadline_s: float = 20) -> None:
    end = time.monotonic() + deadline_s
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.end()


def said_until_closed(connection: socket.socket) -> bytes:
    said = b""
    with contextlib.suppress(ConnectionError):
        while chunk := connection.recv(65536):
            said += chunk
    return said


def was_taken(connection: socket.socket, pieces: list[bytes], pause_s: float = 0) -> bool:
    """Whether the server let us send all of it."""
    try:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause_s)
    except ConnectionError:
        return False
    return True


def test_body_within_the_limit_reaches_the_application(server: Server) -> None:
    with server.connect() as c:
        c.sendall(
            b"POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
            % (4 * MIB)
        )
        c.sendall(b"x" * (4 * MIB))
        assert b"\r\n%d\r\n" % (4 * MIB) in said_until_closed(c)


@pytest.mark.parametrize("declared", [5 * MIB, 200 * MIB])
def test_declared_length_beyond_the_limit_is_refused_before_the_body(server: Server, declared: int) -> None:
    """BD03."""
    with server.connect() as c:
        c.sendall(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n" % declared)
        assert said_until_closed(c).startswith(b"HTTP/1.1 413 ")


def test_chunked_body_beyond_the_limit_is_cut_and_not_kept(server: Server) -> None:
    """BD03: 200 MB in chunks."""
    before = server.memory_bytes()
    chunk = b"%x\r\n%b\r\n" % (MIB, b"x" * MIB)
    with server.connect() as c:
        c.sendall(b"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n")
        assert not was_taken(c, [chunk] * 200)
    assert server.memory_bytes() - before < 32 * MIB


@pytest.mark.parametrize(
    "start",
    [
        b"P",
        b"POST / HTTP/1.1\r\nhost: loc",
        b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 500\r\n\r\n",
    ],
    ids=["request line", "header", "body"],
)
def test_request_that_drips_is_cut_at_the_deadline(server: Server, start: bytes) -> None:
    """BD07: every byte comes in time, the request as a whole does not."""
    begun = time.monotonic()
    with server.connect() as c:
        c.sendall(start)
        assert not was_taken(c, [b"a"] * 100, pause_s=0.1)
    assert time.monotonic() - begun < 5


def test_next_request_on_a_kept_connection_has_a_deadline_of_its_own(server: Server) -> None:
    with server.connect() as c:
        for pause in (0.0, 0.7, 0.7):
            time.sleep(pause)
            c.sendall(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\na")
            time.sleep(0.4)
            c.sendall(b"b")
            assert c.recv(65536).startswith(b"HTTP/1.1 200")


def test_query_strings_stay_out_of_the_access_log() -> None:
    """AU10."""
    own = Server()
    with own.connect() as c:
        c.sendall(
            b"GET /path?api_key=in-the-address HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        )
        said_until_closed(c)
    log = own.end()
    assert "/path" in log
    assert "in-the-address" not in log
