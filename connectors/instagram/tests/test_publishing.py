"""Publishing: one tool for Instagram's three steps, and nothing is posted twice."""

import base64
from typing import Any

import pytest

from connectors.instagram.tests.conftest import Account
from connectors.kit.testing import answer
from connectors.sandbox.instagram.samples import DRAFT
from hermes.core.errors import (
    HermesError,
    InvalidArgument,
    NeedsReauth,
    NotAllowedByPlatform,
    NotFound,
    OutcomeUnknown,
    PlatformRejected,
    PlatformUnavailable,
    RateLimited,
)
from hermes.core.http_types import CutOff, NotReached

WEB = "https://files.example.com/"
JPEG = "data:image/jpeg;base64," + base64.b64encode(b"\xff\xd8\xff\xe0 a picture").decode()


def containers_of(account: Account) -> list[dict[str, Any]]:
    """What containers were made of."""
    return [asked["json"] for asked in account.requests("POST", "/me/media")]


def published(account: Account) -> int:
    """How often something was made public."""
    return len(account.requests("POST", "/media_publish"))


def test_an_image_is_published_and_then_among_the_posts(account: Account) -> None:
    before = account("instagram_get_profile")["publishing_limit"]
    made = account(
        "instagram_publish", kind="image", media=[WEB + "a.jpg"], caption="Open! #bakery", alt_text="A cake"
    )
    assert made["status"] == "published"
    assert made["permalink"].endswith(f"/{made['media_id']}/")
    assert made["publishing_limit"] == {**before, "used": before["used"] + 1}
    newest = account("instagram_list_media", limit=1)["media"][0]
    assert (newest["id"], newest["caption"], newest["alt_text"]) == (
        made["media_id"],
        "Open! #bakery",
        "A cake",
    )
    assert containers_of(account) == [
        {"caption": "Open! #bakery", "alt_text": "A cake", "image_url": WEB + "a.jpg"}
    ]


def test_a_reel_waits_until_instagram_is_done_with_the_video(account: Account) -> None:
    made = account("instagram_publish", kind="reel", media=[WEB + "a.mp4"], caption="Baking")
    assert made["status"] == "published"
    assert containers_of(account) == [
        {"media_type": "REELS", "caption": "Baking", "video_url": WEB + "a.mp4"}
    ]
    assert len(account.requests("GET", f"/{made['job_id']}")) == 2


@pytest.mark.parametrize(("name", "member"), [("a.jpg", "image_url"), ("a.mp4?x=1", "video_url")])
def test_a_story_takes_an_image_or_a_video(account: Account, name: str, member: str) -> None:
    assert account("instagram_publish", kind="story", media=[WEB + name])["status"] == "published"
    assert containers_of(account) == [{"media_type": "STORIES", member: WEB + name}]


def test_a_carousel_is_made_of_containers_of_its_own(account: Account) -> None:
    made = account(
        "instagram_publish",
        kind="carousel",
        media=[WEB + "a.jpg", WEB + "b.mp4"],
        caption="Both",
        location="7",
    )
    first, second, whole = containers_of(account)
    assert first == {"image_url": WEB + "a.jpg", "is_carousel_item": True}
    assert second == {"video_url": WEB + "b.mp4", "is_carousel_item": True, "media_type": "VIDEO"}
    assert whole.pop("children") == whole_children(account)
    assert whole == {"media_type": "CAROUSEL", "caption": "Both", "location_id": "7"}
    told = account("instagram_get_media", media_id=made["media_id"], children=True)
    assert [child["url"] for child in told["children"]] == [WEB + "a.jpg", WEB + "b.mp4"]


def whole_children(account: Account) -> list[str]:
    """The ids under which the items were asked for, in their order."""
    looked = [r["url"].rpartition("/")[2] for r in account.asked if r["method"] == "GET"]
    return list(dict.fromkeys(one for one in looked if one.isdecimal()))[:2]


def test_an_address_that_does_not_tell_its_type_is_asked(account: Account) -> None:
    account.script.append(("HEAD", "/clip", answer(200, headers={"content-type": "video/mp4; x=y"})))
    account("instagram_publish", kind="story", media=[WEB + "clip"])
    assert containers_of(account) == [{"media_type": "STORIES", "video_url": WEB + "clip"}]
    asked = account.requests("HEAD", "/clip")[0]
    assert asked.get("bearer") is None


