"""The web process as production runs it, over the tests' database: started, spoken to, ended, killed."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2

STARTS_WITHIN_S = 90.0
UVICORN = ("uvicorn", "--log-level", "warning", "--port")
DAPHNE = ("hermes.local.web", "-v", "0", "-b", "127.0.0.1", "-p")
ENDS_WITHIN_S = 30.0


class Web:
    """`hermes.asgi:application` on a free port; `env` goes over the tests' own environment."""

    def __init__(self, log: Path, server: Sequence[str] = UVICORN, **env: str) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        self.log = log
        words = ["-m", *server, str(port), "hermes.asgi:application"]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, *words],
                env={
                    **os.environ,
                    "HERMES_ENV": "test",
                    "HERMES_LOG_FORMAT": "json",
                    "PORT": str(port),
                    **env,
                },
                stdout=output,
                stderr=output,
            )
        self.base = f"http://127.0.0.1:{port}"
        self._client = httpx2.Client(base_url=self.base, timeout=60)

    def await_start(self) -> "Web":
        """Wait until it answers."""
        deadline = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.said()
            try:
                self.get("/healthz")
            except httpx2.TransportError:
                time.sleep(0.05)
            else:
                return self
        raise TimeoutError(self.said())

    def request(self, method: str, path: str, key: str | None = None, **options: Any) -> httpx2.Response:
        """One request; `key` goes into Authorization."""
        headers = {**options.pop("headers", {})}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        return self._client.request(method, path, headers=headers, **options)

    def get(self, path: str, key: str | None = None, **options: Any) -> httpx2.Response:
        return self.request("GET", path, key, **options)

    def post(self, path: str, key: str | None = None, json: Any = None, **options: Any) -> httpx2.Response:
        return self.request("POST", path, key, json=json, **options)

    def said(self) -> str:
        """All it has printed so far."""
        return self.log.read_text(errors="replace")

    def terminate(self) -> None:
        """Ask it to end."""
        self.process.terminate()

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self.process.wait(10)

    def end(self) -> int:
        """Ask it to end, unless it has, and wait; returns its exit status."""
        self._client.close()
        self.terminate()
        try:
            return self.process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
