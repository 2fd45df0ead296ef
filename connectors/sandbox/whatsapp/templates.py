"""The account's templates over HTTP: list, create, delete."""

import base64
import binascii
import re
import time
from collections.abc import Mapping
from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox.graph import GraphError, Refusal, Request, answer, invalid, number_from
from connectors.sandbox.whatsapp import template_store
from connectors.sandbox.whatsapp.checks import items, member, text
from connectors.sandbox.whatsapp.state import State
from connectors.sandbox.whatsapp.template_sends import VARIABLE

FIELDS = ("name", "parameter_format", "components", "language", "status", "category", "id")
CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
COMPONENTS = ("HEADER", "BODY", "FOOTER", "BUTTONS")
_NOT_FOUND = Refusal(100, "Invalid parameter", "Message Template Not Found", subcode=2593002)
_EXISTS = Refusal(100, "Invalid parameter", "Content in this language already exists", subcode=2388024)
_VARIABLE_AT_EDGE = Refusal(
    100, "Invalid parameter", "Variables can't be at the start or end of the template.", subcode=2388299
)
_EDGE = re.compile(r"^\s*\{\{|\}\}\s*$")


async def listed(state: State, request: Request) -> HttpResponse:
    """GET /{waba}/message_templates."""
    await state.waba_id(request.path[0])
    wanted = request.params
    found = [t for t in await template_store.current(state) if _fits(t, wanted)]
    limit, start = _whole(wanted.get("limit", "25")), _position(wanted.get("after"))
    page = found[start : start + limit]
    answered: dict[str, Any] = {"data": [_chosen(t, wanted.get("fields")) for t in page]}
    if page:
        after = _cursor(start + len(page))
        answered["paging"] = {"cursors": {"before": _cursor(start), "after": after}}
        if start + len(page) < len(found):
            address = f"https://graph.facebook.com/v26.0/{request.path[0]}/message_templates"
            answered["paging"]["next"] = f"{address}?limit={limit}&after={after}"
    return answer(answered)


async def create(state: State, request: Request) -> tuple[HttpResponse, dict[str, Any]]:
    """POST /{waba}/message_templates: the answer and the template, which is reviewed soon."""
    await state.waba_id(request.path[0])
    given = request.json
    if not isinstance(given, dict):
        raise invalid("Invalid parameter")
    template = _checked(given)
    templates = await template_store.current(state)
    if any((t["name"], t["language"]) == (template["name"], template["language"]) for t in templates):
        raise GraphError(_EXISTS)
    await state.put_templates([*templates, template])
    told = {"id": template["id"], "status": "PENDING", "category": template["category"]}
    return answer(told), template


async def delete(state: State, request: Request) -> HttpResponse:
    """DELETE /{waba}/message_templates: by name, or one language by name and id."""
    await state.waba_id(request.path[0])
    name, template_id = request.params.get("name"), request.params.get("hsm_id")
    if not name:
        raise invalid("The parameter name is required.")
    templates = await template_store.current(state)
    kept = [t for t in templates if t["name"] != name or template_id not in (None, t["id"])]
    if len(kept) == len(templates):
        raise GraphError(_NOT_FOUND)
    await state.put_templates(kept)
    return answer({"success": True})


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    name = text("template", given, "name", 512)
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise invalid("Param name must have only lower case letters, digits and underscores.")
    if given.get("category") not in CATEGORIES:
        raise invalid(f"Param category must be one of {{{', '.join(CATEGORIES)}}}.")
    parts = [_component(part) for part in items("components", given.get("components"), 4)]
    if "BODY" not in {part["type"] for part in parts}:
        raise invalid('Message template "components" param is missing expected field(s): BODY.')
    language = text("template", given, "language", 10)
    return {
        "name": name,
        "language": language,
        "status": "PENDING",
        "category": given["category"],
        "parameter_format": str(given.get("parameter_format", "POSITIONAL")).upper(),
        "components": parts,
        "rejected_reason": "NONE",
        "id": number_from(f"template {name} {language} {time.time_ns()}", 16),
        "reviewed_at": time.time() + template_store.REVIEW_S,
    }


def _component(part: Any) -> dict[str, Any]:
    if not isinstance(part, dict):
        raise invalid("Param components must be an array of objects.")
    kind = str(member("components", part, "type")).upper()
    if kind not in COMPONENTS:
        raise invalid(f"Param components['type'] must be one of {{{', '.join(COMPONENTS)}}}.")
    limits = {"HEADER": 60, "BODY": 1024, "FOOTER": 60}
    if "text" in part and kind in limits:
        written = text("components", part, "text", limits[kind])
        if VARIABLE.search(written) and not part.get("example"):
            raise invalid(f"Message template component {kind} is missing expected field(s): example.")
        if kind == "BODY" and _EDGE.search(written):
            raise GraphError(_VARIABLE_AT_EDGE)
    if kind == "BUTTONS":
        items("components['buttons']", part.get("buttons"), 10)
    return {**part, "type": kind}


def _fits(template: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    if wanted.get("name", "") not in template["name"]:
        return False
    return all(
        template[key] in (wanted[key], wanted[key].upper())
        for key in ("status", "language", "category")
        if key in wanted
    )


def _chosen(template: Mapping[str, Any], fields: str | None) -> dict[str, Any]:
    wanted = [f.strip() for f in fields.split(",")] if fields else list(FIELDS)
    for field in wanted:
        if field not in (*FIELDS, "rejected_reason"):
            raise invalid(
                f"Tried accessing nonexisting field ({field}) on node type (WhatsAppMessageTemplate)"
            )
    return {name: template[name] for name in dict.fromkeys((*wanted, "id"))}


def _whole(value: str) -> int:
    if not value.isdecimal() or not int(value):
        raise invalid("Param limit must be a positive number.")
    return min(int(value), 100)


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(b"%d" % position).decode().rstrip("=")


def _position(after: str | None) -> int:
    if after is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (ValueError, binascii.Error):
        raise invalid("Invalid cursors values were provided for pagination.") from None
