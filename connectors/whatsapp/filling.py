"""A template's values, checked against its definition and laid out as Meta wants them."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from msgspec import Meta

from connectors.whatsapp.client import Graph
from connectors.whatsapp.definitions import LOCATION_VALUES, MEDIA_HEADERS, ButtonSlot, Definition
from connectors.whatsapp.files import ready
from hermes.core.errors import InvalidArgument

Value = Annotated[str, Meta(min_length=1, max_length=2048)]
ValueList = Annotated[list[Value], Meta(max_length=40)]
ValuesByName = Annotated[dict[str, Value], Meta(max_length=40)]
DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,15})?")
# Meta refuses these in values of a template (error 132018).
BROKEN_LINE = re.compile(r"[\n\r\t]| {5}")


async def components(
    graph: Graph,
    template: Definition,
    *,
    header: Sequence[str] | None,
    body: Sequence[str] | Mapping[str, str] | None,
    buttons: Sequence[str] | None,
) -> list[dict[str, Any]]:
    """The `components` of a template message; media of the header is handed to WhatsApp on the way.

    Values are checked all together before any file is fetched. Raises InvalidArgument naming the argument and
    what the template takes.
    """
    if template.odd_parts:
        raise _refused(
            template, "template", f"has parts that cannot be filled here ({template.odd_parts[0]})"
        )
    body_values = _matched(template, "body_params", body, template.body_names)
    header_values = _header_values(template, header)
    button_values = _button_values(template, buttons, body_values)
    parts = []
    if header_values:
        parts.append({"type": "header", "parameters": await _header(graph, template, header_values)})
    if body_values:
        parts.append({"type": "body", "parameters": _texts(template, body_values)})
    parts += [
        _button(slot, button_values[slot.index])
        for slot in template.button_slots
        if slot.index in button_values
    ]
    return parts


def _matched(
    template: Definition,
    argument: str,
    given: Sequence[str] | Mapping[str, str] | None,
    names: Sequence[str],
) -> dict[str, str]:
    if isinstance(given, Mapping):
        values = {name.strip("{} "): value for name, value in given.items()}
        missing, extra = [n for n in names if n not in values], [n for n in values if n not in names]
        if missing or extra:
            what = f"misses '{missing[0]}'" if missing else f"has '{extra[0][:60]}', which it does not know"
            raise _refused(template, argument, f"takes {_listed(names)}; '{argument}' {what}")
    else:
        listed = given or []
        if len(listed) != len(names):
            raise _refused(template, argument, f"takes {_listed(names)}; '{argument}' has {len(listed)}")
        values = dict(zip(names, listed, strict=True))
    for name, value in values.items():
        if BROKEN_LINE.search(value):
            raise _refused(
                template, argument, f"takes no line breaks, tabs or runs of spaces in a value, as in '{name}'"
            )
    return {name: values[name] for name in names}


def _header_values(template: Definition, given: Sequence[str] | None) -> dict[str, str]:
    names = template.header_takes
    if template.header_kind in MEDIA_HEADERS and given and len(given) == 2:
        names = (*names, "filename")
    values = _matched(template, "header_params", given, names)
    if template.header_kind == "location":
        for name in LOCATION_VALUES[:2]:
            if not DEGREES.fullmatch(values[name]):
                raise _refused(template, "header_params", f"takes '{name}' in decimal degrees, e.g. 37.4847")
    return values


def _button_values(
    template: Definition, given: Sequence[str] | None, body_values: Mapping[str, str]
) -> dict[int, str]:
    """By button: values for those that need one or, where as many are given, for all that can take one."""
    slots = [s for s in template.button_slots if s.required]
    if given is None and template.category == "AUTHENTICATION":
        # The code stands in the body and again behind the copy button.
        given = [next(iter(body_values.values()))] * len(slots)
    if given and len(given) == len(template.button_slots):
        slots = list(template.button_slots)
    values = _matched(template, "button_params", given, [str(s.index) for s in slots])
    return {int(index): value for index, value in values.items()}


async def _header(graph: Graph, template: Definition, values: Mapping[str, str]) -> list[dict[str, Any]]:
    kind = template.header_kind
    if kind == "location":
        return [{"type": kind, kind: dict(values)}]
    if kind == "text":
        return _texts(template, values)
    file = await ready(graph, values["file"], kind, argument="header_params", filename=values.get("filename"))
    media: dict[str, Any] = dict(file.reference)
    if kind == "document" and file.filename:
        media["filename"] = file.filename
    return [{"type": kind, kind: media}]


def _texts(template: Definition, values: Mapping[str, str]) -> list[dict[str, Any]]:
    if template.is_named:
        return [{"type": "text", "parameter_name": name, "text": text} for name, text in values.items()]
    return [{"type": "text", "text": text} for text in values.values()]


def _button(slot: ButtonSlot, value: str) -> dict[str, Any]:
    parameters: dict[str, dict[str, Any]] = {
        "url": {"type": "text", "text": value},
        "copy_code": {"type": "coupon_code", "coupon_code": value},
        "quick_reply": {"type": "payload", "payload": value},
        "flow": {"type": "action", "action": {"flow_token": value}},
    }
    return {
        "type": "button",
        "sub_type": slot.sub_type,
        "index": str(slot.index),
        "parameters": [parameters[slot.sub_type]],
    }


def _listed(names: Sequence[str]) -> str:
    return "no value" if not names else f"{len(names)} ({', '.join(names)})"


def _refused(template: Definition, argument: str, rule: str) -> InvalidArgument:
    return InvalidArgument(
        f"Template '{template.name}' ({template.language}) {rule}.",
        details={"argument": argument, "takes": template.takes},
    )
