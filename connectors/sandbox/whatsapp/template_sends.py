"""A template message against the template it names."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.sandbox.graph import GraphError, Refusal, invalid
from connectors.sandbox.whatsapp import attachments, template_store
from connectors.sandbox.whatsapp.checks import items, member, members, only
from connectors.sandbox.whatsapp.graph import missing
from connectors.sandbox.whatsapp.state import State

VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_MEDIA_HEADERS = frozenset({"IMAGE", "VIDEO", "DOCUMENT"})
_FILLED_BUTTONS = {"URL": "url", "COPY_CODE": "copy_code", "OTP": "url"}


async def check(content: Any, state: State) -> None:
    """Raise GraphError where the template cannot be sent so."""
    given = members("template", content, {"name", "language", "components", "namespace"})
    language = members("template['language']", given.get("language"), {"code", "policy"})
    name, code = str(member("template", given, "name")), str(member("template['language']", language, "code"))
    template = await _sendable(state, name, code)
    filled = _by_place(given.get("components", []))
    parts = {part["type"]: part for part in template["components"]}
    await _header(parts.get("HEADER", {}), filled.pop("header", None), state)
    _texts("body", parts.get("BODY", {}).get("text", ""), filled.pop("body", None), template)
    for index, button in enumerate(parts.get("BUTTONS", {}).get("buttons", [])):
        _button(index, button, filled.pop(f"button {index}", None))
    if filled:
        raise _mismatch(f"{next(iter(filled))}: the template has no such component")


async def _sendable(state: State, name: str, language: str) -> Mapping[str, Any]:
    for template in await template_store.current(state):
        if (template["name"], template["language"]) == (name, language):
            if template["status"] == "PAUSED":
                raise GraphError(
                    Refusal(132015, "Template is paused", "Template is paused due to low quality.")
                )
            if template["status"] == "APPROVED":
                return template
    details = f"template name ({name}) does not exist in {language}"
    raise GraphError(Refusal(132001, "Template name does not exist in the translation", details, status=404))


def _by_place(components: Any) -> dict[str, Mapping[str, Any]]:
    if not isinstance(components, list):
        raise invalid("Param template['components'] must be an array.")
    filled = {}
    for part in components:
        only("template['components']", part, {"type", "sub_type", "index", "parameters"})
        kind = str(member("template['components']", part, "type")).lower()
        if kind not in ("header", "body", "button"):
            raise invalid("Param template['components']['type'] must be one of {HEADER, BODY, BUTTON}.")
        filled[f"button {member('button', part, 'index')}" if kind == "button" else kind] = part
    return filled


async def _header(header: Mapping[str, Any], given: Mapping[str, Any] | None, state: State) -> None:
    wanted = str(header.get("format", "TEXT"))
    if wanted == "TEXT":
        _texts("header", str(header.get("text", "")), given, {})
        return
    parameters = given.get("parameters") if given else None
    got = str(parameters[0].get("type", "UNKNOWN")).upper() if parameters else "UNKNOWN"
    if got != wanted:
        raise _mismatch(f"header: Format mismatch, expected {wanted}, received {got}")
    if wanted in _MEDIA_HEADERS and parameters:
        await attachments.check(wanted.lower(), parameters[0].get(wanted.lower()), state)


def _texts(
    place: str, template_text: str, given: Mapping[str, Any] | None, template: Mapping[str, Any]
) -> None:
    wanted = list(dict.fromkeys(VARIABLE.findall(template_text)))
    parameters = given.get("parameters", []) if given else []
    if len(parameters) != len(wanted):
        raise GraphError(
            Refusal(
                132000,
                "Number of parameters does not match the expected number of params",
                f"{place}: number of localizable_params ({len(parameters)}) does not match the expected "
                f"number of params ({len(wanted)})",
            )
        )
    for parameter in parameters:
        only(f"{place}['parameters']", parameter, {"type", "text", "parameter_name", "currency", "date_time"})
        if parameter.get("type") == "text" and not parameter.get("text"):
            raise missing(f"{place}['parameters']['text']")
        if re.search(r"[\n\r\t]| {5}", str(parameter.get("text", ""))):
            refusal = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
            raise GraphError(Refusal(132018, "Template parameter invalid", f"{place}: {refusal}"))
    if template.get("parameter_format") == "NAMED":
        names = [parameter.get("parameter_name") for parameter in parameters]
        if sorted(map(str, names)) != sorted(wanted):
            raise invalid(f"Parameter name is missing or empty: {place} wants {', '.join(wanted)}")


def _button(index: int, button: Mapping[str, Any], given: Mapping[str, Any] | None) -> None:
    kind = button["type"]
    is_filled = kind in ("COPY_CODE", "OTP") or (kind == "URL" and VARIABLE.search(str(button.get("url"))))
    if given is None:
        if is_filled:
            raise _mismatch(f"Button at index {index} of type {kind.title()} requires a parameter")
        return
    sub_type = str(given.get("sub_type", "")).lower()
    expected = _FILLED_BUTTONS.get(kind, kind.lower())
    if sub_type != expected:
        raise _mismatch(f"Button at index {index}: expected sub_type {expected}, received {sub_type}")
    items(f"button {index} parameters", given.get("parameters"), 10 if kind == "FLOW" else 1)


def _mismatch(details: str) -> GraphError:
    return GraphError(
        Refusal(132012, "Parameter format does not match format in the created template", details)
    )
