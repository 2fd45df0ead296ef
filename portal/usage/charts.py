"""A month's units as a picture: bars of each day by platform, in the units of an SVG's own grid."""

import calendar
import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date

HEIGHT = 100
STEP, WIDTH = 10, 8  # of a day, of its bar
COLOURS = 9


@dataclasses.dataclass(frozen=True, slots=True)
class Series:
    """A platform's parts of all days as one path, and the number of its colour."""

    name: str
    colour: int
    path: str


@dataclasses.dataclass(frozen=True, slots=True)
class Day:
    """A day: what was used of each series, and together."""

    day: date
    units: int
    cells: Sequence[int]

    @property
    def x(self) -> int:
        """Where its place begins."""
        return (self.day.day - 1) * STEP


@dataclasses.dataclass(frozen=True, slots=True)
class Chart:
    """A month. `top` is what the upper edge stands for."""

    days: Sequence[Day]
    series: Sequence[Series]
    top: int

    @property
    def width(self) -> int:
        """Of the grid."""
        return len(self.days) * STEP

    @property
    def used(self) -> Sequence[Day]:
        """The days on which anything was used, for the table."""
        return [day for day in self.days if day.units]


def chart(first: date, units: Mapping[tuple[date, str], int], names: Mapping[str, str]) -> Chart:
    """The month that begins with `first`; `names` are the platforms', in the order of their colours."""
    slugs = [slug for slug in names if any(platform == slug for _, platform in units)]
    days = []
    for number in range(1, calendar.monthrange(first.year, first.month)[1] + 1):
        day = first.replace(day=number)
        cells = [units.get((day, slug), 0) for slug in slugs]
        days.append(Day(day, sum(cells), cells))
    top = rounded(max(day.units for day in days))
    colours = {slug: at % COLOURS for at, slug in enumerate(names)}
    series = [Series(names[slug], colours[slug], _path(days, at, top)) for at, slug in enumerate(slugs)]
    return Chart(days, series, top)


def rounded(most: int) -> int:
    """The next of 2, 5, 10, 20, 50, 100, …: what an axis ends with."""
    scale = 1
    while True:
        for step in (2, 5, 10):
            if step * scale >= most:
                return step * scale
        scale *= 10


def _path(days: Sequence[Day], at: int, top: int) -> str:
    parts = []
    for day in days:
        if day.cells[at]:
            height = round(day.cells[at] * HEIGHT / top, 2)
            y = round(HEIGHT - sum(day.cells[: at + 1]) * HEIGHT / top, 2)
            parts.append(f"M{day.x + 1} {y:g}h{WIDTH}v{height:g}h-{WIDTH}z")
    return "".join(parts)
