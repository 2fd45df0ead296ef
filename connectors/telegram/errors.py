"""The Bot API's refusals in our words.

The API has no error codes beyond the HTTP status, so the fixed texts of `description` are looked for
(tdlib/telegram-bot-api, Client.cpp and TDLib's server errors); they are never passed on.
"""

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
    RateLimited,
    RecipientUnreachable,
    TooLarge,
)
from hermes.core.http_types import HttpResponse

PLATFORM = "Telegram"
Meaning = tuple[type[HermesError], str]


class NotModified(PlatformRejected):
    """An edit that changes nothing: the message is already as asked."""


NO_CHAT: Meaning = (
    RecipientUnreachable,
    "Telegram does not know this chat, or the bot was never in it; the person must write to the bot first, "
    "or somebody must add the bot to the group or channel.",
)
NO_RIGHTS: Meaning = (
    NotAllowedByPlatform,
    "The bot lacks the right to do this in the chat; make it an administrator there with that right.",
)
NO_MESSAGE: Meaning = (
    NotFound,
    "Telegram does not know this message in this chat; take its id from telegram_get_messages.",
)
TOO_OLD: Meaning = (
    NotAllowedByPlatform,
    "Telegram does not let the bot change this message: it is not the bot's own, or older than 48 hours.",
)

_SAID: tuple[tuple[tuple[str, ...], type[HermesError], str], ...] = (
    (("message is not modified",), NotModified, "The message is as asked already."),
    (
        ("bot was blocked by the user",),
        RecipientUnreachable,
        "This person has blocked the bot; nothing reaches them until they unblock it.",
    ),
    (
        ("user is deactivated",),
        RecipientUnreachable,
        "This person's Telegram account does not exist any more.",
    ),
    (
        ("bot was kicked", "bot is not a member", "group chat was deactivated", "have no access to the chat"),
        RecipientUnreachable,
        "The bot is not in this chat any more; somebody must add it again.",
    ),
    (
        ("bot can't initiate conversation", "bot can't send messages to bots", "peer_id_invalid"),
        RecipientUnreachable,
        "A bot cannot write first, nor to other bots; the person must write to the bot first.",
    ),
    (("chat not found", "user not found", "chat_id is empty", "channel_private"), *NO_CHAT),
    (
        ("upgraded to a supergroup",),
        RecipientUnreachable,
        "The group became a supergroup and has a new id; use the one in 'chat_id' of the details.",
    ),
    (
        (
            "message to edit not found",
            "message to delete not found",
            "message to forward not found",
            "message to copy not found",
            "message to pin not found",
            "message to unpin not found",
            "message to react not found",
            "message to be replied not found",
            "message_id_invalid",
            "message not found",
        ),
        *NO_MESSAGE,
    ),
    (("message can't be edited", "message can't be deleted", "message_edit_time_expired"), *TOO_OLD),
    (
        ("message can't be forwarded", "message can't be copied", "chat_forwards_restricted"),
        NotAllowedByPlatform,
        "This chat does not let its messages be forwarded or copied.",
    ),
    (
        (
            "not enough rights",
            "administrator rights",
            "chat_admin_required",
            "have no rights",
            "need to be admin",
        ),
        *NO_RIGHTS,
    ),
    (
        ("query is too old", "query_id_invalid", "query id is invalid"),
        NotFound,
        "This button press is too old to be answered, or was answered already.",
    ),
    (
        ("there is no text in the message", "there is no caption in the message"),
        PlatformRejected,
        "This message has no text to edit (it is a file: set 'is_caption'), or no caption.",
    ),
    (
        (
            "wrong file identifier",
            "wrong file_id",
            "file_id doesn't match",
            "wrong remote file",
            "invalid file_id",
        ),
        NotFound,
        "Telegram does not know this file for this bot and kind; take the file id from a message of its own.",
    ),
    (
        ("file is temporarily unavailable", "file reference"),
        NotFound,
        "Telegram does not have this file any more; ask for it to be sent again.",
    ),
    (("file is too big",), TooLarge, "Bots can fetch files of up to 20 MB only."),
    (
        ("message is too long", "caption is too long", "entity too large"),
        TooLarge,
        "Telegram says this is too long.",
    ),
    (
        (
            "failed to get http url content",
            "wrong type of the web page content",
            "wrong http url",
            "webpage_",
        ),
        PlatformRejected,
        "Telegram could not load the file from its address; check that it is public and of the right kind.",
    ),
    (
        ("photo_invalid_dimensions",),
        PlatformRejected,
        "The picture is too long or too wide; send it as document.",
    ),
    (("reaction_invalid", "reactions_too_many"), PlatformRejected, "This chat does not allow this reaction."),
    (
        ("can't parse entities", "entity_"),
        PlatformRejected,
        "Telegram cannot read the formatting; send the text with format plain.",
    ),
    (
        ("button_data_invalid", "button_url_invalid", "button_type_invalid", "inline keyboard"),
        PlatformRejected,
        "Telegram refuses a button; check its address (https) or data.",
    ),
    (
        ("bad webhook",),
        PlatformRejected,
        "Telegram refuses the webhook's address; it must be a public https address.",
    ),
    (
        ("topic_", "message thread not found"),
        NotFound,
        "Telegram does not know this topic of the chat; leave 'thread_id' out.",
    ),
)
_BY_STATUS: Mapping[int, Meaning] = {
    401: (
        NeedsReauth,
        "Telegram refuses the bot token; connect the bot again with the token @BotFather shows now.",
    ),
    409: (Conflict, "Another program reads this bot's messages; stop it, or connect another bot."),
}


def explain(response: HttpResponse) -> HermesError:
    """The error an answer stands for; `details` has the status, never the platform's words."""
    told = response.json()
    told = told if isinstance(told, dict) else {}
    status = told.get("error_code") if type(told.get("error_code")) is int else response.status
    known = _meaning(response.status, str(told.get("description", "")).lower())
    fallback = error_of_status(PLATFORM, response)
    kind, sentence = known or (type(fallback), fallback.message)
    parameters = told.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    return kind(
        sentence,
        retry_after_s=_retry_s(parameters, fallback),
        details={"platform_code": status, **_moved(parameters)},
    )


def silence_s(response: HttpResponse) -> float | None:
    """For how many seconds the bot is limited: the body of a 429 says it, whichever chat it was."""
    if response.status != 429:
        return None
    told = response.json()
    parameters = told.get("parameters") if isinstance(told, dict) else None
    asked_s = _told_s(parameters if isinstance(parameters, dict) else {})
    return retry_after_s(response) if asked_s is None else asked_s


def _meaning(status: int, description: str) -> Meaning | None:
    if status in (400, 403, 404):
        for needles, kind, sentence in _SAID:
            if any(needle in description for needle in needles):
                return kind, sentence
    return _BY_STATUS.get(status)


def _moved(parameters: Mapping[str, Any]) -> dict[str, str]:
    new = parameters.get("migrate_to_chat_id")
    return {"chat_id": str(new)} if type(new) is int else {}


def _retry_s(parameters: Mapping[str, Any], fallback: HermesError) -> float | None:
    if not isinstance(fallback, RateLimited):
        return None
    asked_s = _told_s(parameters)
    return fallback.retry_after_s if asked_s is None else asked_s


def _told_s(parameters: Mapping[str, Any]) -> float | None:
    asked = parameters.get("retry_after")
    return min(float(asked), LIMIT_RETRY_S) if isinstance(asked, int | float) and asked >= 0 else None
