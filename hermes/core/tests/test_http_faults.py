"""What the two clients say when an exchange breaks, and what they leave behind."""

import asyncio
import gzip
import socket
import traceback
from typing import Any

import pytest

from hermes.core.http_types import CutOff, NotReached
from hermes.core.tests.exchange import BOTH, Client, Token, exchange, opened, packed
from hermes.core.tests.internet import OK, Server, cut, serve

pytestmark = BOTH


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_cut_connection_may_have_been_received_and_is_not_repeated(kind: str, method: str) -> None:
    server = Server([cut])
    [error] = exchange(kind, server, {"json": {"text": "hi"}}, method=method)
    assert isinstance(error, CutOff)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        packed(gzip.compress(b"{}" * 50)[:-9], b"Content-Encoding: gzip"),
        packed(b"no gzip", b"Content-Encoding: gzip"),
    ],
    ids=["short", "rubbish", "endless headers", "bad chunk", "half a gzip", "no gzip"],
)
def test_an_answer_that_breaks_off_is_a_cut(kind: str, reply: bytes) -> None:
    async def once(writer: asyncio.StreamWriter) -> None:
        writer.write(reply)
        await writer.drain()
        writer.close()

    server = Server([once])
    [error] = exchange(kind, server, {})
    assert isinstance(error, CutOff)
    assert len(server.asked) == 1


def test_a_refused_connection_was_not_reached(kind: str) -> None:
    async def scenario() -> Any:
        async with serve(Server()) as gone:
            pass
        async with opened(kind, bases={gone.base}) as client:
            return await client.request("POST", gone.base)

    assert isinstance(asyncio.run(scenario()), NotReached)


async def _drip_body(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    await _drip_header(writer)


async def _drip_header(writer: asyncio.StreamWriter) -> None:
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def _silence(_writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("reply", [_drip_body, _drip_header, _silence])
def test_a_slow_answer_ends_at_the_deadline_and_frees_its_place(kind: str, reply: Any) -> None:
    """SS09"""

    async def scenario() -> tuple[Any, float, int]:
        loop = asyncio.get_running_loop()
        server = Server([reply])
        async with serve(server), opened(kind, bases={server.base}) as client:
            began = loop.time()
            error = await client.request("POST", server.base + "/", deadline_s=0.2)
            took = loop.time() - began
            while reply is not _silence and server.open_now and loop.time() < began + 5:
                await asyncio.sleep(0.01)
            return error, took, server.open_now if reply is not _silence else 0

    error, took, open_now = asyncio.run(scenario())
    assert isinstance(error, CutOff)
    assert took < 2
    assert open_now == 0


def test_a_connection_that_was_closed_while_idle_is_not_used_again(kind: str) -> None:
    async def answer_and_close(writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def scenario() -> list[Any]:
        server = Server([answer_and_close, OK])
        async with serve(server), opened(kind, bases={server.base}) as client:
            answers = [await client.request("POST", server.base + "/")]
            while server.open_now:
                await asyncio.sleep(0)
            for _ in range(5):
                await asyncio.sleep(0)
            answers.append(await client.request("POST", server.base + "/"))
            return [*(answer.status for answer in answers), *(asked.connection for asked in server.asked)]

    assert asyncio.run(scenario()) == [200, 200, 0, 1]


def test_a_reused_connection_that_dies_under_a_send_is_never_called_not_reached(kind: str) -> None:
    server = Server([OK, cut])
    first, second = exchange(kind, server, {}, {"json": {"text": "hi"}})
    assert first.status == 200
    assert isinstance(second, CutOff)
    assert [asked.connection for asked in server.asked] == [0, 0]


def test_an_error_tells_neither_address_nor_token(kind: str) -> None:
    """M-17: what a library says about a failed request has the whole URL in it."""
    secret = "/bot123456:" + "SECRET"

    async def scenario() -> list[Any]:
        async with serve(Server()) as gone:
            pass
        async with serve(Server([cut])) as cutting, opened(kind, bases={gone.base, cutting.base}) as client:
            return [
                await client.request("POST", f"{server.base}{secret}/send", bearer=Token(secret))
                for server in (gone, cutting)
            ]

    errors = asyncio.run(scenario())
    assert [type(error) for error in errors] == [NotReached, CutOff]
    for error in errors:
        assert error.__context__ is None
        said = repr(error) + str(error) + "".join(traceback.format_exception(error))
        assert secret not in said
        assert "127.0.0.1" not in said


def test_each_event_loop_has_connections_of_its_own_and_closes_them(kind: str) -> None:
    server = Server()

    async def scenario(client: Client) -> int:
        async with serve(server):
            answer = await client.request("GET", f"http://127.0.0.1:{server.port}/")
            await client.aclose()
            return int(answer.status)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server.port = free.getsockname()[1]
    client = Client(kind, bases={server.base})
    assert [asyncio.run(scenario(client)), asyncio.run(scenario(client))] == [200, 200]
    assert [asked.connection for asked in server.asked] == [0, 1]
