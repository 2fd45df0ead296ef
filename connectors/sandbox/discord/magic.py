"""Values that make the stand-in fail in a chosen way (listed for people in docs/sandbox.md)."""

from connectors.kit.context import HttpResponse
from connectors.sandbox import lost
from connectors.sandbox.discord.rest import UNAUTHORIZED, UNKNOWN_USER, ApiError, Refusal
from hermes.core.http_types import NotReached

# Whatever is asked of one of these channels is refused.
CHANNELS = {
    "100000000000050001": Refusal(403, 50001, "Missing Access"),
    "100000000000050013": Refusal(403, 50013, "Missing Permissions"),
    "100000000000020016": Refusal(429, 20016, "This channel is in slowmode", retry_after_s=10.0),
    "100000000000000429": Refusal(429, 0, "You are being rate limited.", retry_after_s=30.0),
    "100000000000000401": UNAUTHORIZED,
    "100000000000000500": Refusal(500, 0, "500: Internal Server Error"),
    "100000000000000503": Refusal(503, 130000, "API resource is currently overloaded."),
    "100000000000200000": Refusal(400, 200000, "Message was blocked by automatic moderation"),
    "100000000000160005": Refusal(403, 160005, "Thread is locked"),
}
NOT_REACHED = "100000000000000106"
# A message to one of these is taken, and the answer is lost or late.
BAD_GATEWAY = "100000000000000502"
NEVER_ANSWERED = "100000000000000104"
CUT = "100000000000000105"
SLOW = "100000000000000108"
LOST = {BAD_GATEWAY: lost.BAD_GATEWAY, NEVER_ANSWERED: lost.NEVER, CUT: lost.CUT, SLOW: lost.SLOW}
# Users who cannot be written to: the direct channel cannot be opened, or takes no message.
UNOPENED = {
    "200000000000010013": UNKNOWN_USER,
    "200000000000040003": Refusal(
        429, 40003, "You are opening direct messages too fast.", retry_after_s=60.0
    ),
    "200000000000050033": Refusal(400, 50033, "Invalid Recipient(s)"),
}
UNREACHABLE = {
    "200000000000050007": Refusal(403, 50007, "Cannot send messages to this user"),
    "200000000000050278": Refusal(403, 50278, "No mutual guilds with this user"),
}
# A token with this in it was reset.
TOKEN_RESET = "SANDBOX_RESET"  # noqa: S105  (a mark, not a token)


def refuse(channel_id: str) -> None:
    """Raise what a request about this channel meets at once."""
    if channel_id in CHANNELS:
        raise ApiError(CHANNELS[channel_id])
    if channel_id == NOT_REACHED:
        raise NotReached


def is_lossy(channel_id: str) -> bool:
    """Whether what is sent there is taken and its answer lost or late."""
    return channel_id in LOST


async def lose(channel_id: str, deadline_s: float) -> HttpResponse | None:
    """`lost.lose` of an answer whose message was taken."""
    return await lost.lose(LOST.get(channel_id, ""), deadline_s)
