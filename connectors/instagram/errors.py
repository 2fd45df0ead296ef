"""Instagram's refusals in our words, by Graph code and subcode.

Subcodes 22070xx: "Error Codes" of the Instagram Platform's content publishing; the others: Messenger
Platform's send errors, which Instagram shares.
"""

from collections.abc import Callable, Mapping

from connectors.kit.meta import Meaning, by_code, refusal
from hermes.core.errors import (
    Conflict,
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

PLATFORM = "Instagram"
NOT_READY = 2207027
WINDOW_SENTENCE = (
    "More than 24 hours passed since this person last wrote, so Instagram takes no message; wait until they "
    "write, or, if a person of the business wrote the answer, send it with human_agent within 7 days."
)
_UNKNOWN: Meaning = (
    NotFound,
    "Instagram does not know that id, or this account may not see it; check the id.",
)
_GROUPS: tuple[tuple[tuple[int, ...], type[HermesError], str], ...] = (
    (
        (0, 190, 102),
        NeedsReauth,
        "Instagram refuses the access token: it is wrong, revoked or older than 60 days. Make a new one and "
        "connect with it.",
    ),
    ((1, 2, -1, -2, 1200), PlatformUnavailable, "Instagram has a fault right now; try again in a minute."),
    ((4, 17, 32, 613, 80002, 80006), RateLimited, "Too many calls for this account or app; try again later."),
    ((9,), RateLimited, "This account may publish no more posts for now; it counts the last 24 hours."),
    ((24, 803), *_UNKNOWN),
    (
        (25, 368),
        NotAllowedByPlatform,
        "Instagram restricted this account; its owner must resolve that there.",
    ),
    ((100,), PlatformRejected, "Instagram refused one of the values as invalid; check ids, texts and media."),
    (
        (352,),
        PlatformRejected,
        "Instagram does not support this video's format; give an MP4 with H.264 and AAC.",
    ),
    ((551,), RecipientUnreachable, "This person cannot be written to right now; do not repeat it."),
    ((2500, 2635), VersionRetired, "Meta retired the configured Graph version; the operator must raise it."),
    (
        (9004,),
        PlatformRejected,
        "Instagram could not load the media; its address must be public, without login.",
    ),
    ((9007,), Conflict, "Instagram is not done with the media; ask instagram_get_publish_job in a minute."),
    ((10900,), Conflict, "This comment was answered by private reply before; one is all Instagram allows."),
    (
        (10901, 10902, 10903),
        NotAllowedByPlatform,
        "Instagram allows no private reply here: only to comments of the last 7 days on own posts.",
    ),
    ((36000,), TooLarge, "Instagram takes images up to 8 MB; give a smaller one."),
    ((36001,), PlatformRejected, "Instagram takes images as JPEG only; convert it."),
    (
        (36003,),
        PlatformRejected,
        "Instagram does not take this aspect ratio; images in the feed lie between 4:5 and 1.91:1.",
    ),
    ((36004,), PlatformRejected, "The caption is too long or has too many hashtags or mentions; shorten it."),
)
_BY_CODE: Mapping[int, Meaning] = by_code(_GROUPS)
_BY_SUBCODE: Mapping[int, Meaning] = by_code(
    (
        ((33,), *_UNKNOWN),
        ((2534022, 2018278), WindowClosed, WINDOW_SENTENCE),
        (
            (2534014, 2018001, 2018028, 2018048, 1545041, 2534013, 2534015),
            RecipientUnreachable,
            "Instagram cannot deliver to this person: unknown to this account, gone, or closed to messages.",
        ),
        (
            (2534037, 2534041, 2534048),
            NotAllowedByPlatform,
            "The account does not allow apps to read or send its messages; switch on Settings > Messages > "
            "Connected tools in the Instagram app.",
        ),
        (
            (2207003,),
            PlatformUnavailable,
            "Instagram took too long to load the media; try again in a minute.",
        ),
        ((2207006, 2207008), NotFound, "This container is unknown or has expired; publish the post anew."),
        ((2207020,), NotFound, "The media has expired at Instagram; publish the post anew."),
        ((2207004,), TooLarge, "Instagram takes images up to 8 MB; give a smaller one."),
        ((2207005,), PlatformRejected, "Instagram takes images as JPEG only; convert it."),
        ((2207009,), *_BY_CODE[36003]),
        ((2207010, 2207040), *_BY_CODE[36004]),
        ((2207023, 2207026), *_BY_CODE[352]),
        ((NOT_READY,), *_BY_CODE[9007]),
        ((2207028,), PlatformRejected, "A carousel has 2 to 10 items; change their number."),
        ((2207042,), *_BY_CODE[9]),
        ((2207050,), *_BY_CODE[25]),
        (
            (2207051,),
            NotAllowedByPlatform,
            "Instagram blocked this as spam or abuse; do not repeat it, and look into the account there.",
        ),
        ((2207052,), *_BY_CODE[9004]),
    )
)
# A place whose limits count over a day is not free again after a minute.
_RETRY_S: Mapping[int, float] = {9: 3600.0}


def meaning(code: int, subcode: object = None) -> Meaning | None:
    """What a code says; None for one nobody knows yet."""
    if isinstance(subcode, int) and subcode in _BY_SUBCODE:
        return _BY_SUBCODE[subcode]
    return _BY_CODE.get(code)


def explain_as(permission: str) -> Callable[[HttpResponse], HermesError]:
    """What an answer means for a request that takes `permission`."""
    lacking: Meaning = (
        NotAllowedByPlatform,
        f"The access token lacks the permission {permission} for this; connect the account again and allow "
        "it, and have Meta grant it to the app.",
    )

    def with_permission(code: int, subcode: object) -> Meaning | None:
        known = meaning(code, subcode)
        return lacking if known is None and (code in (3, 10) or 200 <= code < 300) else known

    def explain(response: HttpResponse) -> HermesError:
        return refusal(response, platform=PLATFORM, meaning=with_permission, retry_s=_RETRY_S)

    return explain
