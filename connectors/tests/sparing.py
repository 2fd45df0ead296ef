"""How every connector spares a platform that limits an account, keeps failing or is slow, by a made-up clock.

Connectors that ask no platform pass.
"""

import asyncio
import contextlib
import dataclasses
import socket
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NoReturn, Unpack
from unittest.mock import patch

from connectors.kit import calls, schema
from connectors.kit.connector import Connector
from connectors.kit.context import Http, HttpResponse
from connectors.kit.patience import FAILURES, PROBE_S, Patience
from connectors.kit.testing import FakeHttp, Request, answer, context
from connectors.kit.tool import Tool
from connectors.tests.dialling import Dial, Line, dialling
from connectors.tests.runs import AnyInbox, Run, credentials_of
from connectors.tests.vaults import vault_of
from hermes.core.errors import HermesError, PlatformUnavailable, RateLimited
from hermes.core.http_types import CutOff, NotReached, RequestOptions

SLOW_S, WITHIN_S = 60.0, 31.0
LIMITED = answer(429, {}, {"retry-after": "30"})
_talking: set[asyncio.Task[None]] = set()
FAULTS: tuple[HttpResponse | type[Exception], ...] = (answer(500), answer(503), CutOff, NotReached)


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


class Account:
    """One account of a platform, as one process knows it; `answer` is what the platform does now."""

    def __init__(self, connector: Connector, owner: str, clock: Clock) -> None:
        self.connector = connector
        self.owner = owner
        self.patience = Patience(connector.slug, clock)
        self.clock = clock
        self.answer: HttpResponse | type[Exception] = answer(200, b"{}")
        self.asked: list[Request] = []

    def use(self, tool: Tool, http: Http | None = None) -> Run:
        """Call `tool` with its example. What is asked elsewhere than at the platform is not counted."""
        platform = FakeHttp(self._answer)
        elsewhere = FakeHttp(lambda _: answer(200, b"GIF89a", {"content-type": "image/gif"}))
        time = SimpleNamespace(monotonic=self.clock)
        with (
            patch.object(calls, "asyncio", self.clock),
            patch.object(calls, "time", time),
            vault_of(self.connector) as vault,
        ):
            ctx = context(
                self.connector,
                credentials_of(self.connector, self.owner),
                http or platform,
                inbox=AnyInbox(),
                vault=vault,
                patience=self.patience,
            )
            try:
                arguments = schema.parse_arguments(tool, tool.example)
                ended = tool.handler(dataclasses.replace(ctx, web=elsewhere), arguments)
                return Run(platform, result=asyncio.run(_awaited(ended)))
            except Exception as error:
                return Run(platform, error=error)

    def _answer(self, request: Request) -> HttpResponse:
        self.asked.append(request)
        if isinstance(self.answer, HttpResponse):
            return self.answer
        raise self.answer


def f16_a_limited_account_is_left_alone_until_the_wait_is_over(connector: Connector) -> None:
    """Whichever tool met the limit, whatever is called next: nothing is asked for 30 s; others go on."""
    tools = asking(connector)
    for tool, after in zip(tools, [*tools[1:], *tools[:1]], strict=True):
        clock = Clock()
        acme, globex = (Account(connector, owner, clock) for owner in ("acme", "globex"))
        acme.answer = LIMITED
        assert isinstance(acme.use(tool).error, RateLimited)
        for other in (tool, after):
            clock.now += 10.0
            refused = acme.use(other).error
            assert type(refused) is RateLimited, (tool.name, other.name, refused)
            assert 9.9 <= (refused.retry_after_s or 0) <= 20.1
        assert len(acme.asked) == 1, tool.name
        assert globex.use(tool).http.requests, tool.name
        clock.now += 10.1
        acme.use(tool)
        assert len(acme.asked) == 2, tool.name


def f17_a_failing_platform_is_probed_and_used_again_when_it_is_well(connector: Connector) -> None:
    """At most ten failures, then one request in ten seconds; all go on with the first that is answered."""
    tools = asking(connector)
    for fault in FAULTS if tools else ():
        clock = Clock()
        acme, globex = (Account(connector, owner, clock) for owner in ("acme", "globex"))
        acme.answer = fault
        for number in range(3 * FAILURES):
            acme.use(tools[number % len(tools)])
        assert len(acme.asked) == FAILURES, fault
        refused = acme.use(tools[0]).error
        assert isinstance(refused, PlatformUnavailable)
        assert 0 < (refused.retry_after_s or 0) <= PROBE_S
        began, probes = clock.now, len(acme.asked)
        while clock.now < began + 300.0:
            clock.now += 1.7
            acme.use(tools[0])
        assert 20 <= len(acme.asked) - probes <= 300 / PROBE_S, fault
        assert globex.use(tools[0]).http.requests
        acme.answer = answer(200, b"{}")
        clock.now += PROBE_S
        for count in (1, 2, 3):
            healed = len(acme.asked)
            acme.use(tools[0])
            assert len(acme.asked) > healed, (fault, count)