def test_bytes_are_offered_to_instagram_under_an_address_of_ours(account: Account) -> None:
    account("instagram_publish", kind="image", media=[JPEG])
    assert account.files.handed == [(b"\xff\xd8\xff\xe0 a picture", "image/jpeg")]
    assert containers_of(account) == [{"image_url": "https://hermes.example/media/handed-1"}]


def test_what_takes_longer_is_a_job_that_publishes_once_it_is_ready(account: Account) -> None:
    job = account("instagram_publish", kind="reel", media=[WEB + "sandbox-wait.mp4"])
    assert job["status"] == "in_progress"
    assert published(account) == 0
    states = [account("instagram_get_publish_job", job_id=job["job_id"]) for _ in range(8)]
    assert [one["status"] for one in states][-2:] == ["published", "published"]
    assert {one["status"] for one in states[:2]} == {"in_progress"}
    assert published(account) == 1
    posts = account("instagram_list_media")["media"]
    assert sum(post["product"] == "REELS" for post in posts) == 2


def test_a_carousel_of_slow_videos_goes_on_where_it_stopped(account: Account) -> None:
    files = [WEB + "sandbox-wait.mp4", WEB + "b.jpg"]
    job = account("instagram_publish", kind="carousel", media=files, caption="Später ☕")
    seen, made = [job["job_id"]], job
    while made["status"] == "in_progress":
        made = account("instagram_get_publish_job", job_id=seen[-1])
        seen.append(made["job_id"])
        assert len(seen) < 15
    assert len(set(seen)) == 2
    assert published(account) == 1
    assert account("instagram_get_media", media_id=made["media_id"])["caption"] == "Später ☕"
    assert account("instagram_get_publish_job", job_id=seen[-1])["status"] == "published"
    assert published(account) == 1


def test_a_lost_answer_names_the_job_and_asking_it_publishes_nothing_again(account: Account) -> None:
    with pytest.raises(OutcomeUnknown) as lost:
        account("instagram_publish", kind="image", media=[WEB + "a.jpg"], caption="sandbox-fail-cut")
    told = account("instagram_get_publish_job", job_id=lost.value.details["job_id"])
    assert told["status"] == "published"
    assert published(account) == 1


def test_two_who_ask_at_once_publish_once(account: Account) -> None:
    account.script.append(("GET", f"/{DRAFT}", answer(200, {"id": DRAFT, "status_code": "FINISHED"})))
    account("instagram_get_publish_job", job_id=DRAFT)
    account.script.append(("GET", f"/{DRAFT}", answer(200, {"id": DRAFT, "status_code": "FINISHED"})))
    with pytest.raises(NotFound):
        account("instagram_get_publish_job", job_id=DRAFT)
    assert len(account("instagram_list_media")["media"]) == 4


@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("401", NeedsReauth),
        ("403", NotAllowedByPlatform),
        ("429", RateLimited),
        ("500", PlatformUnavailable),
        ("503", PlatformUnavailable),
        ("unreached", PlatformUnavailable),
        ("spam", NotAllowedByPlatform),
        ("limit", RateLimited),
        ("format", PlatformRejected),
        ("expired", NotFound),
        ("502", OutcomeUnknown),
        ("cut", OutcomeUnknown),
    ],
)
def test_each_failure_has_its_code_and_nothing_is_posted_twice(
    account: Account, word: str, error: type[HermesError]
) -> None:
    with pytest.raises(error) as failed:
        account("instagram_publish", kind="image", media=[WEB + "a.jpg"], caption=f"sandbox-fail-{word}")
    assert type(failed.value) is error or word == "unreached"
    assert published(account) == (word in ("limit", "502", "cut"))


@pytest.mark.parametrize("told", [CutOff, NotReached, answer(500, {"error": {"code": 2}})])
def test_a_container_whose_answer_is_lost_is_made_again_and_published_once(
    account: Account, told: Any
) -> None:
    account.script.append(("POST", "/me/media", told))
    assert account("instagram_publish", kind="image", media=[WEB + "a.jpg"])["status"] == "published"
    assert (len(containers_of(account)), published(account)) == (2, 1)


