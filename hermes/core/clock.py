"""Time: always UTC, on the wire ISO 8601 (`2026-11-22T10:00:00Z`)."""

from datetime import UTC, datetime

from hermes.core.errors import InvalidArgument


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """`2026-11-22T10:00:00Z`, with milliseconds where there are any. Raises ValueError on a naive time."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone is no moment")
    moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond >= 1000 else "seconds") + "Z"


def parse(text: str) -> datetime:
    """The moment an ISO 8601 text names, in UTC; without an offset it is UTC, a date alone is its midnight.

    Raises InvalidArgument.
    """
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        raise InvalidArgument("This is not a time; write it like 2026-11-22T10:00:00Z.") from None
