"""Large and slow bodies at the webhooks' door, on the server that production runs."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from connectors.kit.meta import sign
from hermes.core.bodies import LARGE_AT_ONCE
from inbox.models import WebhookDelivery
from tests.support.web import Web

GROWTH_KB = 32 << 10
PIECE = 64 << 10
AT_ONCE = 20
Post = tuple[bytes, Iterable[bytes]]


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    words = ("tests.edge.short_deadline",)
    started = Web(tmp_path_factory.mktemp("large") / "log", words)
    yield started.await_start()
    started.end()


def head(*lines: str) -> bytes:
    fixed = ("POST /webhook/whatsapp HTTP/1.1", "Host: localhost", "Content-Type: application/json")
    return "\r\n".join([*fixed, *lines, "", ""]).encode()


def signed(size: int) -> Post:
    """What Meta might post, `size` bytes long and like no other."""
    body = json.dumps({"object": "whatsapp_business_account", "entry": [], "n": uuid.uuid4().hex}).encode()
    body = body[:-1].ljust(size - 1) + b"}"
    lines = [f"{name}: {value}" for name, value in sign(settings.META_APP_SECRET[0], body).items()]
    return head(*lines, f"Content-Length: {len(body)}"), [body]


def unsigned(size: int) -> Post:
    return head(f"Content-Length: {size}"), (b"x" * PIECE for _ in range(size // PIECE))


def chunked(size: int) -> Post:
    piece = b"%x\r\n%b\r\n" % (PIECE, b"x" * PIECE)
    return head("Transfer-Encoding: chunked"), (piece for _ in range(size // PIECE))


async def say(web: Web, post: Post, *, pause_s: float = 0.0) -> tuple[str, bool]:
    """Post it; the status, and whether the connection was closed then. A closed line alone is "closed"."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(web.base).port)

    async def push() -> None:
        writer.write(post[0])
        for piece in post[1]:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)

    pushing = asyncio.ensure_future(push())
    try:
        async with asyncio.timeout(50):
            head = await reader.readuntil(b"\r\n\r\n")
    except (OSError, EOFError):
        return "closed", True
    finally:
        pushing.cancel()
        await asyncio.gather(pushing, return_exceptions=True)
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    return head[9:12].decode(), b"\r\nconnection: close\r\n" in head.lower()


def grown_kb(web: Web, posts: list[Post]) -> tuple[set[str], int]:
    """The statuses of all posts at once, and how far the process' memory rose meanwhile."""
    process = Path(f"/proc/{web.process.pid}")

    def memory_kb(what: str) -> int:
        lines = (process / "status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(what))

    async def all_of_them() -> list[tuple[str, bool]]:
        return await asyncio.gather(*(say(web, post) for post in posts))

    before = memory_kb("VmRSS:")
    (process / "clear_refs").write_text("5")  # the peak begins anew (proc(5))
    statuses = {status for status, _ in asyncio.run(all_of_them())}
    return statuses, memory_kb("VmHWM:") - before


@pytest.mark.parametrize("count", [1, AT_ONCE])
def test_wh09_signed_bodies_of_3_mb_are_taken_and_the_memory_holds(web: Web, count: int) -> None:
    kept = WebhookDelivery.objects.count()
    assert asyncio.run(say(web, signed(200)))[0] == "200"
    statuses, grown = grown_kb(web, [signed(3_000_000) for _ in range(count)])
    assert statuses == {"200"}
    assert WebhookDelivery.objects.count() == kept + 1 + count
    assert grown <= GROWTH_KB


@pytest.mark.parametrize("count", [1, AT_ONCE])
@pytest.mark.parametrize("make", [unsigned, chunked])
def test_wh09_bodies_of_50_mb_are_refused_and_the_memory_holds(
    web: Web, make: Callable[[int], Post], count: int
) -> None:
    statuses, grown = grown_kb(web, [make(50_000_000) for _ in range(count)])
    assert statuses <= {"413", "closed"}
    assert grown <= GROWTH_KB


def test_wh09_forged_bodies_of_3_mb_are_refused_and_the_memory_holds(web: Web) -> None:
    size = PIECE * 45
    statuses, grown = grown_kb(web, [unsigned(size) for _ in range(AT_ONCE)])
    assert statuses == {"401"}
    assert grown <= GROWTH_KB


def test_wh09_bodies_that_drip_are_cut_and_hold_up_nobody(web: Web) -> None:
    large, drop = head("Content-Length: 1000000"), [b"x"] * 1000

    async def dripping() -> None:
        slow = [asyncio.ensure_future(say(web, (large, drop), pause_s=0.1)) for _ in range(AT_ONCE)]
        # These have all places of large bodies; one more has to wait.
        stalled = (large, [b"x" * 200_000, *drop])
        slow += [asyncio.ensure_future(say(web, stalled, pause_s=0.1)) for _ in range(LARGE_AT_ONCE)]
        await asyncio.sleep(0.5)
        assert await say(web, signed(200)) == ("200", False)
        assert not any(each.done() for each in slow)
        assert (await say(web, signed(500_000)))[0] == "200"
        assert {await each for each in slow} == {("408", True)}

    asyncio.run(dripping())
