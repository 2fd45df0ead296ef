"""Values that make the stand-in fail in a chosen way (listed for people in docs/sandbox.md)."""

import re
from collections.abc import Mapping

from connectors.sandbox import tokens
from connectors.sandbox.graph import GraphError, Refusal
from hermes.core.http_types import NotReached

TOKEN_EXPIRED = "IGAA_SANDBOX_EXPIRED"  # noqa: S105  (a value everybody may know)
TOKEN_OF_READER = "IGAA_SANDBOX_BASIC_ONLY"  # noqa: S105
EXPIRED = Refusal(
    190,
    "Error validating access token: Session has expired on Friday, 20-Nov-26 10:00:00 PST.",
    status=401,
    subcode=463,
    is_numbered=False,
)
NO_PERMISSION = Refusal(10, "Application does not have permission for this action", status=403)
PUBLISHED_TOO_MUCH = Refusal(
    9,
    "The user has reached the maximum number of posts that can be published in a 24-hour period.",
    subcode=2207042,
)
# By a word of the text (caption, comment, message) or of a file's address.
REFUSALS: Mapping[str, Refusal] = {
    "401": EXPIRED,
    "403": NO_PERMISSION,
    "429": Refusal(4, "Application request limit reached", status=429, retry_after_s=30),
    "500": Refusal(2, "An unexpected error has occurred. Please retry your request later.", status=500),
    "503": Refusal(1, "Service temporarily unavailable", status=503),
    "spam": Refusal(4, "We restrict certain activity to protect our community.", subcode=2207051, status=403),
    "window": Refusal(10, "This message is sent outside of allowed window.", subcode=2534022),
    "gone": Refusal(551, "This person isn't available right now.", subcode=1545041),
    "stranger": Refusal(100, "The requested user cannot be found.", subcode=2534014),
}
UNREACHED = "unreached"
# Containers and what becomes of them.
LIMITED, REJECTED, ENDED, WAITING = "limit", "format", "expired", "wait"
LOOKS = 8
_WORD = re.compile(r"sandbox-(?:fail-)?(\w+)")


def check_token(token: str) -> None:
    """Raise GraphError for no token and for the one that has expired."""
    if not token:
        raise GraphError(
            Refusal(
                190, "An access token is required to request this resource.", status=401, is_numbered=False
            )
        )
    if token in (TOKEN_EXPIRED, tokens.ENDED):
        raise GraphError(EXPIRED)


def require_permission(token: str) -> None:
    """Raise GraphError for the token that may only read the account."""
    if token == TOKEN_OF_READER:
        raise GraphError(NO_PERMISSION)


def word_in(*texts: object) -> str:
    """The word that chooses what happens, empty without one."""
    found = _WORD.search(" ".join(text for text in texts if isinstance(text, str)))
    return found[1] if found else ""


def refuse(word: str) -> None:
    """Raise what a word asks for before anything is done."""
    if word in REFUSALS:
        raise GraphError(REFUSALS[word])
    if word == UNREACHED:
        raise NotReached