def test_what_instagram_calls_not_ready_is_a_job(account: Account) -> None:
    told = answer(400, {"error": {"code": 9007, "error_subcode": 2207027, "message": "x"}})
    account.script.append(("POST", "/media_publish", told))
    assert account("instagram_publish", kind="image", media=[WEB + "a.jpg"])["status"] == "in_progress"


def test_where_no_post_is_left_nothing_is_handed_over(account: Account) -> None:
    full = {"quota_usage": 50, "config": {"quota_total": 50, "quota_duration": 86_400}}
    account.script.append(("GET", "/content_publishing_limit", answer(200, {"data": [full]})))
    with pytest.raises(RateLimited, match="24 hours") as limited:
        account("instagram_publish", kind="image", media=[JPEG])
    assert limited.value.retry_after_s == 3600
    assert not account.changes
    assert not account.files.handed


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"kind": "image", "media": []}, "media"),
        ({"kind": "image", "media": [WEB + "a.jpg"] * 2}, "media"),
        ({"kind": "carousel", "media": [WEB + "a.jpg"]}, "media"),
        ({"kind": "carousel", "media": [WEB + "a.jpg"] * 11}, "media"),
        ({"kind": "image", "media": [WEB + "a.png"]}, "media"),
        ({"kind": "image", "media": [WEB + "a.mp4"]}, "media"),
        ({"kind": "reel", "media": [WEB + "a.jpg"]}, "media"),
        ({"kind": "image", "media": [WEB + "a.pdf"]}, "media"),
        ({"kind": "image", "media": ["http://files.example.com/a.jpg"]}, "media"),
        ({"kind": "image", "media": ["file:///etc/passwd"]}, "media"),
        ({"kind": "image", "media": ["https://user:secret@files.example.com/a.jpg"]}, "media"),
        ({"kind": "image", "media": ["https://127.0.0.1/a.jpg"]}, "media"),
        ({"kind": "image", "media": ["https://[::ffff:7f00:1]/a.jpg"]}, "media"),
        ({"kind": "image", "media": ["https://2130706433/a.jpg"]}, "media"),
        ({"kind": "image", "media": ["https://0x7f.1/a.jpg"]}, "media"),
        ({"kind": "image", "media": ["https://files.example.com:6379/a.jpg"]}, "media"),
        ({"kind": "image", "media": ["https://files.example.com\\@evil.example/a.jpg"]}, "media"),
        ({"kind": "image", "media": ["data:image/jpeg;base64,====="]}, "media"),
        ({"kind": "image", "media": ["data:image/png;base64,AAAA"]}, "media"),
        ({"kind": "image", "media": [WEB + "a.jpg"], "caption": "#a " * 31}, "caption"),
        ({"kind": "image", "media": [WEB + "a.jpg"], "caption": "@a " * 21}, "caption"),
        ({"kind": "image", "media": [WEB + "a.jpg"], "caption": "a" * 2201}, "caption"),
        ({"kind": "story", "media": [WEB + "a.jpg"], "caption": "x"}, "caption"),
        ({"kind": "story", "media": [WEB + "a.jpg"], "location": "7"}, "location"),
        ({"kind": "reel", "media": [WEB + "a.mp4"], "alt_text": "x"}, "alt_text"),
        ({"kind": "post", "media": [WEB + "a.jpg"]}, "kind"),
    ],
)
def test_what_instagram_would_refuse_is_not_handed_over(
    account: Account, arguments: dict[str, Any], name: str
) -> None:
    """SS01, SS02, SS08: an address that leads inside is refused before anybody asks it."""
    with pytest.raises(InvalidArgument) as refused:
        account("instagram_publish", **arguments)
    assert str(refused.value.details["argument"]).startswith(name)
    assert not account.changes
    assert not account.requests("HEAD", "")


@pytest.mark.parametrize("job", ["../me", "abc", "WyJhIl0", "WyIuLi9tZSIsIi4uL3giXQ", "me"])
def test_a_job_nobody_gave_is_refused_unasked(account: Account, job: str) -> None:
    with pytest.raises(InvalidArgument):
        account("instagram_get_publish_job", job_id=job)
    assert not account.asked


def test_media_that_cannot_be_loaded_is_told(account: Account) -> None:
    with pytest.raises(PlatformRejected, match="could not load"):
        account("instagram_publish", kind="image", media=[WEB + "missing.jpg"])
