"""Messages edited, deleted, forwarded, pinned and reacted to; presses answered; files and chats read."""

import base64

import pytest

from connectors.sandbox import Inbound
from connectors.telegram.connector import CONNECTOR
from connectors.telegram.tests.conftest import CHAT, GROUP, TOKEN, Calling, Telegram
from hermes.core.errors import (
    HermesError,
    InvalidArgument,
    NotAllowedByPlatform,
    NotFound,
    PlatformRejected,
    TooLarge,
)


@pytest.fixture
def mine(call: Calling) -> str:
    """A message of the bot's."""
    message_id: str = call("telegram_send_message", chat_id=CHAT, text="first")["message_id"]
    return message_id


def test_an_edit_replaces_text_and_buttons_and_the_same_again_changes_nothing(
    call: Calling, telegram: Telegram, mine: str
) -> None:
    new = {"chat_id": CHAT, "message_id": mine, "text": "<i>second</i>", "format": "html"}
    assert call("telegram_edit_message", **new)["changed"] is True
    assert call("telegram_edit_message", **new) == {
        "chat_id": CHAT,
        "message_id": mine,
        "done": True,
        "changed": False,
    }
    assert telegram.sent("editMessageText")[0]["entities"] == [{"type": "italic", "offset": 0, "length": 6}]


def test_captions_are_edited_as_captions(call: Calling, telegram: Telegram) -> None:
    sent = call("telegram_send_media", chat_id=CHAT, kind="document", file="https://files.example/a.pdf")
    where = {"chat_id": CHAT, "message_id": sent["message_id"], "text": "new"}
    with pytest.raises(PlatformRejected, match="is_caption"):
        call("telegram_edit_message", **where)
    assert call("telegram_edit_message", is_caption=True, **where)["changed"]
    assert telegram.sent("editMessageCaption")[0]["caption"] == "new"
    with pytest.raises(InvalidArgument, match="1,024"):
        call("telegram_edit_message", is_caption=True, **where | {"text": "x" * 1025})


def test_what_others_wrote_cannot_be_edited(call: Calling) -> None:
    with pytest.raises(NotAllowedByPlatform):
        call("telegram_edit_message", chat_id=CHAT, message_id="1", text="forged")


def test_a_deleted_message_is_gone(call: Calling, mine: str) -> None:
    assert call("telegram_delete_message", chat_id=CHAT, message_id=mine)["done"]
    with pytest.raises(NotFound):
        call("telegram_delete_message", chat_id=CHAT, message_id=mine)


def test_the_id_of_a_message_may_be_its_number_alone(call: Calling, mine: str) -> None:
    assert (
        call("telegram_pin_message", chat_id=CHAT, message_id=mine.rpartition(":")[2])["message_id"] == mine
    )


def test_a_message_of_another_chat_is_refused(call: Calling, telegram: Telegram) -> None:
    for name in ("telegram_delete_message", "telegram_pin_message"):
        with pytest.raises(InvalidArgument, match="message_id"):
            call(name, chat_id=GROUP, message_id=f"{CHAT}:1")
    assert telegram.seen == []


def test_a_message_is_forwarded_or_copied(call: Calling, telegram: Telegram) -> None:
    where = {"chat_id": GROUP, "from_chat_id": CHAT, "message_id": f"{CHAT}:1"}
    forwarded = call.result("telegram_forward_message", **where)
    assert (forwarded.sent[0].contact, forwarded.sent[0].text) == (GROUP, "/start")
    copied = call.result(
        "telegram_forward_message", copy=True, **{**where, "chat_id": "@hermes_sandbox_channel"}
    )
    assert (copied.sent[0].contact, copied.sent[0].kind) == ("-1001000000002", "copy")
    assert [s.method for s in telegram.seen] == ["forwardMessage", "getChat", "copyMessage"]


def test_pins_need_rights_in_groups(call: Calling) -> None:
    others = "-1001000000003"
    sent = call("telegram_send_message", chat_id=others, text="x")
    with pytest.raises(NotAllowedByPlatform, match="administrator"):
        call("telegram_pin_message", chat_id=others, message_id=sent["message_id"])


def test_a_message_is_pinned_and_unpinned(call: Calling, telegram: Telegram, mine: str) -> None:
    call("telegram_pin_message", chat_id=CHAT, message_id=mine, silent=True)
    call("telegram_pin_message", chat_id=CHAT, message_id=mine, unpin=True)
    assert telegram.sent("pinChatMessage")[0]["disable_notification"] is True
    assert len(telegram.sent("unpinChatMessage")) == 1


