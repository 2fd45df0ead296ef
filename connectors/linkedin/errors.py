"""LinkedIn's refusals in our words.

Its errors are `{"status", "serviceErrorCode", "code", "message"}` (learn.microsoft.com, "Error Handling").
The status decides; its text is read for one thing only, a post that repeats an earlier one.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.kit.statuses import error_of_status, retry_after_s
from hermes.core import clock
from hermes.core.errors import (
    Conflict,
    HermesError,
    NeedsReauth,
    NotAllowedByPlatform,
    NotFound,
    PlatformRejected,
    RateLimited,
    VersionRetired,
)
from hermes.core.http_types import HttpResponse

PLATFORM = "LinkedIn"
_INVALID = (PlatformRejected, "LinkedIn refused one of the values as invalid; check ids, texts and media.")
MEANINGS: Mapping[int, tuple[type[HermesError], str]] = {
    400: _INVALID,
    401: (
        NeedsReauth,
        "LinkedIn refuses the access token: it is wrong, revoked or older than 60 days. Make a new one and "
        "connect with it.",
    ),
    404: (
        NotFound,
        "LinkedIn does not know that object, or this account may not see it; check it.",
    ),
    422: _INVALID,
    426: (
        VersionRetired,
        "LinkedIn retired the configured API version; the operator must raise LINKEDIN_VERSION.",
    ),
}
_REPEATED = re.compile(r"duplicate", re.IGNORECASE)
_URN = re.compile(r"urn:li:(?:share|ugcPost):[0-9]{1,25}")


def explain_as(need: str) -> Callable[[HttpResponse], HermesError]:
    """What an answer means for a request that takes the permission `need` describes."""

    def explain(response: HttpResponse) -> HermesError:
        told = response.json()
        told = told if isinstance(told, dict) else {}
        error = _error(response, told, need)
        code = told.get("serviceErrorCode")
        if type(code) is int:
            error.details.setdefault("platform_code", code)
        return error

    return explain


def _error(response: HttpResponse, told: dict[str, Any], need: str) -> HermesError:
    status, message = response.status, str(told.get("message") or "")
    if status in (409, 422) and _REPEATED.search(f"{message} {told.get('code')}"):
        earlier = _URN.search(message)
        return Conflict(
            "LinkedIn refuses a post that repeats an earlier one; change the text.",
            details={"post": earlier[0]} if earlier else None,
        )
    if status == 403:
        return NotAllowedByPlatform(f"LinkedIn does not allow this account to do that: {need}")
    if status == 429:
        return RateLimited(
            "LinkedIn's daily limit of this app or member is used up; it begins anew at 00:00 UTC.",
            retry_after_s=_wait_s(response),
        )
    if status in MEANINGS:
        kind, sentence = MEANINGS[status]
        return kind(sentence)
    return error_of_status(PLATFORM, response)


def _wait_s(response: HttpResponse) -> float:
    """What LinkedIn asks for, else the time to its next day: its limits are counted by UTC days."""
    asked = retry_after_s(response)
    if asked is not None:
        return asked
    now = clock.now().astimezone(UTC)
    midnight = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
    return (midnight - now).total_seconds()
