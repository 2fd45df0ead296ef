"""What can be played through with a stand-in, as data: what people do there, and the magic values."""

import dataclasses
from collections.abc import Iterator, Mapping

from connectors.sandbox import lost

UNREACHED = "The platform cannot be reached."
_UNKNOWN = "It is done, but the answer is lost: the outcome is unknown."
LOST_WORDS: Mapping[str, str] = {
    lost.BAD_GATEWAY: f"HTTP 502. {_UNKNOWN}",
    lost.CUT: f"The connection is cut. {_UNKNOWN}",
    lost.NEVER: f"No answer before the deadline. {_UNKNOWN}",
    lost.SLOW: f"The answer comes after {lost.SLOW_S:g} s.",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Value:
    """A value that makes a tool fail in a chosen way: what it is, in which argument, and what happens."""

    text: str
    place: str
    effect: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """Of one platform. `sender` is an example of a person, `kinds` what people can do; none: nobody can."""

    sender: str = ""
    kinds: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()


def lost_values(by_value: Mapping[str, str], place: str) -> Iterator[Value]:
    """The values whose answer is lost or late; `by_value` says how (`lost`)."""
    return (Value(text, place, LOST_WORDS[how]) for text, how in by_value.items())
