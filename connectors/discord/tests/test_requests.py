"""What Discord is asked, exactly, and what is never done twice."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from connectors.discord.tests.conftest import CHANNEL, MADE, MESSAGE, SERVER, always, told
from connectors.kit.context import HttpResponse
from connectors.kit.testing import Request, answer
from hermes.core.errors import (
    HermesError,
    NotAllowedByPlatform,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
)
from hermes.core.http_types import CutOff

SEND: tuple[str, dict[str, Any]] = ("send_message", {"channel_id": CHANNEL, "content": "@everyone <@1> hi"})
READ: tuple[str, dict[str, Any]] = ("list_messages", {"channel_id": CHANNEL})


def raising(error: type[Exception]) -> Callable[[Request], HttpResponse]:
    """An exchange that breaks."""

    def broken(_: Request) -> HttpResponse:
        raise error

    return broken


def error_of(end: object) -> HermesError:
    assert isinstance(end, HermesError)
    return end


def test_mentions_notify_nobody_unless_the_call_says_so() -> None:
    mentions = [None, [], ["users"], ["users", "roles", "everyone"]]
    calls = [("send_message", SEND[1] | ({} if m is None else {"allow_mentions": m})) for m in mentions]
    http, _ = told(always(200, MADE), *calls)
    assert [request.json["allowed_mentions"] for request in http.requests] == [
        {"parse": [], "replied_user": False},
        {"parse": [], "replied_user": False},
        {"parse": ["users"], "replied_user": True},
        {"parse": ["everyone", "roles", "users"], "replied_user": True},
    ]


def test_every_other_way_to_write_notifies_nobody_either() -> None:
    def respond(request: Request) -> HttpResponse:
        kind = {"id": CHANNEL, "type": 15, "guild_id": SERVER}
        return answer(200, kind if request.method == "GET" else MADE)

    http, _ = told(
        respond,
        ("send_dm", {"user_id": MESSAGE, "content": "@everyone"}),
        ("edit_message", {"channel_id": CHANNEL, "message_id": MESSAGE, "content": "@everyone"}),
        ("create_thread", {"channel_id": CHANNEL, "name": "n", "content": "@everyone"}),
    )
    written = [r.json.get("message", r.json) for r in http.requests if "@everyone" in str(r.json)]
    assert len(written) == 3
    assert all(body["allowed_mentions"]["parse"] == [] for body in written)


def test_the_nonce_is_the_calls_and_discord_enforces_it() -> None:
    http, _ = told(always(200, MADE), SEND)
    assert http.requests[0].json["nonce"] == "t" * 25
    assert http.requests[0].json["enforce_nonce"] is True


def test_a_request_names_the_bot_and_goes_to_version_10() -> None:
    http, _ = told(always(200, []), READ)
    (request,) = http.requests
    assert request.url == f"https://discord.com/api/v10/channels/{CHANNEL}/messages"
    assert request.headers["Authorization"].startswith("Bot MTA5NjE2.")
    assert request.headers["User-Agent"].startswith("DiscordBot (")


@pytest.mark.parametrize(
    ("emoji", "step"),
    [
        ("👍", "%F0%9F%91%8D"),
        ("1️⃣", "1%EF%B8%8F%E2%83%A3"),
        ("<a:party:1096172334001844290>", "party%3A1096172334001844290"),
        ("party:1096172334001844290", "party%3A1096172334001844290"),
        ("/../@me", None),
        (":thumbsup:", None),
        ("12", None),
        (" ", None),
    ],
)
def test_an_emoji_is_one_step_of_the_path(emoji: str, step: str | None) -> None:
    http, (end,) = told(
        always(204), ("react", {"channel_id": CHANNEL, "message_id": MESSAGE, "emoji": emoji})
    )
    if step is None:
        assert error_of(end).code == "invalid_argument"
        assert not http.requests
    else:
        assert http.requests[0].url.endswith(f"/messages/{MESSAGE}/reactions/{step}/@me")


def test_files_are_one_form_with_the_message_in_it() -> None:
    def respond(request: Request) -> HttpResponse:
        if request.url.startswith("https://files.example/"):
            assert not request.headers.get("Authorization")
            return answer(200, b"GIF89a", {"content-type": "image/gif"})
        return answer(200, MADE)

    http, _ = told(respond, ("send_message", SEND[1] | {"files": ["https://files.example/a.gif"]}))
    payload, file = http.requests[-1].parts or ()
    assert (payload.name, payload.content_type) == ("payload_json", "application/json")
    assert msgspec.json.decode(payload.content)["attachments"] == [{"id": "0", "filename": "a.gif"}]
    assert (file.name, file.filename, file.content_type) == ("files[0]", "a.gif", "image/gif")


def test_a_send_whose_answer_is_lost_is_not_repeated() -> None:
    """F18."""
    for respond in (raising(CutOff), always(502), always(504), always(200, {}), always(200, b"<html>")):
        http, (end,) = told(respond, SEND)
        assert isinstance(end, OutcomeUnknown)
        assert len(http.requests) == 1


def test_a_direct_message_lost_in_the_second_step_says_where_to_look() -> None:
    def respond(request: Request) -> HttpResponse:
        if request.url.endswith("/users/@me/channels"):
            return answer(200, {"id": CHANNEL})
        raise CutOff

    http, (end,) = told(respond, ("send_dm", {"user_id": MESSAGE, "content": "x"}))
    assert isinstance(end, OutcomeUnknown)
    assert CHANNEL in end.message
    assert end.details["channel_id"] == CHANNEL
    assert len(http.requests) == 2


def test_the_wait_discord_asks_for_is_kept_for_the_channel_alone() -> None:
    """F16: nothing goes to the channel until then; other channels are unaffected."""
    other = ("list_messages", {"channel_id": SERVER})

    def respond(request: Request) -> HttpResponse:
        if CHANNEL in request.url:
            return answer(429, {"retry_after": 30.25, "global": False}, {"retry-after": "31"})
        return answer(200, [])

    http, ends = told(respond, READ, READ, other)
    assert [error_of(end).code for end in ends[:2]] == ["rate_limited"] * 2
    assert error_of(ends[0]).retry_after_s == 30.25
    assert 29 < (error_of(ends[1]).retry_after_s or 0) <= 30.25
    assert not isinstance(ends[2], Exception)
    assert len(http.requests) == 2


def test_a_global_limit_holds_for_everything_of_the_token() -> None:
    body = {"retry_after": 30.0, "global": True}
    http, ends = told(always(429, body, {"x-ratelimit-global": "true"}), READ, SEND, ("list_servers", {}))
    assert {error_of(end).code for end in ends} == {"rate_limited"}
    assert len(http.requests) == 1


def test_an_empty_bucket_is_waited_for_before_discord_says_no() -> None:
    headers = {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset-after": "20.5",
        "x-ratelimit-bucket": "abcd",
    }
    http, ends = told(always(200, [], headers), READ, READ)
    assert error_of(ends[1]).retry_after_s == pytest.approx(20.5, abs=1)
    assert len(http.requests) == 1


def test_a_short_wait_is_waited() -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "0.05"}
    http, ends = told(always(200, [], headers), READ, READ)
    assert not any(isinstance(end, Exception) for end in ends)
    assert len(http.requests) == 2


def test_a_failing_discord_is_left_alone_and_probed() -> None:
    """F17: at most ten failures, then one probe in ten seconds."""
    http, ends = told(always(500), *[SEND] * 40)
    assert {type(end) for end in ends} == {PlatformUnavailable}
    assert len(http.requests) <= 10


def test_refusals_that_count_towards_a_ban_end_before_the_address_is_banned() -> None:
    http, ends = told(always(403, {"code": 50013}), *[SEND] * 260)
    assert type(ends[0]) is NotAllowedByPlatform
    assert isinstance(ends[-1], RateLimited)
    assert len(http.requests) == 200


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        (10003, 404, "not_found"),
        (10008, 404, "not_found"),
        (50001, 403, "not_allowed_by_platform"),
        (50007, 403, "recipient_unreachable"),
        (50013, 403, "not_allowed_by_platform"),
        (50035, 400, "platform_rejected"),
        (40005, 413, "too_large"),
        (40060, 400, "conflict"),
        (200000, 400, "not_allowed_by_platform"),
        (99999, 400, "platform_rejected"),
        (99999, 403, "not_allowed_by_platform"),
    ],
)
def test_discords_codes_have_ours(code: int, status: int, error: str) -> None:
    body = {"code": code, "message": "upstream text", "errors": {"content": {"_errors": []}}}
    _, (end,) = told(always(status, body), SEND)
    assert error_of(end).code == error
    assert error_of(end).details["platform_code"] == code
    assert "upstream" not in error_of(end).message


def test_an_index_that_is_not_ready_says_when_to_search_again() -> None:
    body = {"message": "Index not yet available", "code": 110000, "retry_after": 7}
    call = ("search_messages", {"server_id": SERVER, "query": "x"})
    _, (end,) = told(always(202, body), call)
    assert (error_of(end).code, error_of(end).retry_after_s) == ("platform_unavailable", 7.0)


def test_hostile_text_in_every_field_is_shown_harmless() -> None:
    """R-56: names, texts, files and embeds are third parties'."""
    evil = "a\u202eb\x00\u200bc\U000e0041"
    hidden = set("\u202e\x00\u200b\U000e0041")
    message = {
        **MADE,
        "content": evil,
        "author": {"id": "1", "username": evil, "global_name": evil},
        "attachments": [
            {"filename": evil, "url": evil, "content_type": evil, "description": evil, "size": 1}
        ],
        "embeds": [
            {"title": evil, "description": evil, "url": evil, "fields": [{"name": evil, "value": evil}]}
        ],
        "reactions": [{"emoji": {"name": evil}, "count": 1}],
        "mentions": [{"id": evil, "username": evil}],
    }
    thing = {"id": CHANNEL, "name": evil, "topic": evil, "type": 0, "nick": evil, "user": message["author"]}

    def respond(request: Request) -> HttpResponse:
        if "/messages/search" in request.url:
            return answer(200, {"messages": [[message]], "total_results": 1})
        if request.url.endswith(f"/messages/{MESSAGE}"):
            return answer(200, message)
        if request.url.endswith("/messages"):
            return answer(200, [message])
        return answer(200, {"threads": [thing]} if "/threads/" in request.url else [thing])

    _, ends = told(
        respond,
        ("list_servers", {}),
        ("list_channels", {"server_id": SERVER}),
        READ,
        ("get_message", {"channel_id": CHANNEL, "message_id": MESSAGE}),
        ("search_messages", {"server_id": SERVER, "query": "a"}),
        ("list_threads", {"server_id": SERVER}),
        ("get_member", {"server_id": SERVER, "query": "a"}),
        ("list_roles", {"server_id": SERVER}),
    )
    for end in ends:
        assert not isinstance(end, Exception), end
        plain: Any = msgspec.to_builtins(end.data)
        assert plain["untrusted"] is True
        assert "\\u202e" in str(plain).replace("\\\\", "\\")
        assert not hidden & set(str(plain))


def test_text_discord_withholds_is_marked() -> None:
    _, (end,) = told(always(200, [{**MADE, "content": ""}]), READ)
    assert not isinstance(end, Exception)
    plain: Any = msgspec.to_builtins(end.data)
    assert plain["messages"][0]["content_withheld"] is True
