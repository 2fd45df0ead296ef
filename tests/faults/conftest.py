"""Web processes over the tests' database that may be killed, and a Redis that may be stopped."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.support.redis import PrivateRedis
from tests.support.upstream import Upstream
from tests.support.web import UVICORN, Web

Start = Callable[..., Web]


@pytest.fixture(scope="session")
def redis() -> Iterator[PrivateRedis]:
    """A Redis that a test may stop, start and empty; it runs before and after each."""
    with tempfile.TemporaryDirectory(prefix="hermes-redis-") as folder:
        server = PrivateRedis(Path(folder) / "redis.sock")
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="session")
def pair(
    redis: PrivateRedis, upstream_server: Upstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Web, Web]]:
    """Two processes over one database and the Redis that may be stopped."""
    folder = tmp_path_factory.mktemp("pair")
    env = {"REDIS_URL": f"unix://{redis.socket}", "PROBE_API_BASE": upstream_server.base}
    started = [Web(folder / f"{name}.log", **env) for name in ("one", "two")]
    yield started[0].await_start(), started[1].await_start()
    for web in started:
        web.end()


@pytest.fixture
def start(upstream: Upstream, tmp_path: Path) -> Iterator[Start]:
    """Start a process with the probe at `upstream`: `start(DATABASE_URL=...)`."""
    started: list[Web] = []

    def make(server: Sequence[str] = UVICORN, **env: str) -> Web:
        log = tmp_path / f"web{len(started)}.log"
        web = Web(log, server, **{"PROBE_API_BASE": upstream.base, **env})
        started.append(web)
        return web.await_start()

    yield make
    for web in started:
        web.end()
