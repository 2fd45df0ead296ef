"""A small internet for tests: names give scripted answers, public addresses lead to loopback servers.

Only the look-up and the connecting are replaced; sockets, TLS and HTTP are real.
"""

import asyncio
import contextlib
import dataclasses
import datetime
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

T = TypeVar("T")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@dataclasses.dataclass
class Internet:
    """`names` maps a host to the answers it gives, one after the other, the last one for ever."""

    names: dict[str, list[Sequence[str]]] = dataclasses.field(default_factory=dict)
    routes: dict[tuple[str, int], tuple[str, int]] = dataclasses.field(default_factory=dict)
    lookups: list[str] = dataclasses.field(default_factory=list)
    connects: list[tuple[str, int]] = dataclasses.field(default_factory=list)

    def answer(self, host: str) -> Sequence[str]:
        self.lookups.append(host)
        answers = self.names.get(host)
        if not answers:
            raise OSError("name unknown")
        return answers[0] if len(answers) == 1 else answers.pop(0)

    def run(self, scenario: Coroutine[Any, Any, T]) -> T:
        """Run `scenario` on a loop that lives in this internet."""
        with asyncio.Runner(loop_factory=lambda: _Loop(self)) as runner:
            return runner.run(scenario)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, internet: Internet) -> None:
        super().__init__()
        self._internet = internet

    async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> Any:
        found: list[Any] = []
        for address in self._internet.answer(host):
            found += await super().getaddrinfo(address, port, **options)
        return found

    async def sock_connect(self, sock: Any, address: Any) -> None:
        self._internet.connects.append(address[:2])
        await super().sock_connect(sock, self._internet.routes.get(address[:2], address))


@dataclasses.dataclass(frozen=True)
class Asked:
    """One request as it came over the wire; `connection` counts the server's connections from 0."""

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int


Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclasses.dataclass
class Server:
    """Answers each request with the next of `replies`, the last one for ever; bytes are written as such."""

    replies: list[bytes | Reply] = dataclasses.field(default_factory=lambda: [OK])
    asked: list[Asked] = dataclasses.field(default_factory=list)
    server_names: list[str | None] = dataclasses.field(default_factory=list)
    connections: int = 0
    open_now: int = 0
    port: int = 0
    writers: list[asyncio.StreamWriter] = dataclasses.field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = self.connections
        self.connections += 1
        self.open_now += 1
        self.writers.append(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while not writer.is_closing():
                self.asked.append(await _read(reader, number))
                reply = self.replies[0] if len(self.replies) == 1 else self.replies.pop(0)
                if isinstance(reply, bytes):
                    writer.write(reply)
                    await writer.drain()
                else:
                    await reply(writer)
        self.open_now -= 1
        writer.close()


async def cut(writer: asyncio.StreamWriter) -> None:
    """A reply: reset the connection."""
    writer.transport.abort()


@contextlib.asynccontextmanager
async def serve(server: Server, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Serve on a free loopback port, or on the one that the server names."""
    if tls is not None:
        tls.sni_callback = lambda _socket, name, _context: server.server_names.append(name)
    listener = await asyncio.start_server(server.handle, "127.0.0.1", server.port, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for writer in server.writers:
            writer.transport.abort()
        await listener.wait_closed()


async def _read(reader: asyncio.StreamReader, number: int) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(head[0], headers, body, number)


@dataclasses.dataclass(frozen=True)
class Authority:
    """A throw-away certificate authority: a server's context for some names, and one that trusts it."""

    server: ssl.SSLContext
    client: ssl.SSLContext
    pem: str


def authority(folder: Path, *names: str) -> Authority:
    """Make an authority and a server certificate for `names`."""
    ca_key, ca_name = ec.generate_private_key(ec.SECP256R1()), _name("Hermes test authority")
    ca = _certificate(ca_name, ca_name, ca_key.public_key(), is_ca=True).sign(ca_key, hashes.SHA256())
    key = ec.generate_private_key(ec.SECP256R1())
    unsigned = _certificate(_name(names[0]), ca_name, key.public_key(), is_ca=False)
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    certificate = unsigned.add_extension(alternatives, critical=False).sign(ca_key, hashes.SHA256())
    chain = folder / "server.pem"
    chain.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain)
    trusted = ca.public_bytes(serialization.Encoding.PEM).decode()
    return Authority(server, ssl.create_default_context(cadata=trusted), trusted)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(subject: x509.Name, issuer: x509.Name, key: Any, *, is_ca: bool) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )
