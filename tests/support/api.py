"""A client of the whole ASGI application, in process, on one event loop that lives as long as the tests."""

import asyncio
import contextvars
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx2

T = TypeVar("T")


class Api:
    """Sends requests as a stranger on 127.0.0.1 would; `run` awaits anything on the same loop."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="api-loop", daemon=True)
        self._thread.start()
        self._client = self.run(self._open())

    async def _open(self) -> httpx2.AsyncClient:
        from hermes.asgi import application

        transport = httpx2.ASGITransport(app=application, raise_app_exceptions=False)
        return httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000", timeout=30)

    def run(self, work: Coroutine[Any, Any, T], timeout_s: float = 30) -> T:
        """The result of a coroutine run on the application's loop, in a context as empty as a server's."""
        submit = contextvars.Context().run
        return submit(asyncio.run_coroutine_threadsafe, work, self._loop).result(timeout_s)

    def request(self, method: str, path: str, key: str | None = None, **options: Any) -> httpx2.Response:
        """One request; `key` goes into Authorization."""
        headers = {**options.pop("headers", {})}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        return self.run(self._client.request(method, path, headers=headers, **options))

    def get(self, path: str, key: str | None = None, **options: Any) -> httpx2.Response:
        return self.request("GET", path, key, **options)

    def post(self, path: str, key: str | None = None, json: Any = None, **options: Any) -> httpx2.Response:
        if json is not None:
            options["json"] = json
        return self.request("POST", path, key, **options)

    def close(self) -> None:
        from hermes.core import http

        self.run(self._client.aclose())
        self.run(http.aclose())
        self.run(self._end_streams())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _end_streams(self) -> None:
        """End what tests left open, as a server that stops does; the loop must not close over it."""
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._loop.shutdown_asyncgens()
