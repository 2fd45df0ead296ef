"""Values that make the stand-in fail in a chosen way (listed for people in docs/sandbox.md)."""

import re
import time
from collections.abc import Callable, Mapping
from functools import partial

from connectors.kit.context import HttpResponse
from connectors.sandbox import lost
from connectors.sandbox.tokens import ENDED
from connectors.sandbox.twitter.rest import Refused
from hermes.core.http_types import NotReached

TOKEN_EXPIRED = "SANDBOX_EXPIRED_TOKEN"  # noqa: S105  (values everybody may know)
TOKEN_APP_ONLY = "SANDBOX_APP_ONLY_TOKEN"  # noqa: S105
TOKEN_NOT_ENROLLED = "SANDBOX_NOT_ENROLLED_TOKEN"  # noqa: S105
TOKEN_SELF_SERVE = "SANDBOX_SELF_SERVE_TOKEN"  # noqa: S105
TOKEN_WITHOUT_DMS = "SANDBOX_WITHOUT_DMS_TOKEN"  # noqa: S105
UNREACHABLE_PERSON = "2244994949"
GONE, PROTECTED = "1346889436626250404", "1346889436626250403"
RESET_S = 45
DAY_S = 7_200
UNREACHED = "unreached"
# A word of a post's or message's text.
_WORD = re.compile(r"sandbox-fail-(\w+)")
_ENROL = partial(
    Refused,
    403,
    "Client Forbidden",
    "You must use keys and tokens from a developer App that is attached to a Project.",
    "client-forbidden",
    reason="client-not-enrolled",
)
_PLAN = partial(
    Refused, 403, "Client Forbidden", "Your plan does not include this endpoint.", "client-forbidden"
)
_DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
_REPLY = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by "
    "the author of the post you are replying to."
)


def _limited(name: str, seconds: int) -> Refused:
    headers = {f"{name}-remaining": "0", f"{name}-reset": str(int(time.time()) + seconds)}
    return Refused(429, "Too Many Requests", "Too Many Requests", headers=headers)


REFUSALS: Mapping[str, Callable[[], Refused]] = {
    "401": partial(Refused, 401, "Unauthorized", "Unauthorized"),
    "402": partial(Refused, 402, "CreditsDepleted", "Your enrolled account does not have any credits."),
    "403": partial(Refused, 403, "Forbidden", "You are not permitted to perform this action."),
    "enrolled": _ENROL,
    "plan": _PLAN,
    "capped": partial(
        Refused, 429, "UsageCapExceeded", "Usage cap exceeded: Monthly product cap", "usage-capped"
    ),
    "permissions": partial(
        Refused,
        403,
        "Forbidden",
        "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.",
        "oauth1-permissions",
    ),
    "duplicate": partial(Refused, 403, "Forbidden", _DUPLICATE),
    "reply": partial(Refused, 403, "Forbidden", _REPLY),
    "429": partial(_limited, "x-rate-limit", RESET_S),
    "day": partial(_limited, "x-user-limit-24hour", DAY_S),
    "500": partial(Refused, 500, "Internal Server Error", "Something is broken."),
    "503": partial(Refused, 503, "Service Unavailable", "Service Unavailable"),
}


def check_token(token: str) -> None:
    """Raise Refused for tokens that open nothing."""
    if not token or token in (TOKEN_EXPIRED, ENDED):
        raise REFUSALS["401"]()
    if token == TOKEN_NOT_ENROLLED:
        raise _ENROL()
    if token == TOKEN_APP_ONLY:
        raise Refused(
            403,
            "Unsupported Authentication",
            "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.",
            "unsupported-authentication",
        )


def check_plan(token: str) -> None:
    """Raise Refused where the app's plan is a self-serve one."""
    if token == TOKEN_SELF_SERVE:
        raise _PLAN()


def check_reply(token: str, *, is_summoned: bool) -> None:
    """Raise Refused where the account replies to somebody who did not mention it."""
    if token == TOKEN_SELF_SERVE and not is_summoned:
        raise REFUSALS["reply"]()


def check_messages(token: str) -> None:
    """Raise Refused where the token has no scope for direct messages."""
    if token == TOKEN_WITHOUT_DMS:
        raise REFUSALS["permissions"]()


def duplicate() -> Refused:
    """The refusal of a repeated post."""
    return REFUSALS["duplicate"]()


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
