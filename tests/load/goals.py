"""What the figures of one run are held against; ratios hold from machine to machine, absolutes less so."""

import dataclasses
from collections.abc import Iterator, Mapping

from tests.load.processes import Figures

STATELESS = "Hermes echo, MCP 2026-07-28, uvicorn"
SESSION = "Hermes echo, MCP 2025-11-25 session, uvicorn"
REST = "Hermes echo, REST, uvicorn"
BARE = "bare ASGI echo, uvicorn"
SDK = "MCP SDK's own server, uvicorn"
DAPHNE = "Hermes echo, MCP 2026-07-28, daphne"
BARE_DAPHNE = "bare ASGI echo, daphne"
ADDED = "added"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """`value` is what was measured; good where it is at least `least` or at most `most`."""

    name: str
    value: float
    least: float | None = None
    most: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether it is."""
        return (self.least is None or self.value >= self.least) and (
            self.most is None or self.value <= self.most
        )

    def __str__(self) -> str:
        wanted = f"at least {self.least:,g}" if self.least is not None else f"at most {self.most:,g}"
        return f"{'met   ' if self.is_met else 'missed'}  {self.name:52} {self.value:8,.2f}   {wanted}"


def goals(results: Mapping[str, Figures]) -> Iterator[Goal]:
    """The goals whose rows were measured."""
    rps = {name: figures.rps for name, figures in results.items()}

    def ratio(name: str, above: str, below: str, least: float) -> Iterator[Goal]:
        if above in rps and below in rps:
            yield Goal(name=name, value=rps[above] / rps[below], least=least)

    if STATELESS in rps:
        yield Goal(name="echo: calls a second and core", value=rps[STATELESS], least=4000)
    yield from ratio("echo beside the bare ASGI echo", STATELESS, BARE, 0.2)
    yield from ratio("echo beside the SDK's own server", STATELESS, SDK, 3)
    yield from ratio("sessions beside no sessions", SESSION, STATELESS, 0.7)
    yield from ratio("REST beside MCP", REST, STATELESS, 0.8)
    yield from ratio("daphne: echo beside its bare echo", DAPHNE, BARE_DAPHNE, 0.6)
    if ADDED in results:
        yield Goal(name="added to 50 ms upstream, 200 at once: p50 ms", value=results[ADDED].p50, most=3)
        yield Goal(name="added to 50 ms upstream, 200 at once: p95 ms", value=results[ADDED].p95, most=10)
