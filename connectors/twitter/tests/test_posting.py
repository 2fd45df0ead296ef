"""Posting: what goes out, what comes back, what is refused before X is asked."""

from typing import Any

import pytest

from connectors.kit.testing import answer
from connectors.sandbox.twitter import magic, world
from connectors.twitter.tests.conftest import WEB, Account, opened
from hermes.core.errors import (
    Conflict,
    InvalidArgument,
    NeedsReauth,
    NotAllowedByPlatform,
    OutcomeUnknown,
    PlatformRejected,
    PlatformUnavailable,
    RateLimited,
    TooLarge,
)


def body(account: Account) -> dict[str, Any]:
    found: dict[str, Any] = account.requests("POST", "/2/tweets")[-1]["json"]
    return found


def test_a_post_is_found_by_its_id_and_its_address(account: Account) -> None:
    made = account("twitter_post", text="We open on Monday!")
    assert made["weight"] == 18
    assert body(account) == {"text": "We open on Monday!"}
    for name in (made["id"], made["url"], f"https://twitter.com/{world.USERNAME}/status/{made['id']}?s=20"):
        (post,) = account("twitter_get_posts", ids=[name])["posts"]
        assert (post["text"], post["author"]["username"]) == ("We open on Monday!", world.USERNAME)


def test_everything_a_post_may_have_goes_where_x_wants_it(account: Account) -> None:
    account(
        "twitter_post",
        text="Vote",
        reply_to=world.QUESTION,
        poll={"options": ["Apple", "Plum"], "minutes": 60},
        reply_settings="mentionedUsers",
        made_with_ai=True,
        paid_partnership=True,
    )
    assert body(account) == {
        "text": "Vote",
        "reply": {"in_reply_to_tweet_id": world.QUESTION},
        "poll": {"options": ["Apple", "Plum"], "duration_minutes": 60},
        "reply_settings": "mentionedUsers",
        "made_with_ai": True,
        "paid_partnership": True,
    }


def test_a_quote_and_a_poll_are_read_back(account: Account) -> None:
    quote = account("twitter_post", text="Read this", quote=world.BREAD)["id"]
    poll = account("twitter_post", text="Vote", poll={"options": ["Apple", "Plum"]})["id"]
    first, second = account("twitter_get_posts", ids=[quote, poll])["posts"]
    assert first["quotes"]["author"]["username"] == "ben_sandbox"
    assert "Fresh bread" in first["quotes"]["text"]
    assert [o["label"] for o in second["poll"]["options"]] == ["Apple", "Plum"]


def test_images_are_uploaded_and_described_before_the_post(account: Account) -> None:
    account(
        "twitter_post",
        text="Look",
        media=[{"url": WEB + "cake.png", "alt_text": "A cake"}, {"url": WEB + "b.jpg"}],
    )
    order = [r["url"].rpartition("/2/")[2] for r in account.asked if r["method"] == "POST"]
    assert order == ["media/upload", "media/metadata", "media/upload", "tweets"]
    parts = {p.name: p.content for p in account.requests("POST", "media/upload")[0]["parts"]}
    assert parts["media_category"] == "tweet_image"
    assert parts["media"].startswith(b"\x89PNG")
    assert len(body(account)["media"]["media_ids"]) == 2


def test_a_video_goes_in_pieces_and_is_waited_for(account: Account) -> None:
    made = account("twitter_post", media=[{"url": WEB + "clip.mp4"}])
    order = [r["url"].rpartition("/")[2] for r in account.asked if "/media/upload" in r["url"]]
    assert order == ["initialize", "append", "finalize", "upload"]
    begun = account.requests("POST", "initialize")[0]["json"]
    assert (begun["media_category"], begun["media_type"]) == ("tweet_video", "video/mp4")
    assert account("twitter_get_posts", ids=[made["id"]])["posts"][0]["media"][0]["type"] == "video"


