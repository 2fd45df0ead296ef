"""The member, the page it runs, and what people do under posts."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox.contract import Inbound
from connectors.sandbox.linkedin import magic, posts
from connectors.sandbox.linkedin.rest import Refused, Request, answer, created, gone, missing, page_of
from connectors.sandbox.linkedin.state import PAGES, State
from hermes.core import clock
from hermes.core.errors import InvalidArgument

FOLLOWERS = 1204
DAY_MS = 86_400_000
REACH = {
    "impressionCount": 240,
    "uniqueImpressionsCount": 180,
    "clickCount": 12,
    "likeCount": 9,
    "commentCount": 2,
    "shareCount": 1,
    "engagement": 0.1,
}
DAILY: Mapping[str, Mapping[str, Any]] = {
    "organizationPageStatistics": {
        "totalPageStatistics": {"views": {"allPageViews": {"pageViews": 31, "uniquePageViews": 24}}}
    },
    "organizationalEntityShareStatistics": {"totalShareStatistics": REACH},
    "organizationalEntityFollowerStatistics": {
        "followerGains": {"organicFollowerGain": 3, "paidFollowerGain": 0}
    },
}


def userinfo(state: State) -> HttpResponse:
    """GET /v2/userinfo."""
    told = {"sub": state.subject, "name": "Sam Sandbox", "given_name": "Sam", "family_name": "Sandbox"}
    return answer({**told, "locale": "en-US", "email": "sam@sandbox.example", "email_verified": True})


async def roles(state: State, request: Request) -> HttpResponse:
    """GET /rest/organizationAcls?q=roleAssignee."""
    _require_pages(request)
    held = {"role": "ADMINISTRATOR", "roleAssignee": state.member, "state": "APPROVED"}
    fits = request.params.get("role", "ADMINISTRATOR") == "ADMINISTRATOR"
    return page_of([{**held, "organization": page} for page in PAGES if fits], request)


async def organizations(_: State, request: Request) -> HttpResponse:
    """GET /rest/organizations?ids=List(…)."""
    _require_pages(request)
    asked = request.params.get("ids", "").removeprefix("List(").removesuffix(")").split(",")
    names = {page.rpartition(":")[2]: name for page, name in PAGES.items()}
    found = {n: {"id": int(n), "localizedName": name} for n, name in names.items() if n in asked}
    return answer({"results": found, "statuses": {}, "errors": {}})


async def comments(state: State, request: Request) -> HttpResponse:
    """GET /rest/socialActions/{urn}/comments."""
    if not magic.may_read(request.asked.token):
        raise Refused(403, "Not enough permissions to access: socialActions.GET_ALL", 100)
    await posts.one(state, request.path[1])
    return page_of(await state.comments(request.path[1]), request)


async def comment(state: State, request: Request) -> HttpResponse:
    """POST /rest/socialActions/{urn}/comments."""
    given = request.json if isinstance(request.json, dict) else {}
    message = given.get("message")
    if not given.get("actor") or not isinstance(message, dict) or not message.get("text"):
        raise missing("message")
    text = str(message["text"])
    magic.refuse(text)
    post = str(given.get("object") or request.path[1])
    number = await _write(state, post, str(given["actor"]), text, given.get("parentComment"))
    return await magic.lose(text, request.asked.deadline_s) or created(number)


async def react(state: State, request: Request) -> HttpResponse:
    """POST /rest/reactions?actor=…"""
    given = request.json if isinstance(request.json, dict) else {}
    post, actor = str(given.get("root")), request.params.get("actor", "")
    await posts.one(state, post)
    reactions = await state.reactions()
    reactions[post] = {**reactions.get(post, {}), actor: str(given.get("reactionType"))}
    await state.put_reactions(reactions)
    return created(f"urn:li:reaction:({actor},{post})")


async def unreact(state: State, request: Request) -> HttpResponse:
    """DELETE /rest/reactions/(actor:…,entity:…)."""
    actor, _, post = request.path[1].removeprefix("(actor:").removesuffix(")").partition(",entity:")
    reactions = await state.reactions()
    if actor not in reactions.get(post, {}):
        raise gone("reaction")
    del reactions[post][actor]
    await state.put_reactions(reactions)
    return answer(status=204)


async def counts(state: State, request: Request) -> HttpResponse:
    """GET /rest/socialMetadata/{urn}."""
    if not magic.may_read(request.asked.token):
        raise Refused(403, "Not enough permissions to access: socialMetadata.GET", 100)
    urn = request.path[1]
    await posts.one(state, urn)
    kinds = Counter((await state.reactions()).get(urn, {}).values())
    summaries = {kind: {"reactionType": kind, "count": count} for kind, count in kinds.items()}
    written = await state.comments(urn)
    summary = {"count": len(written), "topLevelCount": sum("parentComment" not in c for c in written)}
    return answer({"entity": urn, "reactionSummaries": summaries, "commentSummary": summary})


async def statistics(_: State, request: Request) -> HttpResponse:
    """The finders of a page's numbers, and its followers."""
    _require_pages(request)
    kind = request.path[0]
    if kind == "networkSizes":
        return answer({"firstDegreeSize": FOLLOWERS})
    if "timeIntervals" not in request.params:
        return answer({"elements": [{"totalShareStatistics": REACH}], "paging": {"start": 0, "count": 10}})
    end = round(clock.now().timestamp() * 1000) // DAY_MS * DAY_MS
    days = [{"timeRange": {"start": end - n * DAY_MS, "end": end - (n - 1) * DAY_MS}} for n in (3, 2)]
    return answer({"elements": [{**day, **DAILY[kind]} for day in days], "paging": {"start": 0, "count": 10}})


async def somebody_comments(state: State, event: Inbound) -> None:
    """A person writes under the post that `reply_to` names, or under the newest."""
    written = await state.posts()
    post = event.reply_to or (written[0]["id"] if written else "")
    if not any(p["id"] == post for p in written):
        raise InvalidArgument(
            "People write under posts here: post something first, and name it in 'reply_to'.",
            details={"argument": "reply_to"},
        )
    actor = event.sender if event.sender.startswith("urn:li:person:") else f"urn:li:person:{event.sender}"
    await _write(state, post, actor, event.text, None)


async def _write(state: State, post: str, actor: str, text: str, parent: Any) -> str:
    await posts.one(state, post)
    number = await state.number()
    made: dict[str, Any] = {
        "id": number,
        "commentUrn": f"urn:li:comment:({post},{number})",
        "actor": actor,
        "object": post,
        "message": {"text": text, "attributes": []},
        "created": {"actor": actor, "time": round(clock.now().timestamp() * 1000)},
    }
    if parent:
        made["parentComment"] = parent
    await state.put_comments(post, [made, *await state.comments(post)])
    return number


def _require_pages(request: Request) -> None:
    if not magic.may_read(request.asked.token):
        raise Refused(403, "Not enough permissions to access: organizationAcls.FINDER-roleAssignee", 100)
