"""X's objects, flattened: what an answer includes beside its posts is put where it belongs.

Both generations of names are read (`fields`); what is not as described is left out.
"""

from typing import Any

from connectors.twitter import outputs
from connectors.twitter.client import Json, is_id, items, member
from hermes.core import clock
from hermes.core.errors import InvalidArgument
from hermes.core.third_party import shown

TEXT_CHARS = 25_000
QUOTED_CHARS = 1_000
NAME_CHARS = 60
LIMIT_MISSING = 100
_METRICS = {
    "like_count": "likes",
    "reply_count": "replies",
    "repost_count": "reposts",
    "retweet_count": "reposts",
    "quote_count": "quotes",
    "bookmark_count": "bookmarks",
    "impression_count": "views",
}
_REASONS = {
    "resource-not-found": "There is nothing with this id, or it was deleted.",
    "not-authorized-for-resource": "Its owner protects it or has blocked this account.",
    "resource-unavailable": "X does not show it any more.",
    "disallowed-resource": "X does not allow it to be read.",
}
_OF_FIELDS = ("field", "field-unauthorized", "not-authorized-for-field", "field-hydration-failure")


class Included:
    """The objects an answer has beside its main ones."""

    def __init__(self, told: Json) -> None:
        includes = member(told, "includes")
        self._users = {u["id"]: u for u in items(includes, "users") if is_id(u.get("id"))}
        self._media = {m.get("media_key"): m for m in items(includes, "media") if _is_key(m.get("media_key"))}
        self._polls = {p.get("id"): p for p in items(includes, "polls") if _is_key(p.get("id"))}
        posts = [*items(includes, "posts"), *items(includes, "tweets")]
        self._posts = {p["id"]: p for p in posts if is_id(p.get("id"))}

    def person(self, user_id: Any) -> outputs.Person:
        """Who an id stands for; the id alone where nothing else was told."""
        known = self._users.get(user_id) if is_id(user_id) else None
        return person(known) if known is not None else _unnamed(user_id)

    def username(self, user_id: Any) -> str:
        """The username of an id, empty where it was not told."""
        return name_of(self._users.get(user_id, {}), "username") if is_id(user_id) else ""

    def quoted(self, post_id: str) -> outputs.Quoted:
        """A post that another shows."""
        raw = self._posts.get(post_id)
        if raw is None:
            return outputs.Quoted(id=post_id)
        author = self.person(raw.get("author_id"))
        return outputs.Quoted(id=post_id, author=author, text=shown(text_of(raw), QUOTED_CHARS))

    def media(self, raw: Json) -> list[outputs.Media]:
        """The media of a post or message."""
        keys = member(raw, "attachments").get("media_keys")
        found = [self._media.get(key) for key in keys if _is_key(key)] if isinstance(keys, list) else []
        return [_media(one) for one in found if one is not None]

    def poll(self, raw: Json) -> outputs.Poll | None:
        """The poll of a post."""
        ids = member(raw, "attachments").get("poll_ids")
        found = [self._polls.get(i) for i in ids if _is_key(i)] if isinstance(ids, list) else []
        return _poll(found[0]) if found and found[0] is not None else None


def posts(told: Json) -> list[outputs.Post]:
    """The posts of an answer, in its order."""
    included = Included(told)
    return [post(raw, included) for raw in items(told, "data") if is_id(raw.get("id"))]


def post(raw: Json, included: Included) -> outputs.Post:
    """One post."""
    author, refers = included.person(raw.get("author_id")), references(raw)
    return outputs.Post(
        id=raw["id"],
        url=address_of(raw["id"], author.username or ""),
        author=author,
        text=shown(text_of(raw), TEXT_CHARS),
        untrusted=True,
        created_at=at(raw.get("created_at")),
        conversation_id=raw["conversation_id"] if is_id(raw.get("conversation_id")) else None,
        reply_to=refers.get("replied_to"),
        quotes=included.quoted(refers["quoted"]) if "quoted" in refers else None,
        reposts=included.quoted(refers["retweeted"]) if "retweeted" in refers else None,
        links=_links(raw) or None,
        media=included.media(raw) or None,
        poll=included.poll(raw),
        metrics=_metrics(raw) or None,
        lang=name_of(raw, "lang") or None,
        reply_settings=name_of(raw, "reply_settings") or None,
        sensitive=True if raw.get("possibly_sensitive") is True else None,
    )