def test_a_deleted_post_is_gone_and_deleting_again_does_no_harm(account: Account) -> None:
    post_id = account("twitter_post", text="Oops")["id"]
    account("twitter_delete_post", post_id=post_id)
    told = account("twitter_get_posts", ids=[post_id])
    assert told["posts"] == []
    assert told["missing"][0]["id"] == post_id
    assert account("twitter_delete_post", post_id=post_id)["done"] is True
    with pytest.raises(NotAllowedByPlatform):
        account("twitter_delete_post", post_id=world.BREAD)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({}, "text"),
        ({"text": "  \n"}, "text"),
        ({"text": "x", "reply_to": "not-a-post"}, "reply_to"),
        ({"text": "x", "reply_to": "https://example.com/a/status/1"}, "reply_to"),
        ({"text": "x", "quote": "12345678901234567890"}, "quote"),
        ({"text": "x", "quote": "1", "poll": {"options": ["a", "b"]}}, "poll"),
        ({"text": "x", "media": [{"url": WEB + "a.png"}], "quote": "1"}, "media"),
        ({"text": "x", "media": [{"url": WEB + "a.png"}] * 5}, "media"),
        ({"text": "x", "media": [{"url": "file:///etc/passwd"}]}, "media"),
        ({"text": "x", "media": [{"url": WEB + "a.pdf"}]}, "media[0].url"),
        ({"text": "x", "media": [{"url": WEB + "missing.png"}]}, "media[0].url"),
        ({"text": "x", "media": [{"url": WEB + "a.png"}, {"url": WEB + "b.mp4"}]}, "media"),
        ({"text": "x", "poll": {"options": ["one"]}}, "poll"),
        ({"text": "x", "poll": {"options": ["a" * 26, "b"]}}, "poll"),
        ({"text": "x", "poll": {"options": ["a", "b"], "minutes": 4}}, "poll"),
        ({"text": "x", "reply_settings": "nobody"}, "reply_settings"),
    ],
)
def test_what_x_would_refuse_is_not_sent(account: Account, arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        account("twitter_post", **arguments)
    assert str(refused.value.details["argument"]).startswith(name)
    assert not [r for r in account.asked if r["method"] == "POST"]


def test_a_long_text_is_refused_with_its_weight_unless_the_account_subscribes(account: Account) -> None:
    with pytest.raises(TooLarge, match="shorten it by 20") as refused:
        account("twitter_post", text="の" * 150)
    assert refused.value.details == {"argument": "text", "weight": 300, "limit": 280}
    assert not [r for r in account.asked if r["method"] == "POST"]
    subscriber = opened("SANDBOX_PREMIUM_" + "a" * 20)
    assert subscriber("twitter_post", text="の" * 150)["weight"] == 300
    with pytest.raises(TooLarge, match="25,000"):
        subscriber("twitter_post", text="の" * 13_000)


@pytest.mark.parametrize(
    ("word", "error", "told"),
    [
        ("401", NeedsReauth, "connect with it"),
        ("402", NotAllowedByPlatform, "credits"),
        ("403", NotAllowedByPlatform, "tweet.write"),
        ("enrolled", NotAllowedByPlatform, "project"),
        ("plan", NotAllowedByPlatform, "plan"),
        ("capped", NotAllowedByPlatform, "cap"),
        ("permissions", NotAllowedByPlatform, "Read and write"),
        ("reply", NotAllowedByPlatform, "mentioned"),
        ("duplicate", Conflict, "repeats"),
        ("429", RateLimited, "limits"),
        ("day", RateLimited, "limits"),
        ("500", PlatformUnavailable, "fault"),
        ("503", PlatformUnavailable, "fault"),
        ("502", OutcomeUnknown, "look it up"),
        ("cut", OutcomeUnknown, "look it up"),
        ("unreached", PlatformUnavailable, "reached"),
    ],
)
def test_each_failure_has_its_code_and_nothing_is_posted_twice(
    account: Account, word: str, error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        account("twitter_post", text=f"sandbox-fail-{word}")
    assert len(account.requests("POST", "/2/tweets")) == (3 if word == "unreached" else 1)


@pytest.mark.parametrize(("word", "seconds"), [("429", magic.RESET_S), ("day", magic.DAY_S)])
def test_the_time_to_wait_is_when_the_limit_that_is_used_up_begins_anew(
    account: Account, word: str, seconds: int
) -> None:
    with pytest.raises(RateLimited) as limited:
        account("twitter_post", text=f"sandbox-fail-{word}")
    assert limited.value.retry_after_s is not None
    assert seconds - 30 < limited.value.retry_after_s <= seconds


def test_retry_after_comes_before_the_reset(account: Account) -> None:
    account.replies = lambda _: answer(429, {}, {"retry-after": "7", "x-rate-limit-reset": "99999999999"})
    with pytest.raises(RateLimited) as limited:
        account("twitter_post", text="x")
    assert limited.value.retry_after_s == 7


def test_the_same_text_twice_is_a_conflict(account: Account) -> None:
    account("twitter_post", text="Same words")
    with pytest.raises(Conflict, match="repeats"):
        account("twitter_post", text="Same words")


def test_a_self_serve_plan_may_reply_to_who_mentioned_it_only() -> None:
    account = opened(magic.TOKEN_SELF_SERVE)
    assert account("twitter_post", text="On Monday!", reply_to=world.QUESTION)["id"]
    with pytest.raises(NotAllowedByPlatform, match="mentioned or quoted"):
        account("twitter_post", text="Nice bread!", reply_to=world.BREAD)
    with pytest.raises(NotAllowedByPlatform):
        account("twitter_post", text="Look!", quote=world.BREAD)


def test_an_answer_without_an_id_is_an_unknown_outcome(account: Account) -> None:
    account.replies = lambda _: answer(201, {"data": {}})
    with pytest.raises(OutcomeUnknown):
        account("twitter_post", text="x")


def test_a_file_x_cannot_use_is_told_and_nothing_is_posted(account: Account) -> None:
    def replies(request: Any) -> Any:
        done = {"id": "1", "processing_info": {"state": "failed"}}
        return answer(200, {"data": done}) if "finalize" in request.url else None

    account.replies = replies
    with pytest.raises(PlatformRejected, match="another file"):
        account("twitter_post", media=[{"url": WEB + "a.mp4"}])
    assert not account.requests("POST", "/2/tweets")
