"""What a run prints, and where it fails."""

import sys

from tests.load.generator import percentile
from tests.load.inbound.traffic import Result
from tests.load.processes import Failed


def show(name: str, got: Result, bare: Result) -> None:
    """A row of the table."""
    times, rate = sorted(got.times), len(got.times) / got.seconds
    share = rate / (len(bare.times) / bare.seconds)
    say(
        f"{name:22} {rate:8,.0f} {percentile(times, 50):8.1f} {percentile(times, 99):8.1f}"
        f" {share_over(got, 1.0):9.2%} {share:8.2f}"
    )


def share_over(got: Result, seconds: float) -> float:
    """The share of answers that took longer."""
    return sum(t > seconds for t in got.times) / len(got.times)


def require(holds: bool, otherwise: str) -> None:
    """Raise Failed where a goal is missed."""
    if not holds:
        raise Failed(otherwise)


def say(text: str) -> None:
    """A line of the report."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
