"""What `make run` does beside its processes: wait until they answer, introduce Hermes, watch Redis."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from hermes.local.introduction import introduce
from hermes.local.loopback import NoAnswer, ask
from hermes.local.redis import PrivateRedis

READY_DEADLINE_S = 180.0


class Watch(threading.Thread):
    """Runs beside the processes until the run ends; `failure` says what went wrong, '' if nothing did."""

    def __init__(self, folder: Path, port: int, redis: PrivateRedis | None) -> None:
        super().__init__(name="watch", daemon=True)
        self.failure = ""
        self.on_failure: Callable[[], None] = lambda: None
        self._folder = folder
        self._port = port
        self._redis = redis

    def run(self) -> None:
        """Introduce Hermes once it is ready, then wait for Redis to end, which it should not."""
        if not self._wait_until_ready():
            self._fail(f"Hermes was not ready after {READY_DEADLINE_S:.0f} s")
            return
        try:
            introduce(self._folder, self._port)
        except Exception as error:  # noqa: BLE001  (whatever it is, the run must not go on half introduced)
            self._fail(f"The demo customer could not be made ({error})")
            return
        if self._redis and self._redis.process:
            self._fail(f"redis ended by itself (exit status {self._redis.process.wait()})")

    def _wait_until_ready(self) -> bool:
        deadline = time.monotonic() + READY_DEADLINE_S
        while time.monotonic() < deadline:
            try:
                if ask(self._port, "GET", "/readyz").status == 200:
                    return True
            except NoAnswer:
                pass
            time.sleep(0.05)
        return False

    def _fail(self, why: str) -> None:
        self.failure = why
        self.on_failure()
