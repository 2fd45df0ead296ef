"""What every tool must do where its platform is reached by `ToolContext.dial`: a server that is away, hangs
up, talks nonsense, or serves two customers. Connectors that never dial pass.
"""

import asyncio
import dataclasses
import socket
from collections.abc import Callable, Mapping
from typing import Any

from jsonschema_rs import Draft202012Validator

from connectors import sandbox
from connectors.kit import schema
from connectors.kit.connector import Connector
from connectors.kit.patience import Patience
from connectors.kit.secret import Secret
from connectors.kit.testing import FakeHttp, answer, context
from connectors.kit.tool import Tool, ToolResult
from connectors.sandbox import DialledStandin, MemoryStore
from connectors.tests.behaviour import said, vars_of
from connectors.tests.runs import AnyInbox, Run, credentials_of
from hermes.core.errors import HermesError, OutcomeUnknown, PlatformUnavailable
from hermes.core.http_types import NotReached
from hermes.core.threads import waiting

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Dial = Callable[[str, int], Any]
GREETINGS = (
    b"",
    b"* OK ready\r\n",
    b"220 ready\r\n",
    b"* PREAUTH in already\r\n",
    b"\x00\xff\r\n",
    b"220-\r\n" * 9,
)
LEAK = b"upstream-text-nobody-may-see"
TRIES = 3
_talking: set[asyncio.Task[None]] = set()


class Rehearsal(Exception):
    """The first change would come now."""


def a_server_that_is_away_is_told(connector: Connector) -> None:
    for tool in connector.tools:
        dialled: list[tuple[str, int]] = []

        async def away(host: str, port: int, dialled: list[tuple[str, int]] = dialled) -> Line:
            dialled.append((host, port))
            raise NotReached

        outcome = dialling(connector, tool, away)
        if dialled:
            assert isinstance(outcome.error, PlatformUnavailable), (tool.name, outcome.error)
            assert len(dialled) <= TRIES


def a_server_that_talks_nonsense_is_no_fault_of_ours(connector: Connector) -> None:
    """Whatever it says and wherever it hangs up: a result that fits, or an error with a code and no leak."""
    for tool in connector.tools:
        validator = Draft202012Validator(schema.output_schema(tool) or {})
        for greeting in GREETINGS:
            dialled: list[str] = []
            outcome = dialling(connector, tool, _serving(greeting, [], dialled))
            if not dialled:
                continue
            if outcome.result is not None:
                validator.validate(schema.dump(outcome.result.data))
            else:
                assert isinstance(outcome.error, HermesError), (tool.name, greeting, outcome.error)
                assert LEAK.decode() not in "".join(said(outcome)), tool.name


def no_secret_is_told_or_goes_to_another(connector: Connector) -> None:
    for tool in connector.tools:
        for owner, other in (("acme", "globex"), ("globex", "acme")):
            heard: list[bytes] = []
            outcome = dialling(connector, tool, _serving(b"* OK ready\r\n", heard), owner=owner)
            told = "".join(said(outcome))
            for held in vars_of(credentials_of(connector, owner)):
                assert not isinstance(held, Secret) or held.reveal() not in told, tool.name
            for held in vars_of(credentials_of(connector, other)):
                assert not isinstance(held, Secret) or held.reveal().encode() not in b"".join(heard)


def a_rehearsal_changes_nothing(connector: Connector) -> None:
    """A dry run of a tool whose platform is dialled ends before its first change."""
    store = MemoryStore()
    standin = sandbox.standin(connector.slug, store)
    if not isinstance(standin, DialledStandin):
        return
    for tool in connector.tools:
        dialling(connector, tool, standin.dial, before_change=_stop)
        before = store.dump()
        outcome = dialling(connector, tool, standin.dial, before_change=_stop)
        assert store.dump() == before, tool.name
        assert isinstance(outcome.error, Rehearsal) is not tool.hints.read_only, (tool.name, outcome.error)


def a_line_that_breaks_in_a_change_is_told_honestly(connector: Connector) -> None:
    """Cut once a change has begun: unknown, or not done; never a success, never tried again."""
    if not isinstance(sandbox.standin(connector.slug, MemoryStore()), DialledStandin):
        return
    for tool in (t for t in connector.tools if not t.hints.read_only):
        standin = sandbox.standin(connector.slug, MemoryStore())
        assert isinstance(standin, DialledStandin)
        breaking = _Breaking(standin.dial)
        outcome = dialling(connector, tool, breaking.dial, before_change=breaking.cut)
        assert breaking.changes == 1, tool.name
        assert isinstance(outcome.error, OutcomeUnknown | PlatformUnavailable), (tool.name, outcome.error)


DIALLING: tuple[Callable[[Connector], None], ...] = (
    a_server_that_is_away_is_told,
    a_server_that_talks_nonsense_is_no_fault_of_ours,
    no_secret_is_told_or_goes_to_another,
    a_rehearsal_changes_nothing,
    a_line_that_breaks_in_a_change_is_told_honestly,
)


def dialling(
    connector: Connector,
    tool: Tool,
    dial: Dial,
    *,
    owner: str = "acme",
    before_change: Callable[[Mapping[str, Any]], None] = lambda _: None,
    patience: Patience | None = None,
) -> Run:
    """Call `tool` with its example; its platform is what `dial` leads to."""
    http = FakeHttp(lambda _: answer(200, b"{}"))
    ctx = dataclasses.replace(
        context(connector, credentials_of(connector, owner), http, inbox=AnyInbox(), patience=patience),
        dial=dial,
        blocking=waiting,
        before_change=before_change,
    )

    async def called() -> ToolResult:
        return await tool.handler(ctx, schema.parse_arguments(tool, tool.example))

    try:
        return Run(http, result=asyncio.run(called()))
    except Exception as error:
        return Run(http, error=error)


class _Breaking:
    """Lines that are all cut when the first change comes."""

    def __init__(self, dial: Dial) -> None:
        self._dial = dial
        self._lines: list[asyncio.StreamWriter] = []
        self.changes = 0

    async def dial(self, host: str, port: int) -> Line:
        reader, writer = await self._dial(host, port)
        if self.changes:
            writer.transport.abort()
        self._lines.append(writer)
        return reader, writer

    def cut(self, _: Mapping[str, Any]) -> None:
        self.changes += 1
        for writer in self._lines:
            # The connection itself, at once: this runs in a thread, the transport belongs to the loop.
            writer.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


def _serving(greeting: bytes, heard: list[bytes], dialled: list[str] | None = None) -> Dial:
    """A server that greets, answers each line with nonsense that repeats it, and hangs up after five."""

    async def dial(host: str, port: int) -> Line:
        if dialled is not None:
            dialled.append(host)
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=theirs)

        async def talk() -> None:
            try:
                writer.write(greeting)
                for _ in range(5 if greeting else 0):
                    line = await reader.readline()
                    heard.append(line)
                    tag = line.split(b" ")[0].strip()
                    writer.write(b"* NONSENSE ((\r\n" + tag + b" NO " + LEAK + b"\r\n550 " + LEAK + line)
            finally:
                writer.close()

        task = asyncio.ensure_future(talk())
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        opened = await asyncio.open_connection(sock=ours)
        _talking.add(task)
        task.add_done_callback(_talking.discard)
        return opened

    return dial


def _stop(_: Mapping[str, Any]) -> None:
    raise Rehearsal
