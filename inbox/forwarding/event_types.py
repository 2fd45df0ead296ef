"""What customers' own systems can be told."""

from collections.abc import Iterable

from hermes.core.errors import InvalidArgument

MESSAGES = tuple(
    f"message.{verb}" for verb in ("received", "sent", "status", "edited", "revoked", "reaction")
)
CONNECTIONS = tuple(
    f"connection.{state}" for state in ("active", "ending", "needs_reauth", "paused", "revoked")
)
EVERY_TYPE = (*MESSAGES, *CONNECTIONS)
ALL = "*"
TEST = "webhook.test"  # told when asked for only, whatever the endpoint listens to


def parse(wanted: Iterable[str]) -> list[str]:
    """`wanted` as it is stored: in order, each once, `*` alone. Raises InvalidArgument."""
    chosen = set(wanted)
    if not chosen or (unknown := sorted(chosen - {ALL, *EVERY_TYPE})):
        named = f"'{unknown[0][:60]}' is no event; t" if chosen else "T"
        raise InvalidArgument(
            f"{named}he events are {', '.join(EVERY_TYPE)}, or '*' for all.", details={"argument": "events"}
        )
    return [ALL] if ALL in chosen else [event for event in EVERY_TYPE if event in chosen]


def is_wanted(event: str, events: Iterable[str]) -> bool:
    """Whether an endpoint that listens to `events` is told."""
    return event in events or ALL in events


def has_messages(events: Iterable[str]) -> bool:
    """Whether these tell what people write."""
    return any(is_wanted(event, events) for event in MESSAGES)
