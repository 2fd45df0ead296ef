"""A platform that takes requests and keeps them waiting."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.api import Api
from tests.support.upstream import Upstream


class Gate:
    """Holds every request to `upstream` from now on until it is opened."""

    def __init__(self, api: Api, upstream: Upstream) -> None:
        self._api = api
        self._upstream = upstream
        self._opened = asyncio.Event()
        upstream.gate = self._opened

    def await_asked(self, count: int, within_s: float = 10) -> None:
        """Wait until the platform has been asked so many times."""
        deadline = time.monotonic() + within_s
        while len(self._upstream.asked) < count:
            assert time.monotonic() < deadline, "the platform was not asked"
            time.sleep(0.01)

    def open(self) -> None:
        """Let everything through."""
        self._upstream.gate = None

        async def let_go() -> None:
            self._opened.set()

        self._api.run(let_go())


@contextmanager
def gate(api: Api, upstream: Upstream) -> Iterator[Gate]:
    """A gate that is open afterwards."""
    held = Gate(api, upstream)
    try:
        yield held
    finally:
        held.open()
