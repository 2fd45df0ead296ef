"""Comments under posts."""

from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox import lost
from connectors.sandbox.contract import Emission
from connectors.sandbox.graph import Request, answer, invalid, unknown_object
from connectors.sandbox.instagram import magic, webhooks
from connectors.sandbox.instagram.fields import listed, page_of
from connectors.sandbox.instagram.samples import USERNAME, comment
from connectors.sandbox.instagram.state import State, stamp

TOLD_AFTER_S = 0.2


async def under(state: State, media_id: str) -> list[dict[str, Any]]:
    """All comments under a post, the oldest first."""
    return [one for one in (await state.table("comments")).values() if one["media"] == media_id]


async def all_comments(state: State, request: Request) -> HttpResponse:
    """GET /{media}/comments: the newest first, the answers with them."""
    magic.require_permission(request.token)
    media_id = request.path[0]
    if media_id not in await state.table("media"):
        raise unknown_object(media_id)
    written = [_node(one) for one in await under(state, media_id)]
    first = [one for one in reversed(written) if one["parent_id"] is None]
    for one in first:
        answers = [other for other in written if other["parent_id"] == one["id"]]
        one["replies"] = listed(answers, "IGComment")
    return page_of(first, request, "IGComment")


async def reply(state: State, request: Request, events: list[Emission]) -> HttpResponse:
    """POST /{comment}/replies; Instagram tells of the account's own comments too."""
    magic.require_permission(request.token)
    about = await find(state, request.path[0])
    given = request.json if isinstance(request.json, dict) else {}
    text = given.get("message")
    if not isinstance(text, str) or not text:
        raise invalid("The parameter message is required.")
    word = magic.word_in(text)
    magic.refuse(word)
    account = await state.account()
    made = await write(
        state, about["media"], text, {"id": account, "username": USERNAME}, about["parent_id"] or about["id"]
    )
    events.append(Emission(after_s=TOLD_AFTER_S, payload=webhooks.comment(account, made)))
    return await lost.lose(word, request.deadline_s) or answer({"id": made["id"]})


async def hide(state: State, request: Request) -> HttpResponse:
    """POST /{comment}."""
    magic.require_permission(request.token)
    found = await find(state, request.path[0])
    given = request.json if isinstance(request.json, dict) else {}
    if not isinstance(given.get("hide"), bool):
        raise invalid("The parameter hide is required.")
    await state.put("comments", found["id"], found | {"hidden": given["hide"]})
    return answer({"success": True})


async def delete(state: State, request: Request) -> HttpResponse:
    """DELETE /{comment}, the answers to it included."""
    magic.require_permission(request.token)
    found = await find(state, request.path[0])
    answers = {one["id"] for one in await under(state, found["media"]) if one["parent_id"] == found["id"]}
    await state.forget("comments", {found["id"], *answers})
    return answer({"success": True})


async def find(state: State, comment_id: str) -> dict[str, Any]:
    """The comment with this id; raises GraphError."""
    found = (await state.table("comments")).get(comment_id)
    if found is None:
        raise unknown_object(comment_id)
    return found


async def write(
    state: State, media_id: str, text: str, writer: dict[str, str], parent: str | None
) -> dict[str, Any]:
    """Somebody writes under a post."""
    made = await state.number()
    written = comment(made, media_id, text, stamp(), **{"from": writer, "parent_id": parent})
    await state.put("comments", made, written)
    return written


def _node(kept: dict[str, Any]) -> dict[str, Any]:
    return kept | {"username": kept["from"]["username"], "replies": listed([], "IGComment")}
