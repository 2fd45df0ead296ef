"""Agents with keys, and servers on loopback for what calls in process cannot show: streams, processes."""

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn

from mcp_gateway.mcp.tests.agents import Agent
from tests.support.api import Api
from tests.support.probed import Probed
from tests.support.tenants import Tenant, World

STARTS_WITHIN_S = 40.0
UVICORN = ("uvicorn", "--timeout-graceful-shutdown", "1", "--port")
DAPHNE = ("daphne", "-b", "127.0.0.1", "-p")


@pytest.fixture
def agent(api: Api, probed: Probed) -> Agent:
    """acme's agent, with the probe connected."""
    return Agent(api, probed.key)


@pytest.fixture
def stranger(api: Api, connect: Callable[..., Probed]) -> Agent:
    """globex's agent."""
    return Agent(api, connect("globex").key)


@pytest.fixture
def acme_shop(world: World) -> Tenant:
    """acme with an account at every platform."""
    return world.make("acme")


@pytest.fixture
def globex_shop(world: World) -> Tenant:
    """The stranger with as many."""
    return world.make("globex")


@pytest.fixture(scope="session")
def loopback(api: Api) -> Iterator[str]:
    """The application behind uvicorn in this process, on the loop of `api`: its base address."""
    from hermes.asgi import application

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(application, lifespan="off", log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)

        async def start() -> asyncio.Task[None]:
            return asyncio.create_task(server.serve(sockets=[listening]))

        serving = api.run(start())
        yield f"http://localhost:{listening.getsockname()[1]}"
        server.should_exit = True

        async def end() -> None:
            await serving

        api.run(end())


@pytest.fixture(scope="session")
def processes(_database: None, _redis_server: Any) -> Iterator[tuple[str, str]]:
    """The application in a uvicorn and in a daphne, over one database and Redis: their base addresses."""
    started = [_start(*UVICORN), _start(*DAPHNE)]
    try:
        for _, base in started:
            _await_answer(base)
        yield started[0][1], started[1][1]
    finally:
        for process, _ in started:
            process.terminate()
        for process, _ in started:
            process.wait(20)


def _start(*server: str) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", *server, str(port), "hermes.asgi:application"],
        env={**os.environ, "HERMES_ENV": "test"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return process, f"http://localhost:{port}"


def _await_answer(base: str) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{base}/mcp", timeout=1)  # noqa: S310
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{base} does not answer")
