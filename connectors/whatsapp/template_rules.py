"""Meta's rules for a new template, as far as they can be checked here (template reference, 2026-06)."""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta

from connectors.kit.tool import Params
from connectors.whatsapp import limits
from connectors.whatsapp.definitions import placeholders
from hermes.core.errors import InvalidArgument

BODY_EXAMPLES = ("body_text", "body_text_named_params")
BUTTON_KINDS: Mapping[str, tuple[str, ...]] = {
    "QUICK_REPLY": ("text",),
    "URL": ("text", "url"),
    "PHONE_NUMBER": ("text", "phone_number"),
    "COPY_CODE": ("example",),
    "FLOW": ("text",),
    "OTP": ("otp_type",),
    "VOICE_CALL": ("text",),
    "CATALOG": ("text",),
    "MPM": ("text",),
}
MOST_OF_A_KIND = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "OTP": 1, "FLOW": 1}


class TemplateButton(Params, frozen=True):
    """A button; `type` decides which members it needs."""

    type: Literal[
        "QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "FLOW", "OTP", "VOICE_CALL", "CATALOG", "MPM"
    ]
    text: Annotated[str, Meta(min_length=1, max_length=limits.TEMPLATE_BUTTON_CHARS)] | None = None
    url: Annotated[str, Meta(max_length=2000, description="May end in {{1}}.")] | None = None
    phone_number: Annotated[str, Meta(max_length=20)] | None = None
    example: (
        Annotated[
            list[Annotated[str, Meta(max_length=2000)]], Meta(max_length=1, description="Sample of {{1}}.")
        ]
        | None
    ) = None
    otp_type: Literal["COPY_CODE", "ONE_TAP", "ZERO_TAP"] | None = None
    flow_id: Annotated[str, Meta(max_length=40)] | None = None
    flow_action: Literal["navigate", "data_exchange"] | None = None
    navigate_screen: Annotated[str, Meta(max_length=80)] | None = None


class TemplateComponent(Params, frozen=True):
    """A part of a template, in Meta's own form."""

    type: Literal["HEADER", "BODY", "FOOTER", "BUTTONS"]
    format: (
        Annotated[Literal["TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"], Meta(description="Of a HEADER.")]
        | None
    ) = None
    text: Annotated[str, Meta(min_length=1, max_length=limits.BODY_CHARS)] | None = None
    example: (
        Annotated[
            dict[str, Any],
            Meta(
                max_length=4,
                description='Samples: {"body_text":[["Ada","42"]]}, {"header_text":["x"]}, '
                '{"body_text_named_params":[{"param_name":"n","example":"Al"}]}, {"header_handle":["4:aW"]}.',
            ),
        ]
        | None
    ) = None
    buttons: (
        Annotated[list[TemplateButton], Meta(min_length=1, max_length=limits.TEMPLATE_BUTTONS)] | None
    ) = None
    add_security_recommendation: Annotated[bool, Meta(description="BODY of AUTHENTICATION only.")] | None = (
        None
    )
    code_expiration_minutes: (
        Annotated[int, Meta(ge=1, le=90, description="FOOTER of AUTHENTICATION only.")] | None
    ) = None


def check(category: str, components: Sequence[TemplateComponent]) -> bool:
    """Whether the template's variables are named. Raises InvalidArgument naming the part and the rule."""
    kinds = [c.type for c in components]
    for kind in set(kinds):
        if kinds.count(kind) > 1:
            raise _refused("components", f"has {kind} twice; a template has each part once")
    if "BODY" not in kinds:
        raise _refused("components", "has no BODY; every template needs one")
    for index, component in enumerate(components):
        where = f"components[{index}]"
        if component.type == "BUTTONS":
            _check_buttons(where, component.buttons or [])
        elif category != "AUTHENTICATION":
            _check_text(where, component)
    return _is_named(components)


def _check_text(where: str, part: TemplateComponent) -> None:
    if part.type == "HEADER" and part.format is None:
        raise _refused(f"{where}.format", "is missing; a header is TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION")
    if part.type == "HEADER" and part.format != "TEXT":
        if part.format != "LOCATION" and not (part.example or {}).get("header_handle"):
            raise _refused(f"{where}.example", "needs header_handle, the handle of a sample uploaded to Meta")
        return
    if not part.text:
        raise _refused(f"{where}.text", "is missing")
    limit_chars = {"HEADER": limits.HEADER_CHARS, "FOOTER": limits.FOOTER_CHARS}.get(
        part.type, limits.BODY_CHARS
    )
    if len(part.text) > limit_chars:
        raise _refused(f"{where}.text", f"may have at most {limit_chars:,} characters in a {part.type}")
    names = placeholders(part.text)
    if part.type == "FOOTER" and names:
        raise _refused(f"{where}.text", "takes no variables in a FOOTER")
    if part.type == "HEADER" and len(names) > 1:
        raise _refused(f"{where}.text", "takes one variable at most in a HEADER")
    _check_variables(where, part, names)


def _check_variables(where: str, part: TemplateComponent, names: tuple[str, ...]) -> None:
    numbers = [n for n in names if n.isdecimal()]
    if numbers and len(numbers) < len(names):
        raise _refused(f"{where}.text", "mixes numbered and named variables; use one sort")
    if numbers and numbers != [str(i + 1) for i in range(len(numbers))]:
        raise _refused(f"{where}.text", "must number its variables {{1}}, {{2}}, ... without a gap")
    text = (part.text or "").strip()
    if part.type == "BODY" and names and re.match(r"\{\{[^}]*\}\}|.*\{\{[^}]*\}\}$", text, re.DOTALL):
        raise _refused(f"{where}.text", "may not begin or end with a variable; add words around it")
    if names and _samples(part) != len(names):
        raise _refused(f"{where}.example", f"must have a sample for each of the {len(names)} variables")


def _samples(part: TemplateComponent) -> int:
    """How many samples a part's `example` has, in whichever of Meta's forms."""
    example = part.example or {}
    for member in ("body_text_named_params", "header_text_named_params", "header_text"):
        if isinstance(example.get(member), list):
            return len(example[member])
    rows = example.get("body_text")
    if isinstance(rows, list) and rows:
        return len(rows[0]) if isinstance(rows[0], list) else len(rows)
    return 0


def _is_named(components: Sequence[TemplateComponent]) -> bool:
    names = [n for c in components if c.type in ("HEADER", "BODY") for n in placeholders(c.text or "")]
    return any(not n.isdecimal() for n in names)


def _check_buttons(where: str, buttons: Sequence[TemplateButton]) -> None:
    if not buttons:
        raise _refused(f"{where}.buttons", "is missing")
    kinds = [b.type for b in buttons]
    for kind, most in MOST_OF_A_KIND.items():
        if kinds.count(kind) > most:  # type: ignore[arg-type]
            raise _refused(f"{where}.buttons", f"may have at most {most} of type {kind}")
    quick = [kind == "QUICK_REPLY" for kind in kinds]
    if any(quick) and sum(a != b for a, b in itertools.pairwise(quick)) > 1:
        raise _refused(f"{where}.buttons", "must keep quick replies together")
    for index, button in enumerate(buttons):
        for member in BUTTON_KINDS[button.type]:
            if not getattr(button, member):
                raise _refused(f"{where}.buttons[{index}].{member}", f"is missing; {button.type} needs it")
        if button.url and placeholders(button.url) and not button.example:
            raise _refused(f"{where}.buttons[{index}].example", "must have a sample address for the variable")


def _refused(argument: str, rule: str) -> InvalidArgument:
    return InvalidArgument(f"'{argument}' {rule}.", details={"argument": argument})
