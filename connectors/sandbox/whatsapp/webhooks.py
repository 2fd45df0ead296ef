"""Webhook bodies as Meta posts them (Graph v26.0, fields `messages` and `message_template_status_update`)."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.sandbox.graph import Refusal
from connectors.sandbox.whatsapp.numbers import display_number
from connectors.sandbox.whatsapp.people import Person


def received(ids: Mapping[str, str], person: Person, name: str, message: Mapping[str, Any]) -> dict[str, Any]:
    """A message a person sent; `message` has its id, type and content."""
    sender = {"from": person.phone} if person.phone else {}
    whole = {**sender, "from_user_id": person.user_id, "timestamp": _now(), **message}
    return _change(ids, {"contacts": [_contact(person, name)], "messages": [whole]})


def status(
    ids: Mapping[str, str],
    person: Person,
    message_id: str,
    reached: str,
    *,
    category: str,
    after_s: float = 0.0,
    callback: str | None = None,
    failure: Refusal | None = None,
) -> dict[str, Any]:
    """How far a message is, `after_s` from now."""
    told: dict[str, Any] = {
        "id": message_id,
        "status": reached,
        "timestamp": _now(after_s),
        "recipient_id": person.known_as,
        "recipient_user_id": person.user_id,
    }
    if callback is not None:
        told["biz_opaque_callback_data"] = callback
    if failure is not None:
        told["errors"] = [failure.as_status]
    else:
        told["pricing"] = {
            "billable": category != "service",
            "pricing_model": "PMP",
            "category": category,
            "type": "regular" if category != "service" else "free_customer_service",
        }
    return _change(ids, {"contacts": [_contact(person, None)], "statuses": [told]})


def template_review(
    ids: Mapping[str, str], template: Mapping[str, Any], verdict: str, reason: str
) -> dict[str, Any]:
    """The end of a template's review."""
    value = {
        "event": verdict,
        "message_template_id": int(template["id"]),
        "message_template_name": template["name"],
        "message_template_language": template["language"],
        "message_template_category": template["category"],
        "reason": reason,
    }
    return _body(ids, [{"field": "message_template_status_update", "value": value}])


def _change(ids: Mapping[str, str], content: Mapping[str, Any]) -> dict[str, Any]:
    phone_id = ids.get("phone", "")
    number = "".join(c for c in display_number(phone_id) if c.isdecimal())
    metadata = {"display_phone_number": number, "phone_number_id": phone_id}
    value = {"messaging_product": "whatsapp", "metadata": metadata, **content}
    return _body(ids, [{"field": "messages", "value": value}])


def _body(ids: Mapping[str, str], changes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    entry = {"id": ids.get("waba", ""), "time": int(time.time()), "changes": list(changes)}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def _contact(person: Person, name: str | None) -> dict[str, Any]:
    contact: dict[str, Any] = {"profile": {"name": name}} if name else {}
    number = {"wa_id": person.phone} if person.phone else {}
    return {**contact, **number, "user_id": person.user_id}


def _now(after_s: float = 0.0) -> str:
    return str(int(time.time() + after_s))
