"""The auto-pipelined connection: in order, at once, and honest when Redis is out of order."""

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from hermes.core import hot_redis
from hermes.core.errors import Unavailable
from hermes.core.hot_redis import CommandRefused, ScriptMissing
from hermes.core.redis import hot, name, sync_client
from hermes.core.tests.silent import silent_server, tcp_door
from tests.support.redis import PrivateRedis


@pytest.fixture
def server(tmp_path: Path, settings: Any) -> Iterator[PrivateRedis]:
    """A Redis of this test's own, which it may stop and start."""
    server = PrivateRedis(tmp_path / "r.sock")
    server.start()
    settings.REDIS_URL = f"unix://{server.socket}"
    yield server
    server.stop()


async def until_up(deadline_s: float = 5.0) -> float:
    """Seconds until a command succeeds."""
    began = time.monotonic()
    while True:
        try:
            await hot().execute("PING")
            return time.monotonic() - began
        except Unavailable:
            assert time.monotonic() - began < deadline_s
            await asyncio.sleep(0.01)


def test_each_of_many_callers_gets_its_own_reply() -> None:
    async def scenario() -> list[bytes]:
        return list(await asyncio.gather(*(hot().execute("ECHO", str(number)) for number in range(500))))

    assert asyncio.run(scenario()) == [str(number).encode() for number in range(500)]


def test_commands_of_one_turn_go_out_together(server: PrivateRedis) -> None:
    async def scenario() -> int:
        await hot().execute("PING")
        before = int(sync_client().info("stats")["total_reads_processed"])
        await asyncio.gather(*(hot().execute("INCR", "n") for _ in range(100)))
        return int(sync_client().info("stats")["total_reads_processed"]) - before

    assert asyncio.run(scenario()) <= 4


def test_a_caller_that_gives_up_takes_no_reply_from_the_next() -> None:
    async def scenario() -> Any:
        given_up = hot().execute("ECHO", "first")
        kept = hot().execute("ECHO", "second")
        given_up.cancel()
        return await kept

    assert asyncio.run(scenario()) == b"second"


def test_refusals_are_told_apart() -> None:
    async def scenario() -> None:
        with pytest.raises(ScriptMissing):
            await hot().execute("EVALSHA", "0" * 40, 0)
        key = name("test", "refusals")
        await hot().execute("SET", key, "text", "EX", 5)
        with pytest.raises(CommandRefused, match="WRONGTYPE"):
            await hot().execute("LPUSH", key, "x")
        assert await hot().execute("PING") == b"PONG"

    asyncio.run(scenario())


def test_f08_a_redis_that_goes_is_told_at_once_and_found_again_when_it_is_back(server: PrivateRedis) -> None:
    async def scenario() -> None:
        await hot().execute("PING")
        server.stop()
        began = time.monotonic()
        for _ in range(200):
            with pytest.raises(Unavailable) as failed:
                await hot().execute("PING")
            assert failed.value.retry_after_s
        assert time.monotonic() - began < 1
        server.start()
        assert await until_up() < 5

    asyncio.run(scenario())


def test_f08_a_redis_that_is_not_there_at_first_is_found_later(server: PrivateRedis) -> None:
    server.stop()

    async def scenario() -> None:
        with pytest.raises(Unavailable):
            await hot().execute("PING")
        server.start()
        assert await until_up() < 5

    asyncio.run(scenario())


def test_what_waits_when_redis_dies_fails_and_is_not_repeated(server: PrivateRedis) -> None:
    async def scenario() -> None:
        waiting = [asyncio.ensure_future(hot().execute("BLPOP", "nothing", 5)) for _ in range(3)]
        while not sync_client().info("clients")["blocked_clients"]:
            await asyncio.sleep(0.01)
        server.stop()
        failed = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(error) for error in failed] == [Unavailable] * 3

    asyncio.run(scenario())


