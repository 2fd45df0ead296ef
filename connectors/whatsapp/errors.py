"""Meta's error codes in our words.

Codes: Meta's Cloud API error list (2026-05-15) and the Graph API's own. Logic hangs on `code`; Meta's texts
are never passed on.
"""

from collections.abc import Mapping
from typing import Any

from connectors.kit.meta import Meaning, by_code, refusal
from hermes.core.errors import (
    HermesError,
    NeedsReauth,
    NotAllowedByPlatform,
    NotFound,
    PlatformRejected,
    PlatformUnavailable,
    RateLimited,
    RecipientUnreachable,
    TooLarge,
    VersionRetired,
    WindowClosed,
)
from hermes.core.http_types import HttpResponse

PLATFORM = "WhatsApp"
CODE_OBJECT_UNKNOWN = (100, 33)
DEFAULT_RETRY_S = {131056: 6.0, 130429: 5.0}

RECONNECT: Meaning = (
    NeedsReauth,
    "WhatsApp refuses the access token: it is wrong, expired or revoked. Make a new one and connect with it.",
)
NO_PERMISSION: Meaning = (
    NotAllowedByPlatform,
    "The access token lacks a permission for this; give its system user whatsapp_business_messaging and "
    "whatsapp_business_management on this account.",
)
BAD_ARGUMENT: Meaning = (
    PlatformRejected,
    "WhatsApp refused one of the values as invalid; check ids, formats and lengths.",
)
TRANSIENT: Meaning = (PlatformUnavailable, "WhatsApp has a fault right now; try again in a minute.")

_GROUPS: tuple[tuple[tuple[int, ...], type[HermesError], str], ...] = (
    ((4, 17, 32, 613), RateLimited, "The Meta app made too many calls; try again later."),
    ((80007, 80008), RateLimited, "This WhatsApp Business Account made too many calls; try again later."),
    ((130429,), RateLimited, "This number sends faster than WhatsApp allows; slow down and try again."),
    ((131056,), RateLimited, "Too many messages to this one person; wait some seconds between them."),
    ((133016, 131064), RateLimited, "WhatsApp limits this for now; try again later."),
    (
        (131047,),
        WindowClosed,
        "More than 24 hours passed since this person last wrote; send an approved template instead.",
    ),
    (
        (131026,),
        RecipientUnreachable,
        "WhatsApp cannot deliver to this recipient: not on WhatsApp, an old app, or terms not accepted.",
    ),
    ((131021,), RecipientUnreachable, "Sender and recipient are the same number; use another recipient."),
    (
        (131030,),
        RecipientUnreachable,
        "A test number only sends to recipients on its allow-list; add the recipient in the Meta app first.",
    ),
    (
        (130472, 131049),
        RecipientUnreachable,
        "WhatsApp held this marketing message back to protect the recipient; do not repeat it within a day.",
    ),
    ((131050,), RecipientUnreachable, "This person stopped marketing messages; send none until they return."),
    (
        (131062,),
        RecipientUnreachable,
        "This kind of message cannot go to a business-scoped user id; use the phone number.",
    ),
    ((137000,), RecipientUnreachable, "WhatsApp cannot identify this recipient; check the number or id."),
    ((131043,), RecipientUnreachable, "The message expired before it could be delivered; send it again."),
    ((131008,), PlatformRejected, "A value WhatsApp requires is missing; check the arguments."),
    ((131051,), PlatformRejected, "WhatsApp does not support this kind of message here; use another kind."),
    ((131052,), PlatformRejected, "WhatsApp could not download the media; check that its address is public."),
    ((131053,), PlatformRejected, "WhatsApp could not take the media; check its type and size."),
    (
        (132000,),
        PlatformRejected,
        "The number of template values does not match the template; look it up with whatsapp_list_templates.",
    ),
    ((132001,), NotFound, "No approved template has this name in this language; list the templates."),
    ((132005,), TooLarge, "The filled-in template is too long; shorten the values."),
    (
        (132007, 132008, 132012, 132018),
        PlatformRejected,
        "A template value has a wrong format; correct it.",
    ),
    ((132015,), NotAllowedByPlatform, "WhatsApp paused this template for low quality; use another one."),
    ((132016,), NotAllowedByPlatform, "WhatsApp disabled this template for good; use another one."),
    ((132068, 132069), NotAllowedByPlatform, "WhatsApp blocks or throttles this flow; check it there."),
    ((131048,), NotAllowedByPlatform, "WhatsApp restricts this number after spam reports; do not retry."),
    (
        (368, 131031, 130497),
        NotAllowedByPlatform,
        "Meta restricted this business account; its owner must resolve that in WhatsApp Manager.",
    ),
    ((131037,), NotAllowedByPlatform, "The number's display name is not approved; finish that first."),
    ((131045, 133010), NotAllowedByPlatform, "The number is not registered with the Cloud API; register it."),
    ((131057,), PlatformUnavailable, "This business account is in maintenance; try again in some minutes."),
    (
        (131042, 131044),
        NotAllowedByPlatform,
        "Meta reports a payment problem on this account; its owner must fix the payment method.",
    ),
    (
        (2388023, 2388024),
        PlatformRejected,
        "This template exists already or is being deleted; use a new name.",
    ),
    ((2635,), VersionRetired, "Meta retired the configured Graph version; the operator must raise it."),
    ((100, 131009, 131006), *BAD_ARGUMENT),
    ((0, 190, 102), *RECONNECT),
    ((3, 10, 131005), *NO_PERMISSION),
    ((1, 2, 131000, 131016, 135000), *TRANSIENT),
)
MEANINGS: Mapping[int, Meaning] = by_code(_GROUPS) | dict.fromkeys(range(200, 300), NO_PERMISSION)


def explain(response: HttpResponse) -> HermesError:
    """The error Meta's answer stands for; `details` has Meta's code and trace id, nothing else of it."""
    return refusal(response, platform=PLATFORM, meaning=meaning, retry_s=DEFAULT_RETRY_S)


def meaning(code: int, subcode: object = None) -> Meaning | None:
    """What a code says: the error class and a sentence; None for a code nobody knows yet."""
    if (code, subcode) == CODE_OBJECT_UNKNOWN:
        return NotFound, "WhatsApp does not know that id, or the access token may not see it; check the id."
    return MEANINGS.get(code)


def decoded(error: Mapping[str, Any]) -> dict[str, Any]:
    """A delivery error as a status carries it, with its public code and what to do."""
    code = error.get("code")
    known = meaning(code) if type(code) is int else None
    kind, sentence = known or (PlatformRejected, "WhatsApp gives no known reason; look the code up at Meta.")
    return {**error, "error": kind.code, "advice": sentence}