def user(raw: Json) -> outputs.User:
    """Somebody, whose id is known to be one."""
    counts = member(raw, "public_metrics")
    return outputs.User(
        id=raw["id"],
        username=name_of(raw, "username"),
        untrusted=True,
        name=name_of(raw, "name") or None,
        description=shown(str(raw.get("description") or ""), QUOTED_CHARS) or None,
        followers=_whole(counts.get("followers_count")),
        following=_whole(counts.get("following_count")),
        posts=_whole(counts.get("post_count", counts.get("tweet_count"))),
        verified=raw["verified"] if isinstance(raw.get("verified"), bool) else None,
        protected=raw["protected"] if isinstance(raw.get("protected"), bool) else None,
        created_at=at(raw.get("created_at")),
        location=name_of(raw, "location") or None,
        url=shown(str(raw.get("url") or ""), 200) or None,
    )


def missing(told: Json, *also: Json) -> list[outputs.Missing] | None:
    """What answers of 200 say they left out; None where that is nothing."""
    found = [_missing(error) for one in (told, *also) for error in items(one, "errors")]
    return [m for m in found if m is not None][:LIMIT_MISSING] or None


def references(raw: Json) -> dict[str, str]:
    """By kind (replied_to, quoted, retweeted) the id of the post another refers to."""
    told = [*items(raw, "referenced_posts"), *items(raw, "referenced_tweets")]
    return {str(one.get("type")): one["id"] for one in told if is_id(one.get("id"))}


def text_of(raw: Json) -> str:
    """A post's text, a long one in full."""
    long = member(raw, "note_post") or member(raw, "note_tweet")
    return str(long.get("text") or raw.get("text") or "")


def person(raw: Json) -> outputs.Person:
    """A user, briefly."""
    found = _unnamed(raw.get("id"))
    return outputs.Person(
        id=found.id, username=name_of(raw, "username") or None, name=name_of(raw, "name") or None
    )


def name_of(raw: Json, name: str) -> str:
    """A short text of a third party's."""
    value = raw.get(name)
    return shown(value, NAME_CHARS) if isinstance(value, str) else ""


def at(value: Any) -> str | None:
    """X's time in our form; None for anything else."""
    try:
        return clock.iso(clock.parse(value)) if isinstance(value, str) else None
    except (InvalidArgument, OverflowError, ValueError):
        return None


def address_of(post_id: str, username: str = "") -> str:
    """Where people see a post."""
    return f"https://x.com/{username or 'i'}/status/{post_id}"


def _missing(error: Json) -> outputs.Missing | None:
    problem = str(error.get("type") or "").rpartition("/")[2]
    if problem in _OF_FIELDS:
        return None
    told = next((error[n] for n in ("resource_id", "value") if isinstance(error.get(n), str)), "")
    reason = _REASONS.get(problem, "X did not hand it over.")
    return outputs.Missing(id=shown(told, NAME_CHARS), reason=reason)


def _media(raw: Json) -> outputs.Media:
    address = raw.get("url") or raw.get("preview_image_url")
    return outputs.Media(
        type=name_of(raw, "type") or "media",
        url=shown(address, 500) if isinstance(address, str) else None,
        alt_text=shown(str(raw.get("alt_text") or ""), QUOTED_CHARS) or None,
        duration_ms=_whole(raw.get("duration_ms")),
    )


def _poll(raw: Json) -> outputs.Poll:
    options = [{"label": name_of(o, "label"), "votes": _whole(o.get("votes"))} for o in items(raw, "options")]
    return outputs.Poll(
        options=options, status=name_of(raw, "voting_status") or None, ends_at=at(raw.get("end_datetime"))
    )


def _links(raw: Json) -> list[str]:
    entities = member(member(raw, "note_post") or member(raw, "note_tweet"), "entities") or member(
        raw, "entities"
    )
    told = (u.get("unwound_url") or u.get("expanded_url") for u in items(entities, "urls"))
    return list(dict.fromkeys(shown(link, 500) for link in told if isinstance(link, str)))


def _metrics(raw: Json) -> dict[str, int]:
    counts = member(raw, "public_metrics")
    return {ours: n for theirs, ours in _METRICS.items() if (n := _whole(counts.get(theirs))) is not None}


def _unnamed(user_id: Any) -> outputs.Person:
    return outputs.Person(id=user_id if is_id(user_id) else "")


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None


def _is_key(value: Any) -> bool:
    return isinstance(value, str)
