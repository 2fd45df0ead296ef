"""A Telegram that fails, over a real socket: what is told, what is tried again, and nothing is sent twice."""

import asyncio
import time
from typing import Any

import pytest

from connectors.kit import calls
from connectors.telegram.connector import CONNECTOR
from connectors.telegram.tests.conftest import CHAT, TOKEN, Calling, Telegram
from hermes.core.errors import (
    Conflict,
    HermesError,
    NeedsReauth,
    NotAllowedByPlatform,
    NotFound,
    OutcomeUnknown,
    PlatformRejected,
    PlatformUnavailable,
    RateLimited,
    RecipientUnreachable,
    TooLarge,
)

CHANGING = [tool.name for tool in CONNECTOR.tools if not tool.hints.read_only]
EXAMPLES: dict[str, dict[str, Any]] = {tool.name: dict(tool.example) for tool in CONNECTOR.tools}


def refusal(status: int, description: str, **parameters: int) -> tuple[int, dict[str, str], dict[str, Any]]:
    """An answer in the Bot API's form."""
    body = {"ok": False, "error_code": status, "description": description}
    return status, {}, body | ({"parameters": parameters} if parameters else {})


def failed(call: Calling, name: str = "telegram_send_message") -> HermesError:
    """How the tool's example ends."""
    with pytest.raises(HermesError) as caught:
        call(name, **EXAMPLES[name])
    return caught.value


@pytest.mark.parametrize("name", CHANGING)
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(401, "Unauthorized"), NeedsReauth),
        (refusal(403, "Forbidden: something new"), NotAllowedByPlatform),
        (refusal(429, "Too Many Requests: retry after 7", retry_after=7), RateLimited),
        (refusal(500, "Internal Server Error"), PlatformUnavailable),
        (refusal(503, "Service Unavailable"), PlatformUnavailable),
        ((502, {}, b"<html>"), OutcomeUnknown),
        ((200, {}, b"<html>"), OutcomeUnknown),
        ((200, {}, {"ok": False}), OutcomeUnknown),
        ("cut", OutcomeUnknown),
    ],
)
def test_a_change_that_fails_is_told_and_never_sent_again(
    call: Calling, telegram: Telegram, name: str, answer: Any, error: type[HermesError]
) -> None:
    telegram.script.append(answer)
    failure = failed(call, name)
    assert isinstance(failure, error), failure
    assert len(telegram.seen) == 1
    if error is RateLimited:
        assert failure.retry_after_s == 7


@pytest.mark.parametrize("name", ["telegram_get_chat", "telegram_get_file"])
def test_a_read_is_tried_again(call: Calling, telegram: Telegram, name: str) -> None:
    telegram.script.extend(["cut", refusal(500, "Internal Server Error")])
    assert call(name, **EXAMPLES[name])
    assert all(seen.verb == "GET" for seen in telegram.seen)


def test_retry_after_of_the_header_holds_where_the_body_has_none(call: Calling, telegram: Telegram) -> None:
    telegram.script.append((429, {"Retry-After": "11"}, {"ok": False}))
    assert failed(call).retry_after_s == 11


@pytest.mark.parametrize(
    ("status", "description", "error"),
    [
        (403, "Forbidden: bot was blocked by the user", RecipientUnreachable),
        (403, "Forbidden: user is deactivated", RecipientUnreachable),
        (403, "Forbidden: bot was kicked from the supergroup chat", RecipientUnreachable),
        (403, "Forbidden: bot can't initiate conversation with a user", RecipientUnreachable),
        (400, "Bad Request: chat not found", RecipientUnreachable),
        (400, "Bad Request: not enough rights to send text messages to the chat", NotAllowedByPlatform),
        (400, "Bad Request: CHAT_ADMIN_REQUIRED", NotAllowedByPlatform),
        (400, "Bad Request: message to be replied not found", NotFound),
        (400, "Bad Request: message thread not found", NotFound),
        (400, "Bad Request: can't parse entities: unsupported start tag", PlatformRejected),
        (400, "Bad Request: message is too long", TooLarge),
        (413, "Request Entity Too Large", TooLarge),
        (400, "Bad Request: something nobody has seen", PlatformRejected),
        (404, "Not Found", NotFound),
        (409, "Conflict: terminated by other getUpdates request", Conflict),
    ],
)
def test_telegrams_words_become_our_codes(
    call: Calling, telegram: Telegram, status: int, description: str, error: type[HermesError]
) -> None:
    telegram.script.append(refusal(status, description))
    failure = failed(call)
    assert type(failure) is error
    assert failure.details["platform_code"] == status
    assert description not in f"{failure!r} {failure.details}"


def test_a_group_that_moved_tells_its_new_id(call: Calling, telegram: Telegram) -> None:
    moved = "Bad Request: group chat was upgraded to a supergroup chat"
    telegram.script.append(refusal(400, moved, migrate_to_chat_id=-1009))
    assert failed(call).details["chat_id"] == "-1009"


def test_a_slow_answer_ends_with_the_deadline(
    call: Calling, telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SS09, F15: the whole call has one deadline."""
    monkeypatch.setattr(calls.Deadline.__init__, "__defaults__", (0.3,))
    telegram.script.append((200, {}, lambda: asyncio.sleep(10)))
    began = time.monotonic()
    assert isinstance(failed(call), OutcomeUnknown)
    assert time.monotonic() - began < 5
    assert len(telegram.seen) == 1


@pytest.mark.parametrize("name", EXAMPLES)
def test_ss05_a_redirect_is_not_followed(call: Calling, telegram: Telegram, name: str) -> None:
    telegram.script.extend([(302, {"Location": "http://169.254.169.254/"}, {})] * 3)
    if name in ("telegram_list_chats", "telegram_get_messages", "telegram_wait_for_message"):
        call(name, **EXAMPLES[name])
    else:
        assert isinstance(failed(call, name), HermesError)
    assert all(seen.path.startswith("/bot") for seen in telegram.seen)


@pytest.mark.parametrize("name", EXAMPLES)
def test_mc21_no_error_and_no_result_tells_the_token(call: Calling, telegram: Telegram, name: str) -> None:
    """The token is part of every address."""
    told: list[str] = []
    for answer in (None, "cut", refusal(400, f"Bad Request: /bot{TOKEN}/x"), refusal(401, TOKEN)):
        telegram.script.append(answer)
        try:
            told.append(repr(call.result(name, **EXAMPLES[name])))
        except HermesError as failure:
            error: BaseException | None = failure
            while error is not None:
                told.append(f"{error!r} {getattr(error, 'details', '')}")
                error = error.__cause__ or error.__context__
        telegram.script.clear()
    assert TOKEN not in "".join(told)
    assert TOKEN.partition(":")[2] not in "".join(told)


def test_the_token_goes_into_the_path_alone(call: Calling, telegram: Telegram) -> None:
    call("telegram_send_message", chat_id=CHAT, text="x")
    (seen,) = telegram.seen
    assert seen.path == f"/bot{TOKEN}/sendMessage"
    assert TOKEN not in repr(seen.body)
