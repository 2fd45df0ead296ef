"""Threads: all is checked first, each post is made once, a failure in the middle is told as it is."""

from typing import Any

import pytest

from connectors.kit.testing import answer
from connectors.twitter.tests.conftest import WEB, Account
from hermes.core.errors import InvalidArgument, NotAllowedByPlatform, TooLarge


def posted(account: Account) -> list[dict[str, Any]]:
    return [r["json"] for r in account.requests("POST", "/2/tweets")]


def texts(*words: str) -> list[dict[str, str]]:
    return [{"text": word} for word in words]


def test_each_post_replies_to_the_one_before(account: Account) -> None:
    made = account("twitter_post_thread", posts=texts("One", "Two", "Three"))
    assert made["complete"] is True
    first, second, third = made["posts"]
    assert posted(account) == [
        {"text": "One"},
        {"text": "Two", "reply": {"in_reply_to_tweet_id": first["id"]}},
        {"text": "Three", "reply": {"in_reply_to_tweet_id": second["id"]}},
    ]
    conversation = account("twitter_get_conversation", post_id=third["id"])
    assert conversation["root"]["id"] == first["id"]
    assert {p["id"] for p in conversation["posts"]} >= {second["id"], third["id"]}


def test_a_thread_goes_on_below_a_post(account: Account) -> None:
    above = account("twitter_post", text="Begin")["id"]
    account("twitter_post_thread", posts=texts("A", "B"), reply_to=above)
    assert posted(account)[1]["reply"] == {"in_reply_to_tweet_id": above}


def test_files_of_all_posts_are_handed_over_before_the_first_is_posted(account: Account) -> None:
    parts = [{"text": "One"}, {"text": "Two", "media": [{"url": WEB + "missing.png"}]}]
    with pytest.raises(InvalidArgument) as refused:
        account("twitter_post_thread", posts=parts)
    assert refused.value.details["argument"] == "posts[1].media[0].url"
    assert posted(account) == []


@pytest.mark.parametrize(
    ("parts", "name", "error"),
    [
        (texts("One"), "posts", InvalidArgument),
        (texts(*("x" * 26)), "posts", InvalidArgument),
        (texts("One", " "), "posts[1].text", InvalidArgument),
        (texts("One", "x" * 281), "posts[1].text", TooLarge),
        (
            [
                {"text": "a"},
                {"text": "b", "media": [{"url": WEB + "a.png"}], "poll": {"options": ["a", "b"]}},
            ],
            "posts[1].poll",
            InvalidArgument,
        ),
    ],
)
def test_a_thread_with_one_bad_post_is_not_begun(
    account: Account, parts: Any, name: str, error: type[InvalidArgument]
) -> None:
    with pytest.raises(error) as refused:
        account("twitter_post_thread", posts=parts)
    assert str(refused.value.details["argument"]).startswith(name)
    assert posted(account) == []


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("429", "rate_limited"),
        ("403", "not_allowed_by_platform"),
        ("503", "platform_unavailable"),
        ("cut", "outcome_unknown"),
        ("502", "outcome_unknown"),
    ],
)
def test_a_failure_in_the_middle_stops_and_tells_what_is_out(account: Account, word: str, code: str) -> None:
    made = account("twitter_post_thread", posts=texts("One", "Two", f"sandbox-fail-{word}", "Four"))
    assert made["complete"] is False
    assert len(made["posts"]) == 2
    assert (made["stopped"]["position"], made["stopped"]["code"]) == (3, code)
    assert made["posts"][1]["id"] in made["next_step"]
    assert ("whether post 3 is there" in made["next_step"]) is (code == "outcome_unknown")
    assert ("retry_after_s" in made["stopped"]) is (code == "rate_limited")
    assert [p["text"] for p in posted(account)] == ["One", "Two", f"sandbox-fail-{word}"]


def test_the_rest_is_posted_as_the_next_step_says(account: Account) -> None:
    made = account("twitter_post_thread", posts=texts("One", "Two", "sandbox-fail-503", "Four"))
    rest = account("twitter_post_thread", posts=texts("Three", "Four"), reply_to=made["posts"][-1]["id"])
    conversation = account("twitter_get_conversation", post_id=rest["posts"][-1]["id"])
    assert conversation["root"]["text"] == "One"
    assert [p["text"] for p in conversation["posts"]][::-1] == ["One", "Two", "Three", "Four"]


def test_a_failure_of_the_first_is_an_error(account: Account) -> None:
    account.replies = lambda r: answer(403, {}) if r.url.endswith("/2/tweets") else None
    with pytest.raises(NotAllowedByPlatform):
        account("twitter_post_thread", posts=texts("One", "Two"))
    assert len(posted(account)) == 1
