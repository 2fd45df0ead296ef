"""A Hermes of the bench's own: data directory, Redis on the other core, customer and settings."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from hermes.local.loopback import ask
from hermes.local.redis import private_redis
from hermes.local.sockets import redis_socket, redis_url
from tests.load.processes import OTHER_CORE
from tests.load.upstream import ACCOUNT, NUMBER

CREDENTIALS = {"phone_number_id": NUMBER, "waba_id": ACCOUNT, "access_token": "bench-token"}


class Hermes:
    """What the measured processes share: `env` are their settings, `key` is of an enterprise customer."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.folder = folder
        self.env = env
        self.log = folder / "servers.log"
        self.manage("migrate", "--verbosity", "0")
        made = json.loads(
            self.manage("create_customer", "--email", "bench@example.com", "--plan", "enterprise", "--json")
        )
        self.key: str = made["live_key"]
        self.test_key: str = made["test_key"]

    def manage(self, *words: str) -> str:
        """Run a management command and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            env={**os.environ, **self.env},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {words[0]} failed:\n{done.stderr[-3000:]}")
        return done.stdout

    def connect(self, port: int) -> None:
        """Connect the customer's WhatsApp, which is the bench's upstream, through the Hermes at `port`."""
        reply = ask(port, "POST", "/api/connect/whatsapp", key=self.key, body={"credentials": CREDENTIALS})
        if reply.status not in (200, 201):
            raise RuntimeError(f"the bench's WhatsApp was not connected: {reply.status} {reply.body}")


@contextlib.contextmanager
def hermes(upstream_port: int) -> Iterator[Hermes]:
    """A fresh Hermes whose WhatsApp is the bench's upstream; nothing of it is left afterwards."""
    with tempfile.TemporaryDirectory(prefix="hermes-bench-") as name:
        folder = Path(name)
        socket = redis_socket(folder)
        with private_redis(socket, folder / "redis", durable=False) as redis:
            if redis.process:
                os.sched_setaffinity(redis.process.pid, {OTHER_CORE})
            env = {
                "HERMES_ENV": "dev",
                "HERMES_DATA_DIR": name,
                "REDIS_URL": redis_url(socket),
                "HERMES_LOG_LEVEL": "WARNING",
                "HERMES_MCP_CONFORMANCE": "1",
                "WHATSAPP_API_BASE": f"http://127.0.0.1:{upstream_port}",
            }
            yield Hermes(folder, env)
