"""One object for each event loop, closed when its loop ends."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PerLoop(Generic[T]):
    """Makes an object in each event loop that asks for it and closes it with the loop."""

    def __init__(self, make: Callable[[], T], close: Callable[[T], None]) -> None:
        self._make = make
        self._close = close
        self._made: dict[asyncio.AbstractEventLoop, tuple[T, AsyncGenerator[None, None]]] = {}

    def get(self) -> T:
        """The running loop's object. Raises RuntimeError where no loop runs."""
        loop = asyncio.get_running_loop()
        made = self._made.get(loop)
        return made[0] if made is not None else self._add(loop)

    def _add(self, loop: asyncio.AbstractEventLoop) -> T:
        for ended in [known for known in self._made if known.is_closed()]:
            del self._made[ended]
        thing = self._make()
        ending = self._until_end(loop)
        _start(ending)
        self._made[loop] = (thing, ending)
        return thing

    async def _until_end(self, loop: asyncio.AbstractEventLoop) -> AsyncGenerator[None, None]:
        # A loop closes its started asynchronous generators when it ends (PEP 525): the one hook it offers.
        try:
            yield
        finally:
            self._close(self._made.pop(loop)[0])


def _start(generator: AsyncGenerator[None, None]) -> None:
    try:
        generator.__anext__().send(None)
    except StopIteration:
        return
