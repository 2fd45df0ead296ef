"""Discord's error codes in our words.

Codes: Discord's developer documentation, "JSON error codes" (2026-10). Logic hangs on `code`; Discord's texts
are never passed on.
"""

import math
from collections.abc import Mapping
from typing import Any

from connectors.kit.statuses import LIMIT_RETRY_S, error_of_status, retry_after_s
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
)
from hermes.core.http_types import HttpResponse

PLATFORM = "Discord"
INDEX_NOT_READY = 110000
DEFAULT_RETRY_S = 5.0

Meaning = tuple[type[HermesError], str]
_REFUSED: Meaning = (
    NeedsReauth,
    "Discord refuses the bot token; reset it in the Developer Portal and connect with the new one.",
)
_NO_ACCESS: Meaning = (
    NotAllowedByPlatform,
    "The bot may not see this channel or server; give its role View Channel there, or invite it.",
)
_GROUPS: tuple[tuple[tuple[int, ...], type[HermesError], str], ...] = (
    ((40001, 50014), *_REFUSED),
    ((50001,), *_NO_ACCESS),
    (
        (10003,),
        NotFound,
        "Discord does not know that channel or thread; look it up with discord_list_channels.",
    ),
    (
        (10004,),
        NotFound,
        "Discord does not know that server, or the bot is no member; see discord_list_servers.",
    ),
    ((10007,), NotFound, "That user is no member of this server."),
    ((10008,), NotFound, "Discord does not know that message in this channel; it may have been deleted."),
    ((10011,), NotFound, "Discord does not know that role; list the roles anew."),
    ((10013,), NotFound, "Discord does not know that user; check the id."),
    (
        (10014,),
        NotFound,
        "Discord does not know that emoji; use a Unicode emoji or name:id of one of the server.",
    ),
    (
        (20009,),
        NotAllowedByPlatform,
        "Discord's filter for explicit content blocked this; send something else.",
    ),
    ((20016,), RateLimited, "The channel is in slow mode; wait before the next message."),
    (
        (20022, 20028, 20029, 30046),
        RateLimited,
        "Too many writes to this channel or server; try again later.",
    ),
    ((20031,), NotAllowedByPlatform, "Discord blocks words in this name or text; choose others."),
    ((30003,), PlatformRejected, "The channel has as many pins as Discord allows; unpin one first."),
    ((30010,), PlatformRejected, "The message has 20 different reactions already; use one of these."),
    ((30033, 160006, 160007), PlatformRejected, "The server has as many active threads as Discord allows."),
    ((40002,), NotAllowedByPlatform, "The account must be verified at Discord before it may do this."),
    ((40003,), RateLimited, "The bot opens direct messages too fast; wait some minutes."),
    ((40005, 50045), TooLarge, "The files are too large: 10 MiB a file, more only on boosted servers."),
    ((40060,), Conflict, "This interaction was answered already."),
    ((40062,), RateLimited, "Discord limits this for now; try again later."),
    (
        (40066, 40067),
        PlatformRejected,
        "This forum wants a tag on new posts, which a member must choose there.",
    ),
    ((50003,), PlatformRejected, "That cannot be done in a direct channel; name a channel of a server."),
    ((50005,), NotAllowedByPlatform, "Only messages the bot itself sent can be edited."),
    ((50006,), PlatformRejected, "The message is empty; give content, embeds or files."),
    (
        (50007, 50278),
        RecipientUnreachable,
        "This user takes no direct messages from the bot: no common server, closed to server members, or "
        "blocked. Write in a channel instead.",
    ),
    (
        (50008, 50024),
        PlatformRejected,
        "That does not work in a channel of this type; choose another channel.",
    ),
    ((50009,), NotAllowedByPlatform, "The server's verification level keeps the bot from writing here."),
    (
        (50013,),
        NotAllowedByPlatform,
        "The bot lacks a permission for this here; a moderator must give it to the bot's role.",
    ),
    ((50019,), PlatformRejected, "A message can only be pinned in its own channel."),
    ((50021,), PlatformRejected, "That cannot be done with a system message."),
    (
        (50033,),
        RecipientUnreachable,
        "This user cannot be written to; bots cannot write to bots or themselves.",
    ),
    (
        (50035,),
        PlatformRejected,
        "Discord refused one of the values as invalid; check ids, lengths and formats.",
    ),
    ((50068,), PlatformRejected, "That cannot be done with a message of this type."),
    ((50083,), Conflict, "The thread is archived; a new message there opens it again."),
    ((90001,), NotAllowedByPlatform, "The author of the message blocked the bot, so it cannot react there."),
    ((INDEX_NOT_READY,), PlatformUnavailable, "Discord is still indexing these messages; search again soon."),
    ((130000,), PlatformUnavailable, "Discord is overloaded right now; try again in a minute."),
    ((160002,), NotAllowedByPlatform, "To reply, the bot needs Read Message History in this channel."),
    ((160004,), Conflict, "This message has a thread already; find it with discord_list_threads."),
    ((160005,), NotAllowedByPlatform, "The thread is locked; a moderator must unlock it."),
    ((200000, 200001), NotAllowedByPlatform, "The server's AutoMod blocked this text; word it differently."),
    ((240000,), NotAllowedByPlatform, "Discord blocked a link in the message as harmful; remove it."),
)
MEANINGS: Mapping[int, Meaning] = {
    code: (kind, sentence) for codes, kind, sentence in _GROUPS for code in codes
}


def explain(response: HttpResponse) -> HermesError:
    """The error Discord's answer stands for; `details` has Discord's code, nothing else of it."""
    body = response.json()
    told: Mapping[str, Any] = body if isinstance(body, dict) else {}
    code = told.get("code")
    fallback = error_of_status(PLATFORM, response)
    if response.status == 401:
        kind, sentence = _REFUSED
    elif type(code) is int and code in MEANINGS and response.status < 500:
        kind, sentence = MEANINGS[code]
    else:
        kind, sentence = type(fallback), fallback.message
    if response.status == 429 and not issubclass(kind, RateLimited):
        kind, sentence = RateLimited, fallback.message
    details = {"platform_code": code} if type(code) is int and code else {}
    retry_s = asked_s(response) if issubclass(kind, RateLimited | PlatformUnavailable) else None
    if kind is RateLimited and retry_s is None:
        retry_s = DEFAULT_RETRY_S
    return kind(sentence, retry_after_s=retry_s, details=details)


def silence_s(response: HttpResponse) -> float | None:
    """For how many seconds the bot as a whole is limited; None where Discord says that it is not.

    Such a limit is a channel's, a server's or a route's (developer documentation, "Rate Limits").
    """
    body = response.json()
    is_narrow = isinstance(body, dict) and body.get("global") is False
    return asked_s(response) if response.status == 429 and not is_narrow else None


def asked_s(response: HttpResponse) -> float | None:
    """Seconds to wait: `retry_after` of the body (a float), else the header; at most a day."""
    body = response.json()
    told = body.get("retry_after") if isinstance(body, dict) else None
    if isinstance(told, int | float) and not isinstance(told, bool) and math.isfinite(told) and told >= 0:
        return min(float(told), LIMIT_RETRY_S)
    return retry_after_s(response)
