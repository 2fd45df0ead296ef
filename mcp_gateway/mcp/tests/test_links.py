"""What a chatty or careless tool may tell its client."""

import asyncio
from typing import Any

import msgspec

from mcp_gateway.mcp.links import NOTIFICATIONS_LIMIT
from mcp_gateway.mcp.rounds import RoundsLink


class Heard(list[Any]):
    """A sink that keeps what it is sent."""

    async def emit(self, message: bytes) -> None:
        self.append(msgspec.json.decode(message)["params"])


def link_to(heard: Heard, **more: Any) -> RoundsLink:
    given: dict[str, Any] = {"progress_token": 1, "log_floor": "debug", "answers": {}, "capabilities": {}}
    return RoundsLink(heard, customer="cus_1", **{**given, **more})


def test_progress_only_ever_grows() -> None:
    heard = Heard()

    async def tell() -> None:
        link = link_to(heard)
        for done in (0, 2, 1, 2, 3.5):
            await link.progress(done, 4, "m" * 5_000)

    asyncio.run(tell())
    assert [p["progress"] for p in heard] == [0, 2, 3.5]
    assert all(len(p["message"]) == 1_000 for p in heard)


def test_a_flood_ends_at_the_limit() -> None:
    """A client that reads nothing must not fill the server's memory."""
    heard = Heard()

    async def tell() -> None:
        link = link_to(heard)
        for n in range(NOTIFICATIONS_LIMIT + 100):
            await link.progress(n)
        await link.log("emergency", "too late")

    asyncio.run(tell())
    assert len(heard) == NOTIFICATIONS_LIMIT


def test_a_line_that_is_too_long_or_of_no_known_level_is_left_out() -> None:
    heard = Heard()

    async def tell() -> None:
        link = link_to(heard)
        await link.log("info", "x" * 10_000)
        await link.log("loud", "x")
        await link.log("info", {"short": True})

    asyncio.run(tell())
    assert [p["data"] for p in heard] == [{"short": True}]
