"""Posting: what goes out, what comes back, what is refused before LinkedIn is asked."""

from typing import Any

import pytest

from connectors.linkedin.tests.conftest import Account
from connectors.sandbox.linkedin.state import PAGE
from hermes.core.errors import (
    Conflict,
    InvalidArgument,
    NotAllowedByPlatform,
    NotFound,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
    TooLarge,
    VersionRetired,
)

WEB = "https://files.example.com/"


def test_a_post_is_the_members_and_is_found_by_its_id(account: Account) -> None:
    made = account("linkedin_create_post", text="We open on Monday!")
    assert made["id"].startswith("urn:li:share:")
    assert made["url"] == f"https://www.linkedin.com/feed/update/{made['id']}/"
    assert made["author"] == account("linkedin_get_me")["urn"]
    assert account("linkedin_get_post", post=made["url"])["text"] == "We open on Monday!"


def test_a_page_posts_where_it_is_named(account: Account) -> None:
    assert account("linkedin_create_post", text="From the page", author=PAGE)["author"] == PAGE
    assert account("linkedin_list_posts", author=PAGE)["posts"][0]["text"] == "From the page"


def test_every_request_names_version_and_protocol(account: Account) -> None:
    account("linkedin_create_post", text="Hello")
    headers = account.requests("POST", "/rest/posts")[0]["headers"]
    assert headers["LinkedIn-Version"] == "202610"
    assert headers["X-Restli-Protocol-Version"] == "2.0.0"


def test_reserved_characters_are_escaped_and_read_back_as_written(account: Account) -> None:
    text = (
        "50% (today) <only> | a_b ~ [x] {y} \\ * #opening for @[Acme](urn:li:organization:123) me@example.com"
    )
    made = account("linkedin_create_post", text=text)
    sent = account.requests("POST", "/rest/posts")[0]["json"]["commentary"]
    assert r"\(today\) \<only\> \| a\_b \~ \[x\] \{y\} \\ \*" in sent
    assert r"{hashtag|\#|opening}" in sent
    assert "@[Acme](urn:li:organization:123)" in sent
    assert r"me\@example.com" in sent
    assert account("linkedin_get_post", post=made["id"])["text"] == text


def test_one_image_is_uploaded_before_the_post(account: Account) -> None:
    account("linkedin_create_post", text="Look", media=[{"url": WEB + "cake.png", "alt_text": "A cake"}])
    order = [(r["method"], r["url"].partition("?")[0].rpartition("/")[2]) for r in account.asked]
    assert order.index(("POST", "images")) < order.index(("POST", "posts"))
    media = account.requests("POST", "/rest/posts")[0]["json"]["content"]["media"]
    assert media["id"].startswith("urn:li:image:")
    assert media["altText"] == "A cake"
    assert account.requests("PUT", "/dms-uploads/")[0]["content"].startswith(b"\x89PNG")


def test_several_images_are_one_post(account: Account) -> None:
    account("linkedin_create_post", text="Look", media=[{"url": f"{WEB}{n}.jpg"} for n in range(3)])
    images = account.requests("POST", "/rest/posts")[0]["json"]["content"]["multiImage"]["images"]
    assert len({image["id"] for image in images}) == 3


@pytest.mark.parametrize(("name", "kind"), [("menu.pdf", "document"), ("clip.mp4", "video")])
def test_a_document_or_a_video_has_a_title(account: Account, name: str, kind: str) -> None:
    account("linkedin_create_post", text="Look", media=[{"url": WEB + name}])
    media = account.requests("POST", "/rest/posts")[0]["json"]["content"]["media"]
    assert media["id"].startswith(f"urn:li:{kind}:")
    assert media["title"] == name


def test_a_video_is_put_in_the_parts_linkedin_asks_for(account: Account) -> None:
    account("linkedin_create_post", text="Look", media=[{"url": WEB + "clip.mp4"}])
    parts = account.requests("PUT", "/dms-uploads/")
    ended = account.requests("POST", "action=finalizeUpload")[0]["json"]["finalizeUploadRequest"]
    assert len(ended["uploadedPartIds"]) == len(parts) == 1
    assert all(ended["uploadedPartIds"])


def test_a_link_has_title_and_picture(account: Account) -> None:
    link = {
        "url": "https://example.com/a",
        "title": "Menu",
        "description": "All cakes",
        "image": WEB + "a.png",
    }
    account("linkedin_create_post", text="Read", link=link)
    article = account.requests("POST", "/rest/posts")[0]["json"]["content"]["article"]
    assert article["source"] == "https://example.com/a"
    assert article["thumbnail"].startswith("urn:li:image:")


