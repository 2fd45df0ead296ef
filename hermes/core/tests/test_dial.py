import asyncio
from pathlib import Path

import pytest

from hermes.core import egress
from hermes.core.errors import InvalidArgument
from hermes.core.http_types import NotReached
from hermes.core.tests.internet import Internet, authority


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("127.0.0.1", 6379),
        ("127.0.0.1", 3306),
        ("127.0.0.1", 22),
        ("127.0.0.1", 5672),
        ("mail.example", 22),
        ("mail.example", 25),
        ("mail.example", 443),
        ("mail.example", 0),
        ("mail.example", -1),
    ],
)
def test_mail_goes_to_mail_ports_only(host: str, port: int) -> None:
    """SS07"""
    internet = Internet(names={"mail.example": [["93.184.215.14"]]})
    with pytest.raises(InvalidArgument):
        internet.run(egress.dial(host, port))
    assert internet.connects == []


@pytest.mark.parametrize("answer", [["10.0.0.9"], ["93.184.215.14", "127.0.0.1"], ["::1"], []])
def test_a_mail_server_with_one_inner_address_is_refused_whole(answer: list[str]) -> None:
    """SS03"""
    internet = Internet(names={"mail.example": [answer]})
    with pytest.raises(NotReached):
        internet.run(egress.dial("mail.example", 993))
    assert internet.connects == []


def test_a_dialled_mail_server_is_checked_by_its_name(tmp_path: Path) -> None:
    known = authority(tmp_path, "mail.example")
    internet = Internet(names={"mail.example": [["93.184.215.14"]], "other.example": [["93.184.215.14"]]})
    names: list[str | None] = []
    known.server.sni_callback = lambda _socket, name, _context: names.append(name)

    async def scenario() -> tuple[bytes, bytes]:
        async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"* OK\r\n")
            await writer.drain()
            writer.close()

        async def plain_then_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 ready\r\n")
            await reader.readline()
            writer.write(b"220 go\r\n")
            await writer.start_tls(known.server)
            writer.write(b"250 secure\r\n")
            await writer.drain()
            writer.close()

        imaps = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=known.server)
        submission = await asyncio.start_server(plain_then_tls, "127.0.0.1", 0)
        internet.routes[("93.184.215.14", 993)] = imaps.sockets[0].getsockname()
        internet.routes[("93.184.215.14", 587)] = submission.sockets[0].getsockname()
        async with imaps, submission:
            reader, writer = await egress.dial("mail.example", 993, tls=known.client)
            greeting = await reader.readline()
            writer.close()
            with pytest.raises(NotReached):
                await egress.dial("other.example", 993, tls=known.client)
            with pytest.raises(NotReached):
                await egress.dial("mail.example", 993)
            reader, writer = await egress.dial("mail.example", 587)
            assert await reader.readline() == b"220 ready\r\n"
            writer.write(b"STARTTLS\r\n")
            assert await reader.readline() == b"220 go\r\n"
            await writer.start_tls(known.client, server_hostname="mail.example")
            secured = await reader.readline()
            writer.close()
            return greeting, secured

    assert internet.run(scenario()) == (b"* OK\r\n", b"250 secure\r\n")
    assert names == ["mail.example", "other.example", "mail.example", "mail.example"]
