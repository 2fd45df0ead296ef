"""Posts: made, deleted, read and found."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox.twitter import magic, world
from connectors.sandbox.twitter.rest import (
    PROBLEMS,
    Json,
    Refused,
    Request,
    answer,
    data,
    invalid,
    not_found,
    page_of,
)
from connectors.sandbox.twitter.searching import Query
from connectors.sandbox.twitter.state import State
from hermes.core import clock

_TAKEN = {
    "text", "reply", "quote_tweet_id", "media", "poll", "reply_settings", "made_with_ai", "paid_partnership"
}  # fmt: skip
SEARCHED = timedelta(days=7)


async def create(state: State, request: Request) -> HttpResponse:
    """POST /2/tweets."""
    given, posts = request.body, await state.posts()
    text = str(given.get("text") or "")
    if set(given) - _TAKEN or not (text or given.get("media")):
        raise invalid("text", "unknown or missing properties")
    magic.refuse(text)
    if len(text) > 25_000:
        raise invalid("text", "Your Tweet text is too long.")
    if text and any(p["author_id"] == state.me and p["text"] == text for p in posts[:1]):
        raise magic.duplicate()
    further = await _further(state, given, posts, request.token)
    post_id = await state.number()
    made = world.post(post_id, state.me, text, clock.now(), **further)
    await state.put_posts([made, *posts])
    lost = await magic.lose(text, request.deadline_s)
    return lost or data({"id": post_id, "text": text, "edit_history_post_ids": [post_id]}, status=201)


async def _further(state: State, given: Json, posts: Sequence[Json], token: str) -> Json:
    refers, further = [], Json()
    reply = given.get("reply") or {}
    if reply:
        above = find(posts, str(reply.get("in_reply_to_tweet_id")), "in_reply_to_tweet_id")
        summoned = f"@{world.USERNAME}" in above["text"] or above["author_id"] == state.me
        magic.check_reply(token, is_summoned=summoned)
        refers.append({"type": "replied_to", "id": above["id"]})
        further |= {"conversation_id": above["conversation_id"], "in_reply_to_user_id": above["author_id"]}
        above["public_metrics"]["reply_count"] += 1
    if "quote_tweet_id" in given:
        magic.check_plan(token)
        refers.append(
            {"type": "quoted", "id": find(posts, str(given["quote_tweet_id"]), "quote_tweet_id")["id"]}
        )
    if refers:
        further["referenced_posts"] = refers
    attached = Json()
    if "media" in given:
        files = await state.files()
        ids = given["media"].get("media_ids") or []
        if not ids or any(i not in files for i in ids):
            raise invalid("media.media_ids", "Your media IDs are invalid.")
        attached["media_keys"] = [files[i]["media_key"] for i in ids]
    if "poll" in given:
        attached["poll_ids"] = [await _poll(state, given["poll"])]
    if attached:
        further["attachments"] = attached
    if "reply_settings" in given:
        further["reply_settings"] = given["reply_settings"]
    return further


async def _poll(state: State, given: Json) -> str:
    poll_id = await state.number()
    options = [{"position": n, "label": o, "votes": 0} for n, o in enumerate(given["options"], 1)]
    ends = clock.now() + timedelta(minutes=given["duration_minutes"])
    poll = {"id": poll_id, "options": options, "voting_status": "open", "end_datetime": clock.iso(ends)}
    await state.put_file(f"poll {poll_id}", poll)
    return poll_id


async def delete(state: State, request: Request) -> HttpResponse:
    """DELETE /2/tweets/{id}."""
    posts = await state.posts()
    if any(p["id"] == request.path[1] and p["author_id"] != state.me for p in posts):
        raise Refused(403, "Forbidden", "You are not authorized to delete this Tweet.")
    await state.put_posts([post for post in posts if post["id"] != request.path[1]])
    return data({"deleted": True})


async def lookup(state: State, request: Request) -> HttpResponse:
    """GET /2/tweets?ids=…"""
    posts = {post["id"]: post for post in await state.posts()}
    wanted = request.params.get("ids", "").split(",")
    if len(wanted) > 100 or not all(i.isdecimal() for i in wanted):
        raise invalid("ids", "ids must be 1 to 100 ids")
    errors = [
        not_found(i, "ids")
        if i != magic.PROTECTED
        else {**not_found(i, "ids"), "type": f"{PROBLEMS}not-authorized-for-resource"}
        for i in wanted
        if i not in posts
    ]
    return await listed(state, [posts[i] for i in wanted if i in posts], errors=errors)


async def search(state: State, request: Request) -> HttpResponse:
    """GET /2/tweets/search/recent."""
    names = {i: p["username"].lower() for i, p in (await state.people()).items()}
    fits = Query(request.params.get("query", ""), names).fits
    oldest = clock.iso((clock.now() - SEARCHED).replace(microsecond=0))
    if request.params.get("start_time", oldest) < oldest:
        raise invalid("start_time", "start_time must be within the last 7 days")
    return await _paged(state, request, fits, least=10)


async def of_user(state: State, request: Request) -> HttpResponse:
    """GET /2/users/{id}/tweets."""
    user_id = request.path[1]
    return await _paged(state, request, lambda post: bool(post["author_id"] == user_id), least=5)


async def mentions(state: State, request: Request) -> HttpResponse:
    """GET /2/users/{id}/mentions."""
    name = f"@{world.USERNAME}".lower()
    return await _paged(
        state, request, lambda p: name in p["text"].lower() and p["author_id"] != state.me, least=5
    )


async def home(state: State, request: Request) -> HttpResponse:
    """GET /2/users/{id}/timelines/reverse_chronological."""
    return await _paged(state, request, lambda _: True, least=1)


async def _paged(state: State, request: Request, fits: Callable[[Json], bool], *, least: int) -> HttpResponse:
    params = request.params
    begin, end = params.get("start_time", ""), params.get("end_time", "9999")
    after, left_out = int(params.get("since_id", "0")), params.get("exclude", "").split(",")
    kinds = {"replies": "replied_to", "retweets": "retweeted"}
    hidden = {kinds[one] for one in left_out if one in kinds}
    found = [
        post
        for post in await state.posts()
        if fits(post)
        and begin <= post["created_at"] < end
        and int(post["id"]) > after
        and not hidden & {r["type"] for r in post.get("referenced_posts", ())}
    ]
    shown, meta = page_of(found, request, least=least)
    return await listed(state, shown, meta=meta)


async def listed(
    state: State, found: Sequence[Json], *, errors: Sequence[Json] = (), meta: Json | None = None
) -> HttpResponse:
    """Posts with what they include."""
    people, files, posts = await state.people(), await state.files(), await state.posts()
    referred = {r["id"] for p in found for r in p.get("referenced_posts", ())}
    authors = {p["author_id"] for p in (*found, *(p for p in posts if p["id"] in referred))}
    keys = {k for p in found for k in p.get("attachments", {}).get("media_keys", ())}
    polls = {k for p in found for k in p.get("attachments", {}).get("poll_ids", ())}
    includes: dict[str, list[Any]] = {
        "users": [people[i] for i in sorted(authors) if i in people],
        "posts": [p for p in posts if p["id"] in referred],
        "media": [f for f in files.values() if f.get("media_key") in keys],
        "polls": [f for f in files.values() if f.get("id") in polls],
    }
    told: Json = {"includes": {name: some for name, some in includes.items() if some}}
    if found:
        told["data"] = list(found)
    if errors:
        told["errors"] = list(errors)
    if meta is not None:
        told["meta"] = meta
    return answer({name: part for name, part in told.items() if part or name == "meta"})


def find(posts: Sequence[Json], post_id: str, parameter: str) -> Json:
    """A post; raises Refused."""
    found: Mapping[str, Any] | None = next((p for p in posts if p["id"] == post_id), None)
    if found is None:
        raise invalid(parameter, f"The post [{post_id}] is deleted or not visible to you.")
    return dict(found)
