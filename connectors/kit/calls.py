"""The one rule for calling a platform: when to try again, how long in all, and what a failure means.

Reads are tried up to three times; what changes something only while no byte of it was accepted.
A change that may have happened is OutcomeUnknown and never repeated here. A request that was held back
because the platform limits the account waits a moment for its turn.
"""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Unpack

from connectors.kit.context import Http, HttpResponse, ToolContext
from hermes.core.errors import HermesError, OutcomeUnknown, PlatformUnavailable, RateLimited
from hermes.core.http_types import CutOff, NotReached, RequestContent, ResponseTooLarge

TRIES = 3
TOTAL_S = 30.0
TRY_S = 10.0
PATIENCE_S = 3.0
FIRST_PAUSE_S = 0.2
# A front server that lost its back end cannot say whether the back end acted.
AMBIGUOUS = frozenset({502, 504})


class Deadline:
    """The time all exchanges of one tool call share, `TOTAL_S` unless told."""

    def __init__(self, total_s: float = TOTAL_S) -> None:
        self._ends = time.monotonic() + total_s

    def left_s(self) -> float:
        """Seconds left; never negative."""
        return max(self._ends - time.monotonic(), 0.0)


async def call(
    ctx: ToolContext,
    method: str,
    url: str,
    *,
    sends: bool,
    explain: Callable[[HttpResponse], HermesError],
    deadline: Deadline,
    via: Http | None = None,
    try_s: float = TRY_S,
    **content: Unpack[RequestContent],
) -> HttpResponse:
    """The platform's answer below 300, else the error `explain` makes of it.

    `sends` marks a request that must not happen twice. `via` replaces `ctx.http`; `try_s` caps one try of a
    read. All tries end within `TOTAL_S`, or within a `try_s` that is longer, for large files.
    Raises PlatformUnavailable (nothing was done), OutcomeUnknown (a send may have been done),
    TooLarge (a read's answer exceeds `limit_bytes`) and what `explain` returns.
    """
    deadline = Deadline(min(deadline.left_s(), max(TOTAL_S, try_s)))
    attempt = 0
    while True:
        attempt += 1
        failure: HermesError
        try:
            response = await (via or ctx.http).request(
                method,
                url,
                deadline_s=deadline.left_s() if sends else min(try_s, deadline.left_s()),
                **content,
            )
        except (NotReached, RateLimited) as unsent:
            failure = unsent
        except (CutOff, ResponseTooLarge) as broken:
            if sends:
                raise _unknown() from None
            if isinstance(broken, ResponseTooLarge):
                raise
            failure = PlatformUnavailable("The platform did not answer in time; try again in a minute.")
        else:
            if response.status < 300:
                return response
            failure = explain(response)
            if sends:
                raise _unknown() if response.status in AMBIGUOUS else failure
        pause_s = _pause_s(failure, attempt)
        if attempt == TRIES or pause_s is None or pause_s >= deadline.left_s():
            raise failure
        await asyncio.sleep(pause_s)


def _pause_s(failure: HermesError, attempt: int) -> float | None:
    """Seconds before the next try; None where another try is no use."""
    jittered = FIRST_PAUSE_S * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311  (no secret)
    if isinstance(failure, RateLimited):
        asked = failure.retry_after_s
        return max(asked, jittered) if asked is not None and asked <= PATIENCE_S else None
    return jittered if isinstance(failure, PlatformUnavailable) else None


def _unknown() -> OutcomeUnknown:
    return OutcomeUnknown(
        "The platform may have done this, but its answer was lost; look it up before you repeat it."
    )
