"""`make bench`: what a call costs, side by side, in one run, on one core.

Options: `--seconds N` a row (default 5), `--connections N` (default 64), `--only WORD` (rows named so).
The measured process has one core to itself; the load, Redis and the upstream share the other.
"""

import argparse
import contextlib
import dataclasses
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.load.goals import ADDED, goals
from tests.load.hermes import Hermes, hermes
from tests.load.processes import MEASURED_CORE, OTHER_CORE, Failed, Figures, free_port, measure, running
from tests.load.requests import Request, modern_call, post, session_call

ECHO = "test_simple_text"
SAID = "This is a simple text response"
UPSTREAM_MS = 50
UPSTREAM_CONNECTIONS = (32, 200)
HEAD = f"{'':44} {'calls/s':>8} {'cpu µs':>7} {'p50 ms':>7} {'p95 ms':>7} {'p99 ms':>7} {'of bare':>8}\n"
UVICORN = [
    "-m",
    "uvicorn",
    "--log-level",
    "warning",
    "--no-access-log",
    "--no-server-header",
    "--no-proxy-headers",
    "--port",
]
DAPHNE = ["-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p"]
LOCAL_WEB = ["-m", "hermes.local.web", "-v", "0", "-b", "127.0.0.1", "-p"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measurement. `request` is made once the server runs; `bare` names the row it is compared with."""

    name: str
    command: list[str]
    application: str
    request: Callable[[int, Hermes], Request]
    bare: str
    connections: int | None = None


def main() -> None:
    """Measure and print."""
    options = arguments()
    sys.stdout.write(
        f"one core ({MEASURED_CORE}), load on core {OTHER_CORE}, {options.seconds:g} s a row\n\n{HEAD}"
    )
    upstream_port = free_port()
    results: dict[str, Figures] = {}
    with hermes(upstream_port) as ours, upstream(upstream_port, ours.folder / "upstream.log"):
        for row in rows():
            if options.only in row.name:
                results[row.name] = show(row, run(row, ours, options), results)
        if options.only in "upstream":
            for connections in UPSTREAM_CONNECTIONS:
                results[ADDED] = show_added(ours, upstream_port, connections, options)
    sys.stdout.write("\n" + "".join(f"{goal}\n" for goal in goals(results)))


def arguments() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--only", default="")
    return parser.parse_args()


def rows() -> Iterator[Row]:
    """What is measured, in order."""
    for server, command, own in (("uvicorn", UVICORN, UVICORN), ("daphne", DAPHNE, LOCAL_WEB)):
        bare = f"bare ASGI echo, {server}"
        kinds = {"MCP 2026-07-28": modern, "MCP 2025-11-25 session": session, "REST": rest}
        yield Row(name=bare, command=command, application="tests.load.echo", request=to_bare, bare=bare)
        if server == "uvicorn":
            name = "MCP SDK's own server, uvicorn"
            yield Row(
                name=name, command=command, application="tests.load.sdk_server", request=to_sdk, bare=bare
            )
        for kind, request in kinds.items():
            name = f"Hermes echo, {kind}, {server}"
            yield Row(name=name, command=own, application="hermes.asgi", request=request, bare=bare)


def to_bare(_port: int, _ours: Hermes) -> Request:
    """The same bytes that Hermes gets."""
    return modern_call(ECHO, {}, bearer("hms_live_" + "0" * 50), marker=ECHO)


def to_sdk(_port: int, _ours: Hermes) -> Request:
    """A call of the SDK server's tool, without a session."""
    return modern_call("echo", {}, {}, marker=SAID)


def modern(_port: int, ours: Hermes) -> Request:
    """Authenticated, metered and audited."""
    return modern_call(ECHO, {}, bearer(ours.key), marker=SAID)


def session(port: int, ours: Hermes) -> Request:
    """The same in a session."""
    return session_call(ECHO, {}, bearer(ours.key), port=port, marker=SAID)


def rest(_port: int, ours: Hermes) -> Request:
    """The same over REST."""
    return post(f"/api/tools/{ECHO}", {}, bearer(ours.key), marker='"call_id"')


def templates(port: int, ours: Hermes) -> Request:
    """A tool that asks its platform."""
    ours.connect(port)
    return modern_call("whatsapp_list_templates", {}, bearer(ours.key), marker="order_ready")


def bearer(key: str) -> Mapping[str, str]:
    """The header with a key."""
    return {"Authorization": f"Bearer {key}"}


def run(row: Row, ours: Hermes, options: argparse.Namespace) -> Figures:
    """Start the row's server and load it."""
    port = free_port()
    words = [*row.command, str(port), f"{row.application}:application"]
    with running(words, port=port, core=MEASURED_CORE, log=ours.log, env=ours.env) as server:
        request = row.request(port, ours)
        connections = row.connections or options.connections
        return measure(server, request, port=port, connections=connections, seconds=options.seconds)


def show(row: Row, got: Figures, results: Mapping[str, Figures]) -> Figures:
    """Print a row."""
    bare = results.get(row.bare, got if row.name == row.bare else None)
    share = f"{got.rps / bare.rps:8.2f}" if bare else ""
    times = "".join(f" {t:7.1f}" for t in (got.p50, got.p95, got.p99))
    sys.stdout.write(f"{row.name:44} {got.rps:8,.0f} {got.cpu_us:7,.0f}{times} {share}\n")
    sys.stdout.flush()
    return got


@contextlib.contextmanager
def upstream(port: int, log: Path) -> Iterator[None]:
    """The platform on loopback that takes 50 ms."""
    with running(
        ["-m", "tests.load.upstream", str(port), str(UPSTREAM_MS)], port=port, core=OTHER_CORE, log=log
    ):
        yield


def show_added(ours: Hermes, upstream_port: int, connections: int, options: argparse.Namespace) -> Figures:
    """What Hermes adds to a platform that takes 50 ms, with so many calls side by side."""
    path = "/v26.0/0/message_templates"
    straight = Request(
        content=f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(), marker="order_ready"
    )
    load = {"connections": connections, "seconds": options.seconds}
    sys.stdout.write(f"\n{connections} side by side, a platform that takes {UPSTREAM_MS} ms\n{HEAD}")
    direct = measure(None, straight, port=upstream_port, **load)
    show(
        Row(name="straight to the platform", command=[], application="", request=to_bare, bare=""), direct, {}
    )
    through = Row(
        name="through Hermes, MCP 2026-07-28, uvicorn",
        command=UVICORN,
        application="hermes.asgi",
        request=templates,
        bare="",
        connections=connections,
    )
    got = show(through, run(through, ours, options), {})
    times = {p: getattr(got, p) - getattr(direct, p) for p in ("p50", "p95", "p99")}
    sys.stdout.write(f"{ADDED:60} {''.join(f'{t:8.1f}' for t in times.values())}\n")
    return dataclasses.replace(got, **times)


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(str(failure))
