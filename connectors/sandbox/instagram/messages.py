"""Direct messages: POST /me/messages, and GET /{message}."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox import lost
from connectors.sandbox.contract import Emission
from connectors.sandbox.graph import GraphError, Refusal, Request, answer, invalid, unknown_object
from connectors.sandbox.instagram import comments, magic, webhooks
from connectors.sandbox.instagram.fields import chosen
from connectors.sandbox.instagram.samples import FAN
from connectors.sandbox.instagram.state import State

ECHO_S, SEEN_S = 0.2, 1.5
TEXT_BYTES = 1000
PERSON = re.compile(r"[0-9]{6,30}")
KINDS = ("image", "video", "audio", "file")
FILES = "https://lookaside.fbsbx.com/ig_messaging_cdn/sandbox/"
ANSWERED = Refusal(10900, "Activity already replied to")


async def send(state: State, request: Request, events: list[Emission]) -> HttpResponse:
    """Take a message; its echo and that it was seen go to `events`."""
    magic.require_permission(request.token)
    body = request.json if isinstance(request.json, dict) else {}
    message = body.get("message")
    if not isinstance(message, dict):
        raise invalid("The parameter message is required.")
    text, address = _content(message)
    if body.get("tag") not in (None, "HUMAN_AGENT"):
        raise invalid("Param tag must be one of {HUMAN_AGENT}.")
    word = magic.word_in(text, address)
    magic.refuse(word)
    person = await _recipient(state, body.get("recipient"))
    mid = await state.message_id()
    attached = [{"type": message["attachment"]["type"], "payload": {"url": address}}] if address else []
    await keep(state, mid, attached)
    account = await state.account()
    echo = {"mid": mid, "is_echo": True} | ({"text": text} if text else {"attachments": attached})
    events += [
        Emission(after_s=ECHO_S, payload=webhooks.message(account, person, {"message": echo}, is_echo=True)),
        Emission(after_s=SEEN_S, payload=webhooks.message(account, person, {"read": {"mid": mid}})),
    ]
    return await lost.lose(word, request.deadline_s) or answer({"recipient_id": person, "message_id": mid})


async def conversations(state: State, request: Request) -> HttpResponse:  # noqa: ARG001  (a handler's form)
    """GET /me/conversations: none, for nothing is read there; only who may message is told so."""
    magic.require_permission(request.token)
    return answer({"data": []})


async def one_message(state: State, request: Request) -> HttpResponse:
    """GET /{message}."""
    magic.require_permission(request.token)
    found = (await state.table("messages")).get(request.path[0])
    if found is None:
        raise unknown_object(request.path[0])
    node = {"id": request.path[0], "attachments": found}
    return answer(chosen(node, request.params.get("fields", "id"), "IGMessage"))


async def keep(state: State, mid: str, attached: list[dict[str, Any]]) -> None:
    """Remember a message and where its files are."""
    data = [_stored(one["type"], one["payload"]["url"]) for one in attached if one["type"] in KINDS]
    await state.put("messages", mid, {"data": data})


def _stored(kind: str, url: str) -> dict[str, Any]:
    if kind in ("image", "video"):
        return {f"{kind}_data": {"url": url, "width": 1, "height": 1}}
    return {"file_url": url}


def _content(message: Mapping[str, Any]) -> tuple[str, str]:
    text, attachment = message.get("text"), message.get("attachment")
    if isinstance(text, str) and text and attachment is None:
        if len(text.encode()) > TEXT_BYTES:
            raise invalid("Length of param message[text] must be less than or equal to 1000")
        return text, ""
    if not isinstance(attachment, dict) or attachment.get("type") not in KINDS:
        raise invalid("Param message must be non-empty.")
    payload = attachment.get("payload")
    url = payload.get("url") if isinstance(payload, dict) else None
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise invalid("Param message[attachment][payload][url] must be a valid URL.")
    return "", url


async def _recipient(state: State, given: Any) -> str:
    """Everybody has written before; who wrote a comment can be answered once."""
    told = given if isinstance(given, dict) else {}
    if "comment_id" in told:
        found = await comments.find(state, str(told["comment_id"]))
        if found.get("answered"):
            raise GraphError(ANSWERED)
        await state.put("comments", found["id"], found | {"answered": True})
        return str(found["from"]["id"] or FAN)
    person = str(told.get("id") or "")
    if not PERSON.fullmatch(person):
        raise GraphError(magic.REFUSALS["stranger"])
    return person
