"""Who is there and what was said before the account is first used."""

import hashlib
from datetime import datetime, timedelta

from connectors.sandbox.twitter.rest import Json
from hermes.core import clock

USERNAME = "SandboxBakery"
DEVELOPERS, ANN, BEN, CLEO = "2244994945", "2244994946", "2244994947", "2244994948"
SAMPLE_POST, QUESTION, WISH = "1346889436626259968", "1346889436626259969", "1346889436626259970"
OLD_BREAD, BREAD, OLD_NEWS, NEWS = (f"13468894366262599{number}" for number in (71, 72, 73, 74))
PICTURE = "3_1346889436626259001"
FIRST_NUMBER = 1_990_000_000_000_000_000


def account_id(token: str) -> str:
    """The id of the account a token speaks for."""
    return str(1_500_000_000_000_000_000 + int(hashlib.sha256(token.encode()).hexdigest()[:14], 16))


def user(user_id: str, username: str, name: str, **further: object) -> Json:
    """Somebody."""
    return {
        "id": user_id,
        "username": username,
        "name": name,
        "created_at": "2013-12-14T04:35:55.000Z",
        "description": "",
        "location": "",
        "url": "",
        "protected": False,
        "verified": False,
        "public_metrics": {"followers_count": 12, "following_count": 4, "post_count": 3, "listed_count": 0},
        **further,
    }


def post(post_id: str, author: str, text: str, at: datetime, **further: object) -> Json:
    """A post nobody has reacted to yet."""
    counts = (
        "repost_count",
        "reply_count",
        "like_count",
        "quote_count",
        "bookmark_count",
        "impression_count",
    )
    return {
        "id": post_id,
        "text": text,
        "author_id": author,
        "conversation_id": post_id,
        "created_at": clock.iso(at.replace(microsecond=0)).replace("Z", ".000Z"),
        "lang": "en",
        "possibly_sensitive": False,
        "reply_settings": "everyone",
        "edit_history_post_ids": [post_id],
        "public_metrics": dict.fromkeys(counts, 0),
        **further,
    }


def people(me: str, plan: str) -> dict[str, Json]:
    """Everybody, by id."""
    told = (
        user(me, USERNAME, "Sandbox Bakery", subscription_type=plan),
        user(
            DEVELOPERS, "XDevelopers", "Developers", verified=True, description="The voice of the developers."
        ),
        user(ANN, "ann_sandbox", "Ann"),
        user(BEN, "ben_sandbox", "Ben"),
        user(CLEO, "cleo_sandbox", "Cleo", protected=True),
    )
    return {one["id"]: one for one in told}


def first_posts(me: str, now: datetime) -> list[Json]:
    """The posts there are, newest first."""
    below = {
        "conversation_id": SAMPLE_POST,
        "in_reply_to_user_id": me,
        "referenced_posts": [{"type": "replied_to", "id": SAMPLE_POST}],
    }
    link = {"url": "https://t.co/abcdefghij", "expanded_url": "https://market.example/bread"}
    shown = {
        "attachments": {"media_keys": [PICTURE]},
        "entities": {"urls": [{"start": 27, "end": 50, **link}]},
    }
    told: tuple[tuple[str, str, str, Json], ...] = (
        (NEWS, DEVELOPERS, "A new version of the API is here.", {}),
        (OLD_NEWS, DEVELOPERS, "A new version of the API is coming.", {}),
        (BREAD, BEN, f"Fresh bread at the market! {link['url']}", shown),
        (OLD_BREAD, BEN, f"Fresh bread in the morning {link['url']}", shown),
        (WISH, BEN, f"@{USERNAME} Good luck!", {}),
        (QUESTION, ANN, f"@{USERNAME} At last! When?", below),
        (SAMPLE_POST, me, "A bakery is coming.", {}),
    )
    return [
        post(post_id, author, text, now - timedelta(hours=age), **further)
        for age, (post_id, author, text, further) in enumerate(told, 1)
    ]


def first_messages(me: str, now: datetime) -> list[Json]:
    """The direct messages there are, newest first."""
    hour = timedelta(hours=1)
    return [
        message("1346889436626259602", ANN, me, "Or bread?", now - hour),
        message("1346889436626259601", ANN, me, "Is there cake left?", now - 2 * hour),
    ]


def message(event_id: str, sender: str, recipient: str, text: str, at: datetime) -> Json:
    """A direct message of a conversation of two."""
    pair = "-".join(sorted((sender, recipient), key=int))
    return {
        "id": event_id,
        "event_type": "MessageCreate",
        "text": text,
        "sender_id": sender,
        "dm_conversation_id": pair,
        "created_at": clock.iso(at.replace(microsecond=0)).replace("Z", ".000Z"),
    }
