"""Values that make the stand-in fail in a chosen way (listed for people in docs/sandbox.md)."""

import dataclasses

from connectors.kit.context import HttpResponse
from connectors.sandbox import lost
from connectors.sandbox.graph import GraphError, Refusal
from connectors.sandbox.tokens import ENDED
from hermes.core.http_types import NotReached

WINDOW_CLOSED = Refusal(
    131047,
    "Re-engagement message",
    "Message failed to send because more than 24 hours have passed "
    "since the customer last replied to this number.",
)
UNDELIVERABLE = Refusal(131026, "Message undeliverable", "Message Undeliverable.")
HELD_BACK = Refusal(
    131049,
    "This message was not delivered to maintain healthy ecosystem engagement.",
    "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
)
MEDIA_NOT_LOADED = Refusal(
    131053, "Media upload error", "Downloading media from weblink failed with http code 404."
)
EXPIRED = Refusal(
    190,
    "Error validating access token: Session has expired on Friday, 20-Nov-26 10:00:00 PST.",
    status=401,
    subcode=463,
    is_numbered=False,
)

# Refused at once, by recipient.
REFUSALS = {
    "12025550126": UNDELIVERABLE,
    "12025550147": WINDOW_CLOSED,
    "12025550129": Refusal(
        130429,
        "Rate limit hit",
        "Cloud API message throughput has been reached.",
        status=429,
        retry_after_s=30,
    ),
    "12025550130": Refusal(
        131030,
        "Recipient phone number not in allowed list",
        "Add recipient phone number to recipient list and try again.",
    ),
    "12025550131": Refusal(
        131031, "Account has been locked", "Business Account has been locked.", status=403
    ),
    "12025550150": Refusal(131000, "Something went wrong", "Message failed to send.", status=500),
    "12025550153": Refusal(131016, "Service unavailable", "Service temporarily unavailable.", status=503),
    "12025550156": Refusal(
        131056,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Too many messages sent from this phone number to the same phone number in a short period of time.",
    ),
    "12025550190": EXPIRED,
}
BAD_GATEWAY = "12025550152"
NEVER_ANSWERED = "12025550104"
CUT = "12025550105"
NOT_REACHED = "12025550106"
SLOW = "12025550108"
LOST = {BAD_GATEWAY: lost.BAD_GATEWAY, NEVER_ANSWERED: lost.NEVER, CUT: lost.CUT, SLOW: lost.SLOW}

# Taken, then failed or stopped on the way, by recipient.
FAILURES = {"13035550126": UNDELIVERABLE, "13035550147": WINDOW_CLOSED, "13035550149": HELD_BACK}
LAST_STATUS = {"13035550101": "sent", "13035550102": "delivered"}

ACCESS_EXPIRED = "EAA_SANDBOX_EXPIRED"
ACCESS_WITHOUT_PERMISSION = "EAA_SANDBOX_NO_PERMISSION"
ACCESS_OF_OTHER_BUSINESS = "EAA_SANDBOX_OTHER_BUSINESS"


def check_token(token: str) -> None:
    """Raise GraphError for no token and for the tokens that stand for trouble."""
    if not token:
        raise GraphError(
            Refusal(
                190, "An access token is required to request this resource.", status=401, is_numbered=False
            )
        )
    if token in (ACCESS_EXPIRED, ENDED):
        raise GraphError(EXPIRED)
    if token == ACCESS_WITHOUT_PERMISSION:
        raise GraphError(Refusal(10, "Application does not have permission for this action", status=403))


@dataclasses.dataclass(frozen=True, slots=True)
class Delivery:
    """What becomes of a message: the last status it reaches, or the failure."""

    last_status: str
    failure: Refusal | None


def delivery(recipient: str) -> Delivery:
    """What becomes of a message to this recipient once it was taken."""
    return Delivery(LAST_STATUS.get(recipient, "read"), FAILURES.get(recipient))


def refuse(recipient: str) -> None:
    """Raise what a message to this recipient meets at once, before it is taken."""
    if recipient in REFUSALS:
        raise GraphError(REFUSALS[recipient])
    if recipient == NOT_REACHED:
        raise NotReached


async def lose(recipient: str, deadline_s: float) -> HttpResponse | None:
    """`lost.lose` of an answer whose message was taken."""
    return await lost.lose(LOST.get(recipient, ""), deadline_s)
