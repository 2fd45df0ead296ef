"""Direct messages: the two windows, what goes out, what the inbox files."""

from datetime import timedelta
from typing import Any

import pytest

from connectors.instagram.media import fetch_media
from connectors.instagram.tests.conftest import Account, run
from connectors.kit.connector import MediaFile
from connectors.kit.testing import NOW, FakeInbox, answer
from connectors.sandbox import Inbound
from connectors.sandbox.instagram.samples import COMMENT, FAN
from hermes.core import clock
from hermes.core.errors import (
    Conflict,
    HermesError,
    InvalidArgument,
    NeedsReauth,
    NotAllowedByPlatform,
    NotFound,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
    RecipientUnreachable,
    TooLarge,
    WindowClosed,
)


class Silent(FakeInbox):
    """An inbox whose contacts last wrote so many hours ago."""

    def __init__(self, hours: float) -> None:
        super().__init__()
        self.closes_at = NOW + timedelta(hours=24 - hours)

    async def window(self, contact: str) -> dict[str, Any]:  # noqa: ARG002  (as every contact's)
        return {"open": self.closes_at > NOW, "closes_at": clock.iso(self.closes_at)}


def bodies(account: Account) -> list[dict[str, Any]]:
    """What was sent."""
    return [asked["json"] for asked in account.requests("POST", "/me/messages")]


def fetched(account: Account, mid: str, limit_bytes: int = 1_000_000) -> MediaFile:
    """The file of a message."""
    return run(fetch_media(account.context(), {"kind": "image", "id": mid}, limit_bytes))


def test_a_text_goes_out_and_is_filed(account: Account) -> None:
    result = account.result("instagram_send_dm", to=FAN, text="Hello ☕")
    assert bodies(account) == [
        {"recipient": {"id": FAN}, "message": {"text": "Hello ☕"}, "messaging_type": "RESPONSE"}
    ]
    (sent,) = result.sent
    assert (sent.contact, sent.kind, sent.text, sent.upstream_id) == (
        FAN,
        "text",
        "Hello ☕",
        result.upstream_id,
    )


@pytest.mark.parametrize(
    ("name", "kind"), [("a.png", "image"), ("a.mp4", "video"), ("a.m4a", "audio"), ("a.pdf", "file")]
)
def test_a_file_goes_out_by_its_address(account: Account, name: str, kind: str) -> None:
    result = account.result("instagram_send_dm", to=FAN, media=f"https://files.example.com/{name}")
    attachment = bodies(account)[0]["message"]["attachment"]
    assert attachment == {"type": kind, "payload": {"url": f"https://files.example.com/{name}"}}
    assert result.sent[0].media == {"kind": kind, "id": result.upstream_id}


def test_bytes_go_out_under_an_address_of_ours(account: Account) -> None:
    account("instagram_send_dm", to=FAN, media="data:audio/mp4;base64,AAAA")
    assert account.files.handed == [(b"\0\0\0", "audio/mp4")]
    assert bodies(account)[0]["message"]["attachment"]["payload"]["url"].startswith("https://hermes.example/")


def test_an_answer_names_what_it_answers(account: Account) -> None:
    account("instagram_send_dm", to=FAN, text="Yes", reply_to="aWdfZAG1faXRlbTox")
    assert bodies(account)[0]["reply_to"] == {"mid": "aWdfZAG1faXRlbTox"}


@pytest.mark.parametrize(
    ("hours", "human_agent", "tag"),
    [(1, False, None), (1, True, None), (25, True, "HUMAN_AGENT"), (167, True, "HUMAN_AGENT")],
)
def test_within_its_window_a_message_goes_out(
    account: Account, hours: float, human_agent: bool, tag: str | None
) -> None:
    account.inbox = Silent(hours)
    told = account("instagram_send_dm", to=FAN, text="Hi", human_agent=human_agent)
    assert told["human_agent"] is bool(tag)
    assert bodies(account)[0].get("tag") == tag
    assert bodies(account)[0]["messaging_type"] == ("MESSAGE_TAG" if tag else "RESPONSE")


@pytest.mark.parametrize(("hours", "human_agent"), [(25, False), (169, False), (169, True)])
def test_outside_of_it_instagram_is_not_asked(account: Account, hours: float, human_agent: bool) -> None:
    account.inbox = Silent(hours)
    with pytest.raises(WindowClosed) as closed:
        account("instagram_send_dm", to=FAN, text="Hi", human_agent=human_agent)
    ends = clock.iso(NOW + timedelta(hours=24 * 7 - hours))
    assert closed.value.details["human_agent_until"] == ends
    assert account.asked == []


