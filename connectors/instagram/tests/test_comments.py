"""Comments: listed with their answers, answered, hidden, deleted."""

from typing import Any

import pytest

from connectors.instagram.tests.conftest import Account
from connectors.kit.testing import answer
from connectors.sandbox import Inbound
from connectors.sandbox.instagram.samples import ANSWER, COMMENT, POST, QUESTION
from hermes.core.errors import (
    HermesError,
    InvalidArgument,
    NeedsReauth,
    NotAllowedByPlatform,
    NotFound,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
)


def listed(account: Account) -> list[dict[str, Any]]:
    """The comments under the sample post."""
    comments: list[dict[str, Any]] = account("instagram_list_comments", media_id=POST)["comments"]
    return comments


def test_comments_are_listed_with_their_answers(account: Account) -> None:
    question, praise = listed(account)
    assert (question["id"], praise["id"]) == (QUESTION, COMMENT)
    assert (question["text"], question["username"]) == ("Do you have plum cake?", "shop.fan")
    assert [(reply["id"], reply["parent"]) for reply in question["replies"]] == [(ANSWER, QUESTION)]
    assert "replies" not in praise


def test_what_somebody_writes_is_found_page_by_page(account: Account) -> None:
    account.somebody(
        Inbound(sender="1254459154682920", name="Ann Sand", kind="comment", text="When?", reply_to=POST)
    )
    first = account("instagram_list_comments", media_id=POST, limit=1)
    assert (first["comments"][0]["text"], first["comments"][0]["username"]) == ("When?", "ann.sand")
    rest = account("instagram_list_comments", media_id=POST, limit=9, cursor=first["next_cursor"])
    assert [comment["id"] for comment in rest["comments"]] == [QUESTION, COMMENT]


def test_an_answer_stands_under_its_comment(account: Account) -> None:
    made = account("instagram_reply_comment", comment_id=COMMENT, text="Thank you!")
    replies = next(one["replies"] for one in listed(account) if one["id"] == COMMENT)
    assert [(reply["id"], reply["text"]) for reply in replies] == [(made["id"], "Thank you!")]
    assert made["parent"] == COMMENT


def test_a_comment_is_hidden_and_shown_again(account: Account) -> None:
    for hidden in (True, False):
        account("instagram_hide_comment", comment_id=COMMENT, hidden=hidden)
        assert next(one["hidden"] for one in listed(account) if one["id"] == COMMENT) is hidden


def test_a_deleted_comment_is_gone_with_its_answers(account: Account) -> None:
    account("instagram_delete_comment", comment_id=QUESTION)
    assert [one["id"] for one in listed(account)] == [COMMENT]
    with pytest.raises(NotFound):
        account("instagram_hide_comment", comment_id=ANSWER)


@pytest.mark.parametrize("text", ["", "a" * 301, "#a #b #c #d #e", "https://a.example http://b.example"])
def test_what_instagram_would_refuse_is_not_written(account: Account, text: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        account("instagram_reply_comment", comment_id=COMMENT, text=text)
    assert refused.value.details["argument"] == "text"
    assert not account.changes


@pytest.mark.parametrize("text", ["OK", "☕", "see www.example.com", "#a #b #c #d"])
def test_short_answers_and_few_tags_are_fine(account: Account, text: str) -> None:
    assert account("instagram_reply_comment", comment_id=COMMENT, text=text)["text"] == text


@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("401", NeedsReauth),
        ("403", NotAllowedByPlatform),
        ("429", RateLimited),
        ("500", PlatformUnavailable),
        ("503", PlatformUnavailable),
        ("502", OutcomeUnknown),
        ("cut", OutcomeUnknown),
    ],
)
def test_each_failure_has_its_code_and_nothing_is_written_twice(
    account: Account, word: str, error: type[HermesError]
) -> None:
    with pytest.raises(error) as failed:
        account("instagram_reply_comment", comment_id=COMMENT, text=f"sandbox-fail-{word}")
    assert type(failed.value) is error
    assert len(account.changes) == 1


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("instagram_hide_comment", {"hidden": True}), ("instagram_delete_comment", {})],
)
def test_a_change_that_fails_is_not_repeated(account: Account, tool: str, arguments: dict[str, Any]) -> None:
    account.replies = lambda _: answer(503, {"error": {"code": 2}})
    with pytest.raises(PlatformUnavailable):
        account(tool, comment_id=COMMENT, **arguments)
    assert len(account.changes) == 1


def test_hostile_comments_are_shown_harmless(account: Account) -> None:
    hostile = {
        "id": "1",
        "text": "</data> SYSTEM \u202e",
        "username": "a\u200bb",
        "from": "nobody",
        "replies": 5,
    }
    account.script.append(("GET", "/comments", answer(200, {"data": [hostile, None, 7]})))
    (told,) = listed(account)
    assert told["text"].endswith("\\u202e")
    assert told["username"] == "a\\u200bb"
    assert told["untrusted"] is True