def f16_f17_a_dialled_platform_is_spared_alike(connector: Connector) -> None:
    for tool in connector.tools:
        dialled: list[int] = []

        async def away(host: str, port: int, dialled: list[int] = dialled) -> NoReturn:
            dialled.append(port)
            raise NotReached

        clock = Clock()
        patience = Patience(connector.slug, clock)
        dialling(connector, tool, away, patience=patience)
        if not dialled:
            continue
        for _ in range(2 * FAILURES):
            dialling(connector, tool, away, patience=patience)
        assert len(dialled) == FAILURES, tool.name
        for seconds, count in ((PROBE_S - 0.1, 0), (0.2, 1), (0.1, 1)):
            clock.now += seconds
            dialling(connector, tool, away, patience=patience)
            assert len(dialled) == FAILURES + count, tool.name
        dialled.clear()
        clock.now += PROBE_S
        for seconds, count in ((0.0, 1), (50.0, 1), (10.1, 2)):
            clock.now += seconds
            error = dialling(connector, tool, _limiting(dialled), patience=patience).error
            assert isinstance(error, RateLimited), (tool.name, error)
            assert len(dialled) == count, tool.name


def f15_a_slow_platform_holds_up_nobody_else(connector: Connector) -> None:
    tools = asking(connector)

    async def both() -> None:
        waits = asyncio.Event()

        async def hang(*_: Any, **__: Any) -> HttpResponse:
            waits.set()
            return await asyncio.Future()

        slow = asyncio.ensure_future(_called(connector, tools[0], "acme", SimpleNamespace(request=hang)))
        await waits.wait()
        quick = FakeHttp(lambda _: answer(200, b"{}"))
        with contextlib.suppress(HermesError):
            await _called(connector, tools[0], "globex", quick)
        assert quick.requests
        assert not slow.done()
        slow.cancel()
        await asyncio.wait([slow])

    if tools:
        asyncio.run(both())


def f15_a_call_to_a_slow_platform_ends_in_half_a_minute(connector: Connector) -> None:
    for tool in asking(connector):
        clock = Clock()
        ended = Account(connector, "acme", clock).use(tool, _Slow(clock))
        assert isinstance(ended.error, HermesError), tool.name
        assert clock.now - Clock().now <= WITHIN_S, (tool.name, clock.now)


SPARING: tuple[Callable[[Connector], None], ...] = (
    f16_a_limited_account_is_left_alone_until_the_wait_is_over,
    f17_a_failing_platform_is_probed_and_used_again_when_it_is_well,
    f16_f17_a_dialled_platform_is_spared_alike,
    f15_a_call_to_a_slow_platform_ends_in_half_a_minute,
    f15_a_slow_platform_holds_up_nobody_else,
)


def asking(connector: Connector) -> list[Tool]:
    """The tools that ask the platform over HTTP first."""
    return [tool for tool in connector.tools if Account(connector, "acme", Clock()).use(tool).http.requests]


class _Slow:
    """A platform that answers nothing before a minute is over."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> HttpResponse:  # noqa: ARG002  (Http's)
        await self._clock.sleep(min(options.get("deadline_s", 30.0), SLOW_S))
        if options.get("deadline_s", 30.0) < SLOW_S:
            raise CutOff
        return answer(200, b"{}")


def _limiting(dialled: list[int]) -> Dial:
    """A mail server that greets and then limits the account (RFC 5530, LIMIT)."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"* OK ready\r\n")
            while line := await reader.readline():
                tag, command = line.split()[:2]
                is_first = command == b"CAPABILITY"
                writer.write(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" if is_first else b"")
                writer.write(tag + (b" OK done\r\n" if is_first else b" NO [LIMIT] too many connections\r\n"))
        finally:
            writer.close()

    async def dial(host: str, port: int) -> Line:
        dialled.append(port)
        ours, theirs = socket.socketpair()
        talking = asyncio.ensure_future(serve(*await asyncio.open_connection(sock=theirs)))
        _talking.add(talking)
        talking.add_done_callback(_talking.discard)
        talking.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.open_connection(sock=ours)

    return dial


async def _called(connector: Connector, tool: Tool, owner: str, http: Any) -> Any:
    ctx = context(connector, credentials_of(connector, owner), http, inbox=AnyInbox())
    return await tool.handler(ctx, schema.parse_arguments(tool, tool.example))


async def _awaited(work: Any) -> Any:
    return await work
