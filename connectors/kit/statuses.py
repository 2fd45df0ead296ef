"""What a platform's HTTP status means where its body says nothing better."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from hermes.core import clock
from hermes.core.errors import (
    HermesError,
    NeedsReauth,
    NotAllowedByPlatform,
    NotFound,
    PlatformRejected,
    PlatformUnavailable,
    RateLimited,
    TooLarge,
)
from hermes.core.http_types import HttpResponse

DEFAULT_RETRY_S = 30.0
LIMIT_RETRY_S = 86_400.0
UNKNOWN_OBJECT = (NotFound, "does not know that object; check the id.")
MEANINGS: dict[int, tuple[type[HermesError], str]] = {
    401: (NeedsReauth, "refuses the credential. Make a new one and connect with it."),
    403: (
        NotAllowedByPlatform,
        "does not allow this for the connected account; check its permissions there.",
    ),
    404: UNKNOWN_OBJECT,
    410: UNKNOWN_OBJECT,
    413: (TooLarge, "says this is too large; send less."),
}


def error_of_status(platform: str, response: HttpResponse) -> HermesError:
    """The error an answer of 300 or more stands for; `platform` is the name people read.

    Nothing of the answer's body is in it.
    """
    status = response.status
    if status == 429:
        asked = retry_after_s(response)
        return RateLimited(
            f"{platform} is limiting calls; try again later.",
            retry_after_s=DEFAULT_RETRY_S if asked is None else asked,
        )
    if status >= 500:
        return PlatformUnavailable(f"{platform} has a fault right now; try again in a minute.")
    kind, sentence = MEANINGS.get(
        status, (PlatformRejected, "refused the request (HTTP {status}); check the arguments.")
    )
    return kind(f"{platform} " + sentence.format(status=status))


def retry_after_s(response: HttpResponse) -> float | None:
    """The seconds of `Retry-After` (RFC 9110 10.2.3: seconds or a date), at most a day; None without it."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdecimal():
        return min(float(value[:9]), LIMIT_RETRY_S)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(_seconds_until(at), 0.0), LIMIT_RETRY_S)


def silence_s(response: HttpResponse) -> float | None:
    """For how many seconds an answer limits the whole account: what a 429 asks for; None without a word."""
    return retry_after_s(response) if response.status == 429 else None


def _seconds_until(at: datetime) -> float:
    return (at - clock.now()).total_seconds()