def test_a_poll_is_asked_as_linkedin_wants_it(account: Account) -> None:
    poll = {"question": "Which cake?", "options": ["Apple", "Plum"], "days": 7}
    account("linkedin_create_post", text="Vote", poll=poll)
    assert account.requests("POST", "/rest/posts")[0]["json"]["content"]["poll"] == {
        "question": "Which cake?",
        "options": [{"text": "Apple"}, {"text": "Plum"}],
        "settings": {"duration": "SEVEN_DAYS"},
    }


def test_edit_and_delete(account: Account) -> None:
    urn = account("linkedin_create_post", text="Mondays (open)")["id"]
    account("linkedin_update_post", post=urn, text="Tuesdays (open)")
    assert account("linkedin_get_post", post=urn)["text"] == "Tuesdays (open)"
    account("linkedin_delete_post", post=urn)
    with pytest.raises(NotFound):
        account("linkedin_get_post", post=urn)
    assert account("linkedin_delete_post", post=urn)["done"] is True


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"text": "a" * 3001}, "text"),
        ({"text": ""}, "text"),
        ({"text": "x", "author": "urn:li:sponsoredAccount:1"}, "author"),
        ({"text": "x", "author": "urn:li:organization:1),evil:(x"}, "author"),
        ({"text": "x", "visibility": "SECRET"}, "visibility"),
        ({"text": "x", "media": [{"url": "file:///etc/passwd"}]}, "media"),
        ({"text": "x", "media": [{"url": WEB + "a.png"}] * 21}, "media"),
        ({"text": "x", "poll": {"question": "q", "options": ["one"]}}, "poll"),
        ({"text": "x", "poll": {"question": "q", "options": ["a" * 31, "b"]}}, "poll"),
        (
            {"text": "x", "link": {"url": WEB, "title": "t"}, "media": [{"url": WEB + "a.png"}]},
            "media",
        ),
    ],
)
def test_what_linkedin_would_refuse_is_not_sent(
    account: Account, arguments: dict[str, Any], name: str
) -> None:
    with pytest.raises((InvalidArgument, TooLarge)) as refused:
        account("linkedin_create_post", **arguments)
    assert str(refused.value.details["argument"]).startswith(name)
    assert not account.requests("POST", "/rest/posts")


@pytest.mark.parametrize(
    ("media", "error"),
    [
        ([{"url": WEB + "note.txt"}], InvalidArgument),
        ([{"url": WEB + "missing.png"}], InvalidArgument),
        ([{"url": WEB + "a.png"}, {"url": WEB + "b.pdf"}], InvalidArgument),
    ],
)
def test_files_that_do_not_fit_are_refused_and_nothing_is_posted(
    account: Account, media: list[dict[str, str]], error: type[Exception]
) -> None:
    with pytest.raises(error):
        account("linkedin_create_post", text="Look", media=media)
    assert not account.requests("POST", "/rest/posts")


@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("429", RateLimited),
        ("403", NotAllowedByPlatform),
        ("426", VersionRetired),
        ("500", PlatformUnavailable),
        ("502", OutcomeUnknown),
        ("cut", OutcomeUnknown),
        ("unreached", PlatformUnavailable),
    ],
)
def test_each_failure_has_its_code_and_nothing_is_posted_twice(
    account: Account, word: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        account("linkedin_create_post", text=f"sandbox-fail-{word}")
    posts = account.requests("POST", "/rest/posts")
    assert len(posts) == (3 if word == "unreached" else 1)


def test_retry_after_is_passed_on(account: Account) -> None:
    with pytest.raises(RateLimited) as limited:
        account("linkedin_create_post", text="sandbox-fail-429")
    assert limited.value.retry_after_s == 30


def test_a_repeated_post_is_a_conflict_that_names_the_first(account: Account) -> None:
    first = account("linkedin_create_post", text="Same words")
    with pytest.raises(Conflict) as repeated:
        account("linkedin_create_post", text="Same words")
    assert repeated.value.details["post"] == first["id"]


def test_a_strangers_page_is_refused(account: Account) -> None:
    with pytest.raises(NotAllowedByPlatform, match="w_organization_social"):
        account("linkedin_create_post", text="x", author="urn:li:organization:999")
