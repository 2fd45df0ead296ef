"""An approved template as Meta describes it, and which values it takes."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
MEDIA_HEADERS = frozenset({"image", "video", "document"})
LOCATION_VALUES = ("latitude", "longitude", "name", "address")
KNOWN_COMPONENTS = frozenset({"HEADER", "BODY", "FOOTER", "BUTTONS"})
# Button types of a definition and the sub_type a message fills them by; True where a value is a must.
BUTTONS = {
    "URL": ("url", True),
    "OTP": ("url", True),
    "COPY_CODE": ("copy_code", True),
    "QUICK_REPLY": ("quick_reply", False),
    "FLOW": ("flow", False),
}
SILENT_BUTTONS = frozenset({"PHONE_NUMBER", "VOICE_CALL", "CATALOG"})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ButtonSlot:
    """A button that takes a value; `index` counts all buttons of the template."""

    index: int
    sub_type: str
    required: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A template in one language.

    `header_kind` is text, image, video, document, location or empty; `odd_parts` are parts nothing here
    can fill (carousels, offers, product lists).
    """

    id: str
    name: str
    language: str
    status: str
    category: str
    is_named: bool
    header_kind: str
    header_text: str
    header_names: tuple[str, ...]
    body: str
    body_names: tuple[str, ...]
    footer: str
    buttons: tuple[Mapping[str, Any], ...]
    button_slots: tuple[ButtonSlot, ...]
    odd_parts: tuple[str, ...]
    rejected_reason: str

    @property
    def can_be_sent(self) -> bool:
        """Whether whatsapp_send_template can send it."""
        return self.status == "APPROVED" and not self.odd_parts

    @property
    def header_takes(self) -> tuple[str, ...]:
        """The names of the header's values: variables of its text, a file, or a place."""
        if self.header_kind in MEDIA_HEADERS:
            return ("file",)
        return LOCATION_VALUES if self.header_kind == "location" else self.header_names

    @property
    def takes(self) -> dict[str, Any]:
        """The values it wants, by part; parts that want none are left out."""
        wanted = {
            "header": list(self.header_takes),
            "body": list(self.body_names),
            "buttons": {str(b.index): b.sub_type for b in self.button_slots if b.required},
        }
        return {part: names for part, names in wanted.items() if names}


def definition(raw: Mapping[str, Any]) -> Definition:
    """Read one entry of `message_templates`; members that are missing or odd count as empty."""
    parts = [p for p in _list(raw.get("components")) if isinstance(p, dict)]
    by_type = {str(p.get("type", "")).upper(): p for p in parts}
    header, body = by_type.get("HEADER", {}), str(by_type.get("BODY", {}).get("text") or "")
    header_kind = str(header.get("format") or ("text" if header else "")).lower()
    header_text = str(header.get("text") or "") if header_kind == "text" else ""
    buttons = tuple(b for b in _list(by_type.get("BUTTONS", {}).get("buttons")) if isinstance(b, dict))
    odd = [kind for kind in by_type if kind not in KNOWN_COMPONENTS]
    odd += [_kind(b) for b in buttons if _kind(b) not in BUTTONS and _kind(b) not in SILENT_BUTTONS]
    if header_kind not in MEDIA_HEADERS | {"", "text", "location"}:
        odd.append(f"{header_kind.upper()} header")
    return Definition(
        id=str(raw.get("id") or ""),
        name=str(raw.get("name") or ""),
        language=str(raw.get("language") or ""),
        status=str(raw.get("status") or "").upper(),
        category=str(raw.get("category") or "").upper(),
        is_named=str(raw.get("parameter_format") or "").upper() == "NAMED",
        header_kind=header_kind,
        header_text=header_text,
        header_names=placeholders(header_text),
        body=body,
        body_names=_body_names(raw, body),
        footer=str(by_type.get("FOOTER", {}).get("text") or ""),
        buttons=buttons,
        button_slots=tuple(_slots(buttons)),
        odd_parts=tuple(odd),
        rejected_reason=_reason(raw),
    )


def placeholders(text: str) -> tuple[str, ...]:
    """The names between double braces, each once: numbers in counting order, names as they appear."""
    names = list(dict.fromkeys(PLACEHOLDER.findall(text)))
    return tuple(sorted(names, key=int) if all(n.isdecimal() for n in names) else names)


def _body_names(raw: Mapping[str, Any], body: str) -> tuple[str, ...]:
    # An authentication template's body is Meta's own text, which is not always told; it takes the code.
    if str(raw.get("category")).upper() == "AUTHENTICATION" and not PLACEHOLDER.search(body):
        return ("1",)
    return placeholders(body)


def _slots(buttons: Sequence[Mapping[str, Any]]) -> list[ButtonSlot]:
    slots = []
    for index, button in enumerate(buttons):
        kind = _kind(button)
        if kind not in BUTTONS or (kind == "URL" and not PLACEHOLDER.search(str(button.get("url")))):
            continue
        sub_type, required = BUTTONS[kind]
        slots.append(ButtonSlot(index=index, sub_type=sub_type, required=required))
    return slots


def _kind(button: Mapping[str, Any]) -> str:
    return str(button.get("type", "")).upper()


def _reason(raw: Mapping[str, Any]) -> str:
    reason = str(raw.get("rejected_reason") or "")
    return "" if reason.upper() == "NONE" else reason


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
