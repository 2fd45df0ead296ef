"""POST /{phone}/messages: what is sent, read receipts, and what becomes of each message."""

from collections.abc import Mapping
from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox.contract import Emission
from connectors.sandbox.graph import Refusal, Request, answer, invalid
from connectors.sandbox.web import UNREACHABLE_LINK
from connectors.sandbox.whatsapp import contents, magic, template_store, webhooks
from connectors.sandbox.whatsapp.graph import missing
from connectors.sandbox.whatsapp.people import Person, message_id, person
from connectors.sandbox.whatsapp.state import State

_STEPS = [("sent", 0.1), ("delivered", 0.6), ("read", 1.5)]
_REACHED = [reached for reached, _ in _STEPS]
_FAILED = ("failed", 0.6)


async def post(state: State, request: Request, events: list[Emission]) -> HttpResponse:
    """Take a message or a read receipt; what will be told of the message goes to `events`."""
    await state.phone_id(request.path[0])
    body = request.json
    if not isinstance(body, dict):
        raise invalid("The parameter messaging_product is required.")
    if body.get("messaging_product") != "whatsapp":
        raise invalid("Param messaging_product must be one of {WHATSAPP}.")
    if "status" in body:
        return _receipt(body)
    recipient = _recipient(body)
    kind = await _checked_kind(body, state)
    magic.refuse(recipient.known_as)
    taken = message_id(recipient)
    events += await _later(state, body, kind, recipient, taken)
    lost = await magic.lose(recipient.known_as, request.deadline_s)
    return lost or answer(_accepted(body, kind, recipient, taken))


def _receipt(body: Mapping[str, Any]) -> HttpResponse:
    if body["status"] != "read":
        raise invalid("Param status must be one of {READ}.")
    if "message_id" not in body:
        raise missing("message_id")
    contents.check_wamid(body["message_id"], "message_id")
    if body.get("typing_indicator", {"type": "text"}) != {"type": "text"}:
        raise invalid("Param typing_indicator['type'] must be one of {TEXT}.")
    return answer({"success": True})


def _recipient(body: Mapping[str, Any]) -> Person:
    if body.get("recipient_type", "individual") != "individual":
        raise invalid("Param recipient_type must be one of {INDIVIDUAL}.")
    if "to" in body:
        return person(body["to"], "to")
    if "recipient" in body:
        return person(body["recipient"], "recipient")
    raise invalid("The parameter to is required.")


async def _checked_kind(body: Mapping[str, Any], state: State) -> str:
    kind = body.get("type", "text")
    if kind not in contents.kinds():
        raise invalid(f"Param type must be one of {{{', '.join(k.upper() for k in contents.kinds())}}}.")
    if body.get(kind) is None:
        raise missing(kind)
    await contents.check(kind, body[kind], state)
    if "context" in body:
        context = body["context"]
        contents.check_wamid(context.get("message_id") if isinstance(context, dict) else None, "context")
    if len(str(body.get("biz_opaque_callback_data", ""))) > 512:
        raise invalid("Param biz_opaque_callback_data must be at most 512 characters long.")
    return str(kind)


async def _later(
    state: State, body: Mapping[str, Any], kind: str, recipient: Person, taken: str
) -> list[Emission]:
    ids, category = await state.ids(), await _category(state, kind, body)
    fate = magic.delivery(recipient.known_as)
    failure = fate.failure or _link_failure(body[kind])
    steps = [_FAILED] if failure else _STEPS[: _REACHED.index(fate.last_status) + 1]
    return [
        Emission(
            after_s=after_s,
            payload=webhooks.status(
                ids,
                recipient,
                taken,
                reached,
                category=category,
                after_s=after_s,
                callback=body.get("biz_opaque_callback_data"),
                failure=failure,
            ),
        )
        for reached, after_s in steps
    ]


async def _category(state: State, kind: str, body: Mapping[str, Any]) -> str:
    if kind != "template":
        return "service"
    name = body["template"]["name"]
    return next(
        (t["category"].lower() for t in await template_store.current(state) if t["name"] == name), "utility"
    )


def _link_failure(content: Any) -> Refusal | None:
    link = content.get("link") if isinstance(content, dict) else None
    return magic.MEDIA_NOT_LOADED if link and UNREACHABLE_LINK in link else None


def _accepted(body: Mapping[str, Any], kind: str, recipient: Person, taken: str) -> dict[str, Any]:
    given = body.get("to", body.get("recipient"))
    number = {"wa_id": recipient.phone} if recipient.phone else {"user_id": recipient.user_id}
    message = {"id": taken} | ({"message_status": "accepted"} if kind == "template" else {})
    return {
        "messaging_product": "whatsapp",
        "contacts": [{"input": given, **number}],
        "messages": [message],
    }
