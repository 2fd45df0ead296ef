"""`make demo`: a real MCP client plays a customer's journey in the sandbox of a running Hermes or its own."""

import asyncio
import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from hermes.local import place
from hermes.local.console import paint, say
from hermes.local.journey import Journey
from hermes.local.loopback import NoAnswer, ask
from hermes.local.player import Player, StepFailed

# Of a machine that is busy with other things; a start that fails is seen at once.
START_DEADLINE_S = 300.0
END_DEADLINE_S = 15.0


def main() -> None:
    """Play the journey; exits non-zero where a step fails."""
    # The SDK's client warns of each call of a tool that this key's profile does not list.
    logging.getLogger("client").setLevel(logging.ERROR)
    try:
        with _hermes() as (port, key):
            if failure := asyncio.run(_play(port, key)):
                raise StepFailed(failure)
    except (StepFailed, place.NotHere) as failure:
        sys.exit("\n" + paint("red", f"Failed: {failure}"))
    say("\n" + paint("green", "Every step did what it should."))


async def _play(port: int, key: str) -> str:
    """What failed, '' where nothing did: an exception would leave the client as a group of groups."""
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        Client(streamable_http_client(f"http://localhost:{port}/mcp", http_client=http)) as client,
    ):
        try:
            await Journey(Player(client, port=port, key=key)).play()
        except StepFailed as failure:
            return str(failure)
    return ""


@contextlib.contextmanager
def _hermes() -> Iterator[tuple[int, str]]:
    """Port and test key of the Hermes that `make run` runs here, else of one of our own."""
    port, kept = place.chosen_port(), place.data_dir() / "secrets" / "demo_customer.json"
    if kept.exists() and _is_ready(port):
        key = json.loads(kept.read_text())["test_key"]
        if ask(port, "GET", "/api/tools", key=key).status == 200:
            say(paint("dim", f"Playing against the Hermes at port {port}."))
            yield port, key
            return
    with _own() as (own_port, key):
        yield own_port, key


@contextlib.contextmanager
def _own() -> Iterator[tuple[int, str]]:
    with tempfile.TemporaryDirectory(prefix="hermes-demo-") as folder:
        port = _free_port()
        say(paint("dim", f"Starting a Hermes of its own at port {port}."))
        log, kept = Path(folder) / "run.log", Path(folder) / "secrets" / "demo_customer.json"
        env = {**os.environ, "HERMES_DATA_DIR": folder, "PORT": str(port)}
        for name in ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "HERMES_PUBLIC_URL"):
            env.pop(name, None)
        with log.open("wb") as output:
            run = subprocess.Popen(
                [sys.executable, "-m", "hermes.local.run"], env=env, stdout=output, stderr=output
            )
        try:
            _wait_for(kept, run, log)
            yield port, json.loads(kept.read_text())["test_key"]
        finally:
            _end(run)


def _wait_for(kept: Path, run: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_DEADLINE_S
    while not (kept.exists() and kept.stat().st_size):
        if run.poll() is not None or time.monotonic() > end:
            raise StepFailed(f"Hermes did not start:\n{log.read_text(errors='replace')[-3000:]}")
        time.sleep(0.05)


def _end(run: "subprocess.Popen[bytes]") -> None:
    """Nothing is left behind. A signal may come at a moment when Python loses what its handler raises."""
    for signal in (run.terminate, run.terminate, run.kill):
        signal()
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(END_DEADLINE_S)
            return


def _is_ready(port: int) -> bool:
    try:
        return ask(port, "GET", "/readyz").status == 200
    except NoAnswer:
        return False


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


if __name__ == "__main__":
    main()