def test_a_reaction_is_put_and_taken_back(call: Calling, telegram: Telegram, mine: str) -> None:
    filed = call.result("telegram_react", chat_id=CHAT, message_id=mine, emoji="❤️").sent
    call("telegram_react", chat_id=CHAT, message_id=mine, emoji="")
    assert [body["reaction"] for body in telegram.sent("setMessageReaction")] == [
        [{"type": "emoji", "emoji": "❤"}],
        [],
    ]
    assert [(f.kind, f.text, f.reply_to) for f in filed] == [("reaction", "❤", mine)]
    with pytest.raises(InvalidArgument, match="emoji"):
        call("telegram_react", chat_id=CHAT, message_id=mine, emoji="🦖")


def test_a_press_is_answered_once(call: Calling, telegram: Telegram, mine: str) -> None:
    event = Inbound(sender=CHAT, kind="callback", text="y", reply_to=mine)
    update = call.run(lambda ctx: telegram.standin.inbound(event))
    pressed = update["callback_query"]["id"]
    assert call("telegram_answer_callback", callback_id=f"callback:{pressed}", text="Noted", alert=True)[
        "done"
    ]
    assert telegram.sent("answerCallbackQuery")[0] == {
        "callback_query_id": pressed,
        "text": "Noted",
        "show_alert": True,
    }
    with pytest.raises(NotFound, match="too old"):
        call("telegram_answer_callback", callback_id=pressed)


def test_a_group_is_told_with_who_runs_it(call: Calling) -> None:
    chat = call("telegram_get_chat", chat_id=GROUP, include_admins=True)
    assert (chat["type"], chat["name"], chat["members"]) == ("supergroup", "Sandbox group", 12)
    assert [(a["name"], a["status"]) for a in chat["administrators"]] == [
        ("Olga Owner", "creator"),
        ("Sandbox bot", "administrator"),
    ]
    assert "administrators" not in call("telegram_get_chat", chat_id=CHAT, include_admins=True)


def test_a_small_file_is_handed_over_and_a_large_one_told_of(
    call: Calling, telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id = "AgACAgIAAxkBAAMCZ0EXAMPLE"
    result = call.result("telegram_get_file", file_id=file_id)
    block, link = result.content
    assert (link["type"], link["mimeType"]) == ("resource_link", "image/png")
    assert (block["type"], block["mimeType"]) == ("image", "image/png")
    assert base64.b64decode(block["data"]).startswith(b"\x89PNG")
    assert TOKEN not in repr(result)
    monkeypatch.setattr("connectors.telegram.tools.files.INLINE_SEEN_BYTES", 10)
    large = call.result("telegram_get_file", file_id=file_id)
    assert [block["type"] for block in large.content] == ["resource_link"]
    assert telegram.seen[-1].method == "getFile"
    with pytest.raises(NotFound):
        call("telegram_get_file", file_id="AgACAgIAAxkBAAMCZ0UNKNOWN")


@pytest.mark.parametrize("path", ["../secret", "a//b", "", "/etc/passwd", "a/../../b"])
def test_a_path_that_leads_elsewhere_is_not_followed(call: Calling, telegram: Telegram, path: str) -> None:
    telegram.script.append((200, {}, {"ok": True, "result": {"file_id": "x", "file_path": path}}))
    with pytest.raises(HermesError):
        call("telegram_get_file", file_id="AgACAgIAAxkBAAMCZ0EXAMPLE")
    assert len(telegram.seen) == 1


def test_reading_asks_nothing_of_telegram(call: Calling, telegram: Telegram) -> None:
    call("telegram_list_chats", unread=True)
    call("telegram_get_messages", chat_id=CHAT, since="2026-11-22T10:00:00Z", before="abc")
    call("telegram_wait_for_message", chat_id=CHAT, timeout=0)
    assert telegram.seen == []
    asked = call.inbox.asked[1]
    assert (asked["contact"], asked["cursor"], asked["query"]) == (CHAT, "abc", "")


def test_the_name_of_a_channel_is_looked_up_before_its_messages_are_read(call: Calling) -> None:
    call("telegram_get_messages", chat_id="@hermes_sandbox_channel")
    assert call.inbox.asked[-1]["contact"] == "-1001000000002"


def test_a_file_behind_a_link_is_fetched_by_its_id(call: Calling, telegram: Telegram) -> None:
    assert CONNECTOR.fetch_media is not None
    fetch = CONNECTOR.fetch_media
    media = {"id": "AgACAgIAAxkBAAMCZ0EXAMPLE", "mime_type": "image/png", "filename": "shop.png"}
    file = call.run(lambda ctx: fetch(ctx, media, 10_000))
    assert file.content.startswith(b"\x89PNG")
    assert (file.mime_type, file.filename) == ("image/png", "shop.png")
    with pytest.raises(TooLarge):
        call.run(lambda ctx: fetch(ctx, media, 10))
    assert [seen.method for seen in telegram.seen][-1] == "getFile"
