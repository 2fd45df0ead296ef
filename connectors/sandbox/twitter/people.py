"""People, what the account marks, direct messages, and what somebody does."""

from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox.contract import Inbound
from connectors.sandbox.twitter import magic, world
from connectors.sandbox.twitter.posts import find
from connectors.sandbox.twitter.rest import Json, Refused, Request, answer, data, invalid, not_found, page_of
from connectors.sandbox.twitter.state import State
from hermes.core import clock
from hermes.core.errors import InvalidArgument

MARKS = {"likes": "liked", "retweets": "retweeted", "bookmarks": "bookmarked"}
_MENTIONS = ("text", "mention", "reply", "quote")
KINDS = (*_MENTIONS, "dm", "like", "repost", "follow")


async def me(state: State, _: Request) -> HttpResponse:
    """GET /2/users/me."""
    return data((await state.people())[state.me])


async def lookup(state: State, request: Request) -> HttpResponse:
    """GET /2/users?ids=… and /2/users/by?usernames=…"""
    by = "usernames" if request.path[-1] == "by" else "ids"
    people = (await state.people()).values()
    known = {p["username"].lower() if by == "usernames" else p["id"]: p for p in people}
    wanted = request.params.get(by, "").split(",")
    if not 0 < len(wanted) <= 100:
        raise invalid(by, "1 to 100 are taken")
    told: Json = {"data": [known[w.lower()] for w in wanted if w.lower() in known]}
    told["errors"] = [not_found(w, by, "user") for w in wanted if w.lower() not in known]
    return answer({name: part for name, part in told.items() if part})


async def mark(state: State, request: Request) -> HttpResponse:
    """POST /2/users/{id}/likes, retweets and bookmarks."""
    kind, post_id = request.path[2], str(request.body.get("tweet_id"))
    if kind == "likes":
        magic.check_plan(request.token)
    find(await state.posts(), post_id, "tweet_id")
    await state.put_marks(kind, [post_id, *(i for i in await state.marks(kind) if i != post_id)])
    return data({MARKS[kind]: True})


async def unmark(state: State, request: Request) -> HttpResponse:
    """DELETE of the same."""
    kind, post_id = request.path[2], request.path[3]
    await state.put_marks(kind, [i for i in await state.marks(kind) if i != post_id])
    return data({MARKS[kind]: False})


async def messages(state: State, request: Request) -> HttpResponse:
    """GET /2/dm_events, /2/dm_conversations/with/{id}/dm_events and /2/dm_conversations/{id}/dm_events."""
    magic.check_messages(request.token)
    found, people = await state.messages(), await state.people()
    if len(request.path) > 1:
        other = request.path[-2]
        pair = "-".join(sorted((other, state.me), key=int)) if request.path[1] == "with" else other
        found = [m for m in found if m["dm_conversation_id"] == pair]
    shown, meta = page_of(found, request, least=1, default=100)
    told: Json = {"meta": meta}
    if shown:
        senders = sorted({m["sender_id"] for m in shown})
        keys = {k for m in shown for k in m.get("attachments", {}).get("media_keys", ())}
        media = [f for f in (await state.files()).values() if f.get("media_key") in keys]
        users = [people[i] for i in senders if i in people]
        told |= {"data": shown, "includes": {"users": users, "media": media}}
    return answer(told)


async def send(state: State, request: Request) -> HttpResponse:
    """POST /2/dm_conversations/with/{id}/messages and /2/dm_conversations/{id}/messages."""
    magic.check_messages(request.token)
    text, other = str(request.body.get("text") or ""), request.path[-2]
    attached = request.body.get("attachments") or []
    if not text and not attached:
        raise invalid("text", "a message needs text or attachments")
    magic.refuse(text)
    if other == magic.UNREACHABLE_PERSON:
        raise Refused(403, "Forbidden", "You do not have permission to DM one or more participants.")
    made = world.message(await state.number(), state.me, other, text, clock.now())
    if request.path[1] != "with":
        made["dm_conversation_id"] = other
    if attached:
        files = await state.files()
        if any(a.get("media_id") not in files for a in attached):
            raise invalid("attachments", "The media id is not valid.")
        made["attachments"] = {"media_keys": [files[a["media_id"]]["media_key"] for a in attached]}
    await state.put_messages([made, *await state.messages()])
    told = {"dm_conversation_id": made["dm_conversation_id"], "dm_event_id": made["id"]}
    return await magic.lose(text, request.deadline_s) or data(told, status=201)


async def act(state: State, event: Inbound) -> dict[str, Any] | None:
    """What somebody does: posts and messages are found by a look, the rest is posted to the webhook."""
    person = await _person(state, event)
    if event.kind == "dm":
        said = world.message(await state.number(), person["id"], state.me, event.text, clock.now())
        await state.put_messages([said, *await state.messages()])
        return None
    posts = await state.posts()
    about = event.reply_to or next((p["id"] for p in posts if p["author_id"] == state.me), "")
    if event.kind in _MENTIONS:
        await _write(state, event, person, posts, about)
        return None
    payload = _payloads(state, person, about).get(event.kind)
    if payload is None:
        raise InvalidArgument(
            f"People here do one of: {', '.join(KINDS)}.",
            details={"argument": "kind"},
        )
    kind, told = payload
    envelope = {"event_uuid": await state.number(), "filter": {"user_id": state.me}, "event_type": kind}
    return {"data": {**envelope, "tag": "hermes", "payload": told, "includes": {}}}


async def _person(state: State, event: Inbound) -> Json:
    wanted = event.sender.lstrip("@").lower()
    for person in (await state.people()).values():
        if wanted in (person["id"], person["username"].lower(), person["username"].partition("_")[0].lower()):
            return person
    name = "".join(c if c.isascii() and c.isalnum() else "_" for c in wanted)[:15]
    made = world.user(wanted if wanted.isdecimal() else await state.number(), name or "somebody", event.name)
    await state.put_person(made)
    return made


async def _write(state: State, event: Inbound, person: Json, posts: list[Json], about: str) -> None:
    handle = f"@{world.USERNAME}"
    text = event.text if handle.lower() in event.text.lower() else f"{handle} {event.text}".strip()
    further: Json = {"entities": {"mentions": [{"start": 0, "end": len(handle), "id": state.me}]}}
    if event.kind in ("reply", "quote") or event.reply_to:
        above = next((p for p in posts if p["id"] == about), None)
        if above is None:
            raise InvalidArgument("There is no such post.", details={"argument": "reply_to"})
        kind = "quoted" if event.kind == "quote" else "replied_to"
        further["referenced_posts"] = [{"type": kind, "id": about}]
        if kind == "replied_to":
            further |= {
                "conversation_id": above["conversation_id"],
                "in_reply_to_user_id": above["author_id"],
            }
    made = world.post(await state.number(), person["id"], text, clock.now(), **{**further, **event.content})
    await state.put_posts([made, *posts])


def _payloads(state: State, person: Json, about: str) -> dict[str, tuple[str, Json]]:
    now = clock.now()
    like = {"id": person["id"], "created_at": clock.iso(now), "liked_tweet_id": about}
    repost = world.post(about, person["id"], f"RT @{world.USERNAME}", now)
    follow = {"source": {"data": person}, "target": {"data": {"id": state.me, "username": world.USERNAME}}}
    return {
        "like": ("like.create", {**like, "liked_tweet_author_id": state.me}),
        "repost": ("post.repost.create", repost),
        "follow": ("follow.follow", follow),
    }
