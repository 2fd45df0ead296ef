"""Answers that do not arrive as they were given, although what was asked for is done."""

import asyncio

from connectors.kit.context import HttpResponse
from hermes.core.http_types import CutOff

BAD_GATEWAY, CUT, NEVER, SLOW = LOST = ("502", "cut", "never", "slow")
SLOW_S = 3.0
_PAGE = HttpResponse(
    status=502, headers={"content-type": "text/html"}, body=b"<html><body>502 Bad Gateway</body></html>"
)


async def lose(how: str, deadline_s: float) -> HttpResponse | None:
    """A gateway's page (`502`), or None where the answer arrives: late if `slow`, else for any other word.

    Raises CutOff where it does not: at once (`cut`), or when the deadline is over (`never`).
    """
    if how == BAD_GATEWAY:
        return _PAGE
    delay_s = {CUT: 0.0, SLOW: SLOW_S, NEVER: deadline_s}.get(how)
    if delay_s is None:
        return None
    await asyncio.sleep(min(delay_s, deadline_s))
    if how == CUT or delay_s >= deadline_s:
        raise CutOff
    return None