def test_a_redis_that_answers_nothing_holds_nobody_up(tmp_path: Path, settings: Any) -> None:
    async def scenario() -> None:
        began = time.monotonic()
        results = await asyncio.gather(*(hot().execute("PING") for _ in range(50)), return_exceptions=True)
        assert {type(result) for result in results} == {Unavailable}
        assert time.monotonic() - began < 3
        with pytest.raises(Unavailable):
            hot().execute("PING")

    with silent_server(tmp_path / "s.sock") as settings.REDIS_URL:
        asyncio.run(scenario())


def test_a_redis_that_falls_silent_is_given_up_and_found_again(server: PrivateRedis) -> None:
    assert server.process is not None
    frozen = server.process

    async def scenario() -> None:
        await hot().execute("PING")
        frozen.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await hot().execute("PING")
        assert time.monotonic() - began < 2
        frozen.send_signal(signal.SIGCONT)
        assert await until_up() < 5

    asyncio.run(scenario())


def test_a_backlog_is_refused_rather_than_grown(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hot_redis, "WAITING_LIMIT", 10)

    async def scenario() -> None:
        waiting = [hot().execute("PING") for _ in range(10)]
        with pytest.raises(Unavailable):
            hot().execute("PING")
        await asyncio.gather(*waiting, return_exceptions=True)

    with silent_server(tmp_path / "s.sock") as settings.REDIS_URL:
        asyncio.run(scenario())


def test_it_logs_in_and_chooses_its_database(server: PrivateRedis, settings: Any) -> None:
    with redis.Redis(unix_socket_path=str(server.socket)) as admin:
        admin.config_set("requirepass", "p@ss word")
    settings.REDIS_URL = f"unix://:p%40ss%20word@{server.socket}?db=3"

    async def scenario() -> None:
        await hot().execute("SET", "where", "three")

    asyncio.run(scenario())
    with redis.Redis(unix_socket_path=str(server.socket), password="p@ss word", db=3) as three:
        assert three.get("where") == b"three"


def test_a_refused_login_is_unavailable_and_tells_no_password(server: PrivateRedis, settings: Any) -> None:
    with redis.Redis(unix_socket_path=str(server.socket)) as admin:
        admin.config_set("requirepass", "right")
    settings.REDIS_URL = f"unix://:wrong-secret@{server.socket}"

    async def scenario() -> None:
        with pytest.raises(Unavailable) as failed:
            await hot().execute("PING")
        assert "wrong-secret" not in repr(failed.value)

    asyncio.run(scenario())


def test_it_speaks_tcp(server: PrivateRedis, settings: Any) -> None:
    async def scenario() -> None:
        async with tcp_door(server.socket) as port:
            settings.REDIS_URL = f"redis://127.0.0.1:{port}/1"
            assert await hot().execute("PING") == b"PONG"
            hot().close()

    asyncio.run(scenario())


def test_tls_is_verified(server: PrivateRedis, settings: Any, tmp_path: Path) -> None:
    authority, tls = _certificate(tmp_path)

    async def scenario(query: str) -> Any:
        async with tcp_door(server.socket, tls) as port:
            settings.REDIS_URL = f"rediss://localhost:{port}{query}"
            answer = hot().execute("PING")
            await asyncio.wait([answer])
            hot().close()
            return answer.exception() or answer.result()

    assert asyncio.run(scenario(f"?ssl_ca_certs={authority}")) == b"PONG"
    assert isinstance(asyncio.run(scenario("")), Unavailable)


def _certificate(folder: Path) -> tuple[Path, Any]:
    import datetime
    import ssl

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, key_path = folder / "cert.pem", folder / "key.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key_path)
    return path, context


def test_names_cannot_reach_into_one_another() -> None:
    assert name("limit", "cus_1", "calls") == "hermes:limit:cus_1:calls"
    assert name("a:b", "c") != name("a", "b:c")
    assert name("a%3Ab") != name("a:b")
