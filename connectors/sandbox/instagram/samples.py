"""What is there from the start: some posts, comments, a post that waits to be published."""

from typing import Any

USERNAME = "sandbox.bakery"
POST, REEL, ALBUM = "17895695668004550", "17895695668004551", "17895695668004552"
FAN, FAN_NAME = "1254459154682919", "shop.fan"
COMMENT, QUESTION, ANSWER = "17865799348089039", "17865799348089040", "17865799348089041"
DRAFT = "17889455560051444"
CDN = "https://scontent.cdninstagram.com/v/sandbox/"


def post(media_id: str, kind: str, product: str, caption: str, at: str, **more: Any) -> dict[str, Any]:
    """A post as its node tells it."""
    ending = "mp4" if kind == "VIDEO" else "jpg"
    return {
        "id": media_id,
        "caption": caption,
        "media_type": kind,
        "media_product_type": product,
        "permalink": f"https://www.instagram.com/p/{media_id}/",
        "timestamp": at,
        "like_count": 0,
        "media_url": f"{CDN}{media_id}.{ending}",
        "alt_text": None,
        "is_comment_enabled": True,
        "children": [],
    } | more


def comment(comment_id: str, media: str, text: str, at: str, **more: Any) -> dict[str, Any]:
    """A comment as its node tells it."""
    writer = {"id": FAN, "username": FAN_NAME}
    return {
        "id": comment_id,
        "media": media,
        "text": text,
        "timestamp": at,
        "from": writer,
        "like_count": 0,
        "hidden": False,
        "parent_id": None,
    } | more


_OPENING = "2026-11-20T09:00:00+0000"
MEDIA = {
    ALBUM: post(
        ALBUM,
        "CAROUSEL_ALBUM",
        "FEED",
        "Our cakes",
        "2026-11-18T09:00:00+0000",
        like_count=31,
        children=[f"{CDN}plum.jpg", f"{CDN}apple.jpg"],
    ),
    REEL: post(REEL, "VIDEO", "REELS", "How we bake", "2026-11-19T09:00:00+0000", like_count=204),
    POST: post(POST, "IMAGE", "FEED", "We open on Monday.", _OPENING, like_count=12),
}
COMMENTS = {
    COMMENT: comment(COMMENT, POST, "Nice!", "2026-11-20T09:05:00+0000"),
    QUESTION: comment(QUESTION, POST, "Do you have plum cake?", "2026-11-20T09:10:00+0000"),
    ANSWER: comment(
        ANSWER,
        POST,
        "Every Friday.",
        "2026-11-20T09:12:00+0000",
        **{"from": {"id": "", "username": USERNAME}, "parent_id": QUESTION},
    ),
}
CONTAINERS = {
    DRAFT: {
        "id": DRAFT,
        "kind": "IMAGE",
        "product": "FEED",
        "caption": "A cake that was prepared earlier",
        "address": f"{CDN}draft.jpg",
        "looks": 0,
        "word": "",
        "state": "FINISHED",
        "children": [],
    }
}
