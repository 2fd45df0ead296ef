"""Values that make the stand-in fail in a chosen way (listed for people in docs/sandbox.md)."""

from collections.abc import Mapping

from connectors.kit.context import HttpResponse
from connectors.sandbox import lost
from connectors.sandbox.telegram.api import BotError
from connectors.sandbox.telegram.people import GROUP
from hermes.core.http_types import NotReached

BLOCKED = (403, "Forbidden: bot was blocked by the user")
# What a change in one of these chats meets at once: status and description.
REFUSALS: Mapping[str, tuple[int, str]] = {
    "40001": (400, "Bad Request: chat not found"),
    "40002": (400, "Bad Request: not enough rights to send text messages to the chat"),
    "40003": (400, "Bad Request: group chat was upgraded to a supergroup chat"),
    "40301": BLOCKED,
    "40302": (403, "Forbidden: user is deactivated"),
    "40303": (403, "Forbidden: bot can't initiate conversation with a user"),
    "40304": (403, "Forbidden: bot was kicked from the group chat"),
    "40305": (403, "Forbidden: CHAT_RESTRICTED"),
    "40101": (401, "Unauthorized"),
    "42901": (429, "Too Many Requests: retry after 30"),
    "50001": (500, "Internal Server Error"),
    "50301": (503, "Service Unavailable"),
}
PARAMETERS: Mapping[str, Mapping[str, int]] = {
    "40003": {"migrate_to_chat_id": GROUP},
    "42901": {"retry_after": 30},
}
NOT_REACHED = "50302"
# The message is taken, but of the first three the caller does not learn it.
BAD_GATEWAY = "50201"
NEVER_ANSWERED = "50401"
CUT = "50402"
SLOW = "20001"
LOST = {BAD_GATEWAY: lost.BAD_GATEWAY, NEVER_ANSWERED: lost.NEVER, CUT: lost.CUT, SLOW: lost.SLOW}

REVOKED = "SANDBOX_REVOKED"


def check_token(token: str) -> int:
    """The bot's id; raises BotError for what is no token and for the token that was revoked."""
    number, _, secret = token.partition(":")
    if not number.isdecimal() or len(secret) < 30:
        raise BotError(404, "Not Found")
    if REVOKED in secret:
        raise BotError(401, "Unauthorized")
    return int(number)


def refuse(chat: str) -> None:
    """Raise what a change in this chat meets at once."""
    if chat in REFUSALS:
        raise BotError(*REFUSALS[chat], parameters=PARAMETERS.get(chat))
    if chat == NOT_REACHED:
        raise NotReached


async def lose(chat: str, deadline_s: float) -> HttpResponse | None:
    """`lost.lose` of an answer whose message was taken."""
    return await lost.lose(LOST.get(chat, ""), deadline_s)
