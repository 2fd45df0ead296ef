"""Looking for mentions and messages: each is found once, a look costs little, a refusal ends nothing else."""

from typing import Any

import msgspec
import pytest

from connectors.kit.testing import Request, answer
from connectors.kit.watch import Sight
from connectors.kit.webhook import InboundMessage
from connectors.sandbox.twitter import magic, world
from connectors.twitter import watching
from connectors.twitter.tests.conftest import Account, opened
from hermes.core.errors import NeedsReauth, PlatformUnavailable, RateLimited


def heard(sight: Sight) -> list[InboundMessage]:
    return [event for event in sight.events if isinstance(event, InboundMessage)]


def with_dms_due(cursor: str) -> str:
    """The cursor, some minutes later."""
    seen = msgspec.json.decode(cursor, type=watching.Seen)
    seen.dms.rests_until = 0
    return msgspec.json.encode(seen).decode()


def test_the_first_look_leaves_what_is_old_alone(account: Account) -> None:
    assert heard(account.look()) == []


def test_a_mention_is_found_once_as_a_message_of_its_author(account: Account) -> None:
    first = account.look()
    account.somebody(sender="ann", text="Are you open?")
    second = account.look(first.cursor)
    (mention,) = heard(second)
    assert (mention.kind, mention.contact, mention.contact_name) == ("mention", world.ANN, "@ann_sandbox")
    assert mention.text == f"@{world.USERNAME} Are you open?"
    assert mention.direction == "in"
    assert mention.extra["url"].endswith(mention.upstream_id)
    assert heard(account.look(second.cursor)) == []


def test_replies_and_quotes_name_the_post_they_are_about(account: Account) -> None:
    cursor = account.look().cursor
    account.somebody(sender="ann", text="Yes!", kind="reply", reply_to=world.SAMPLE_POST)
    account.somebody(sender="ben", text="Look here", kind="quote", reply_to=world.SAMPLE_POST)
    reply, quote = heard(account.look(cursor))
    assert (reply.kind, reply.reply_to) == ("mention", world.SAMPLE_POST)
    assert (quote.kind, quote.extra["quotes"]) == ("quote", world.SAMPLE_POST)


def test_messages_are_found_once_both_ways(account: Account) -> None:
    cursor = account.look().cursor
    account.somebody(sender="ann", text="Hello?", kind="dm")
    account("twitter_send_dm", to=world.ANN, text="Hello!")
    second = account.look(with_dms_due(cursor))
    assert [(m.text, m.direction, m.contact) for m in heard(second)] == [
        ("Hello?", "in", world.ANN),
        ("Hello!", "out", world.ANN),
    ]
    assert heard(account.look(with_dms_due(second.cursor))) == []


def test_the_first_look_hears_a_message_that_just_came(account: Account) -> None:
    account.somebody(sender="ann", text="Now", kind="dm")
    first = account.look()
    assert [m.text for m in heard(first)] == ["Now"]
    assert not first.has_more


def test_more_than_a_page_is_found_in_further_looks_without_a_gap(account: Account) -> None:
    cursor = account.look().cursor
    account.somebody(sender="ann", text="first")
    cursor = account.look(cursor).cursor
    for number in range(120):
        account.somebody(sender="ann", text=f"Number {number}")
    found: list[str] = []
    looks = 0
    has_more = True
    while has_more:
        sight = account.look(cursor)
        cursor, has_more, looks = sight.cursor, sight.has_more, looks + 1
        found += [m.text.rpartition(" ")[2] for m in heard(sight)]
    assert sorted(map(int, found)) == list(range(120))
    assert looks == 3
    account.somebody(sender="ann", text="last")
    assert [m.text.rpartition(" ")[2] for m in heard(account.look(cursor))] == ["last"]


def test_a_look_asks_only_for_what_is_newer_and_for_messages_seldom(account: Account) -> None:
    cursor = account.look().cursor
    account.somebody(sender="ann", text="One")
    cursor = account.look(cursor).cursor
    account.asked.clear()
    account.look(cursor)
    (asked,) = account.asked
    assert asked["url"].endswith("/mentions")
    assert asked["params"]["since_id"].isdecimal()
    assert "start_time" not in asked["params"]


def test_an_account_without_messages_still_hears_of_mentions() -> None:
    account = opened(magic.TOKEN_WITHOUT_DMS)
    cursor = account.look().cursor
    account.somebody(sender="ann", text="Hi")
    assert len(heard(account.look(cursor))) == 1
    assert len(account.requests("GET", "dm_events")) == 1


def test_mentions_are_kept_where_messages_fail_for_a_while(account: Account) -> None:
    cursor = account.look().cursor
    account.somebody(sender="ann", text="Hi")
    account.replies = lambda r: answer(429, {}) if r.url.endswith("dm_events") else None
    sight = account.look(with_dms_due(cursor))
    assert len(heard(sight)) == 1


@pytest.mark.parametrize(
    ("status", "error"), [(401, NeedsReauth), (429, RateLimited), (503, PlatformUnavailable)]
)
def test_a_look_that_fails_is_told(account: Account, status: int, error: type[Exception]) -> None:
    cursor = account.look().cursor
    account.replies = lambda _: answer(status, {})
    with pytest.raises(error):
        account.look(cursor)


@pytest.mark.parametrize("cursor", ["", "x", "[]", "{}", '{"mentions": {"after": "1"}}'])
def test_any_cursor_ends_in_a_look(account: Account, cursor: str) -> None:
    assert account.look(cursor).cursor


@pytest.mark.parametrize(
    "data",
    [
        [{"id": "5"}],
        [{"id": "5", "author_id": "6"}],
        [{"id": "5", "author_id": "6", "created_at": "never"}],
        [{"id": "5", "sender_id": "6", "dm_conversation_id": "a-b", "created_at": 7}],
        ["x", None, 7],
    ],
)
def test_odd_posts_and_messages_are_passed_over(account: Account, data: Any) -> None:
    cursor = account.look().cursor

    def replies(_: Request) -> Any:
        return answer(200, {"data": data, "meta": {"next_token": "same"}})

    account.replies = replies
    assert heard(account.look(with_dms_due(cursor))) == []