@pytest.mark.parametrize("human_agent", [False, True])
def test_where_nothing_is_known_instagram_decides(account: Account, human_agent: bool) -> None:
    with pytest.raises(WindowClosed, match="24 hours"):
        account("instagram_send_dm", to=FAN, text="sandbox-fail-window", human_agent=human_agent)
    assert bodies(account)[0].get("tag") == ("HUMAN_AGENT" if human_agent else None)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"text": "x", "media": "https://files.example.com/a.jpg"},
        {"text": "ä" * 501},
        {"media": "https://files.example.com/a.zip"},
        {"media": "https://10.0.0.1/a.jpg"},
        {"media": "data:application/zip;base64,AAAA"},
        {"text": "x", "to": "post:17895695668004550"},
        {"text": "x", "to": "+1 415 555 0123"},
        {"text": "x", "reply_to": "two words"},
    ],
)
def test_what_instagram_would_refuse_is_not_sent(account: Account, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        account("instagram_send_dm", **{"to": FAN, **arguments})
    assert bodies(account) == []


def test_a_comment_is_answered_privately_once(account: Account) -> None:
    result = account.result("instagram_send_private_reply", comment_id=COMMENT, text="Hello")
    assert bodies(account) == [{"recipient": {"comment_id": COMMENT}, "message": {"text": "Hello"}}]
    assert (result.sent[0].contact, result.sent[0].reply_to) == (FAN, COMMENT)
    with pytest.raises(Conflict):
        account("instagram_send_private_reply", comment_id=COMMENT, text="Hello again")


FAILURES: list[tuple[str, type[HermesError]]] = [
    ("401", NeedsReauth),
    ("403", NotAllowedByPlatform),
    ("429", RateLimited),
    ("500", PlatformUnavailable),
    ("503", PlatformUnavailable),
    ("gone", RecipientUnreachable),
    ("stranger", RecipientUnreachable),
    ("502", OutcomeUnknown),
    ("cut", OutcomeUnknown),
]


@pytest.mark.parametrize(
    ("tool", "to"),
    [("instagram_send_dm", {"to": FAN}), ("instagram_send_private_reply", {"comment_id": COMMENT})],
)
@pytest.mark.parametrize(("word", "error"), FAILURES)
def test_each_failure_has_its_code_and_nothing_is_sent_twice(
    account: Account, tool: str, to: dict[str, str], word: str, error: type[HermesError]
) -> None:
    with pytest.raises(error) as failed:
        account(tool, **to, text=f"sandbox-fail-{word}")
    assert type(failed.value) is error
    assert len(bodies(account)) == 1
    if error is RateLimited:
        assert failed.value.retry_after_s == 30


def test_an_answer_without_an_id_is_not_called_sent(account: Account) -> None:
    account.script.append(("POST", "/me/messages", answer(200, {"recipient_id": FAN})))
    with pytest.raises(OutcomeUnknown):
        account("instagram_send_dm", to=FAN, text="Hi")


def test_conversations_come_from_the_inbox_and_ask_nothing(account: Account) -> None:
    account("instagram_list_conversations", unread=True, limit=5)
    assert account.inbox.asked[0]["unread"] is True
    account.inbox = Silent(30)
    account.inbox.messages = {
        "aWdA": {"message_id": "aWdA", "kind": "image", "media": {"kind": "image", "id": "aWdA"}},
        "aWdB": {"message_id": "aWdB", "kind": "text", "text": "Hi"},
    }
    told = account("instagram_get_conversation", contact=FAN)
    assert told["messages"][0]["media"]["url"] == "https://hermes.example/media/aWdA"
    assert told["window"] == {
        "open": False,
        "closes_at": clock.iso(NOW - timedelta(hours=6)),
        "human_agent_until": clock.iso(NOW + timedelta(hours=24 * 6 - 6)),
    }
    assert account.asked == []


def test_the_file_of_a_message_is_fetched_anew_and_without_the_token(account: Account) -> None:
    posted = account.somebody(Inbound(sender=FAN, kind="image"))
    mid = posted["entry"][0]["messaging"][0]["message"]["mid"]
    file = fetched(account, mid)
    assert (file.content[:4], file.mime_type) == (b"\x89PNG", "image/png")
    asked, download = account.asked
    assert asked["bearer"] is not None
    assert download["url"].startswith("https://lookaside.fbsbx.com/")
    assert download.get("bearer") is None
    with pytest.raises(TooLarge):
        fetched(account, mid, limit_bytes=10)


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"attachments": {"data": []}},
        {"attachments": {"data": [{"image_data": {"url": "https://evil.example/a.png"}}]}},
        {"attachments": {"data": [{"file_url": "http://169.254.169.254/latest"}]}},
        {"attachments": {"data": [{"file_url": "https://lookaside.fbsbx.com@evil.example/"}]}},
    ],
)
def test_a_file_is_fetched_from_metas_hosts_only(account: Account, told: dict[str, Any]) -> None:
    account.script.append(("GET", "/aWdA", answer(200, told)))
    with pytest.raises(NotFound):
        fetched(account, "aWdA")
    assert len(account.asked) == 1
