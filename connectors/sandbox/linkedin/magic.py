"""Values that make the stand-in fail in a chosen way (listed for people in docs/sandbox.md)."""

import re
from collections.abc import Callable, Mapping
from functools import partial

from connectors.kit.context import HttpResponse
from connectors.sandbox import lost
from connectors.sandbox.linkedin.rest import Refused
from connectors.sandbox.tokens import ENDED
from hermes.core.http_types import NotReached

TOKEN_EXPIRED = "AQX_SANDBOX_EXPIRED"  # noqa: S105  (a value everybody may know)
TOKEN_WITHOUT_PROFILE = "AQX_SANDBOX_WITHOUT_PROFILE"  # noqa: S105
TOKEN_OF_MEMBER = "AQX_SANDBOX_MEMBER_ONLY"  # noqa: S105
UNREACHED = "unreached"
# A word of a post's or comment's text.
_WORD = re.compile(r"sandbox[-_\\]*fail[-_\\]*(\w+)")
REFUSALS: Mapping[str, Callable[[], Refused]] = {
    "401": partial(Refused, 401, "Invalid access token", 65600),
    "403": partial(Refused, 403, "Not enough permissions to access: partnerApiPosts.CREATE", 100),
    "422": partial(Refused, 422, "Field Value validation failed in REQUEST_BODY"),
    "426": partial(Refused, 426, "Requested version is not active", code="NONEXISTENT_VERSION"),
    "429": partial(Refused, 429, "Resource level throttle limit is reached.", 101, retry_after_s=30),
    "500": partial(Refused, 500, "Internal Server Error"),
    "503": partial(Refused, 503, "Service Unavailable"),
}


def check_token(token: str) -> None:
    """Raise Refused for no token and for the one that has expired."""
    if not token:
        raise Refused(401, "Empty oauth2 access token", 65604)
    if token in (TOKEN_EXPIRED, ENDED):
        raise Refused(401, "The token used in the request has expired", 65601)


def check_profile(token: str) -> None:
    """Raise Refused for the token that has no openid and profile."""
    if token == TOKEN_WITHOUT_PROFILE:
        raise Refused(403, "Not enough permissions to access: userinfo.GET.NO_VERSION", 100)


def may_read(token: str) -> bool:
    """Whether LinkedIn granted the app what reading and pages take."""
    return token != TOKEN_OF_MEMBER


def refuse(text: str) -> None:
    """Raise what a text asks for before it is taken."""
    word = _word(text)
    if word in REFUSALS:
        raise REFUSALS[word]()
    if word == UNREACHED:
        raise NotReached


async def lose(text: str, deadline_s: float) -> HttpResponse | None:
    """`lost.lose` of an answer whose post was taken."""
    return await lost.lose(_word(text), deadline_s)


def _word(text: str) -> str:
    found = _WORD.search(text)
    return found[1] if found else ""
