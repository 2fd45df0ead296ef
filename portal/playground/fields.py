"""Form fields made of JSON Schema; what is left empty is left out of the call."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape

LIMIT_LINE_CHARS = 200
LIMIT_JSON_CHARS = 500_000
EMPTY: tuple[Any, ...] = ("", None, [])
LEFT_OUT = "Left out"
_TRUTH = {"true": True, "false": False}

Schema = Mapping[str, Any]


class JsonField(forms.CharField):
    """An argument that is a structure, written as JSON; where text is taken too, what is no JSON is that."""

    def __init__(self, *, takes_text: bool, **options: Any) -> None:
        self._takes_text = takes_text
        super().__init__(max_length=LIMIT_JSON_CHARS, **options)

    def clean(self, value: Any) -> Any:
        """The value; raises ValidationError where it is no JSON."""
        text = super().clean(value)
        if text in EMPTY:
            return None
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            if self._takes_text:
                return text
            raise ValidationError("Write it as JSON, with double quotes around names and texts.") from None

    def prepare_value(self, value: Any) -> Any:
        """A value as it is edited."""
        return value if isinstance(value, str) or value is None else json.dumps(value, indent=2)


class TextField(forms.CharField):
    """A text whose lines end as people's programs write them, not as browsers send them."""

    def clean(self, value: Any) -> Any:
        """The text; None where there is none."""
        text = super().clean(value)
        return text.replace("\r\n", "\n") if text else None


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    def clean(self, value: Any) -> Any:
        """The lines that hold something."""
        text: str = super().clean(value)
        return [line.strip() for line in text.splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        """The list as lines."""
        return "\n".join(value) if isinstance(value, list) else value


def field_of(name: str, schema: Schema, *, is_required: bool) -> forms.Field:
    """The field of one argument. What it takes is checked by the tool's schema, when it is called."""
    told: dict[str, Any] = {
        "label": name,
        "required": is_required,
        "help_text": escape(_help(schema)),
    }
    items = schema.get("items", {})
    kind = schema.get("type")
    if "enum" in schema:
        return _choice(schema["enum"], told)
    if kind == "array" and "enum" in items:
        choices = [(word, word) for word in items["enum"]]
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **told)
    if kind == "array" and items.get("type") == "string":
        return LinesField(widget=forms.Textarea({"rows": 2, "spellcheck": "false"}), **told)
    return _PLAIN.get(str(kind), _json)(schema, told)


def _choice(options: list[Any], told: dict[str, Any]) -> forms.Field:
    known = {str(option): option for option in options}
    choices = [("", LEFT_OUT), *((text, text) for text in known)]
    return forms.TypedChoiceField(choices=choices, coerce=known.__getitem__, empty_value=None, **told)


def _boolean(schema: Schema, told: dict[str, Any]) -> forms.Field:
    usual = f"{LEFT_OUT} ({'yes' if schema['default'] else 'no'})" if "default" in schema else LEFT_OUT
    choices = [("", usual), ("true", "yes"), ("false", "no")]
    return forms.TypedChoiceField(choices=choices, coerce=_TRUTH.__getitem__, empty_value=None, **told)


def _number(kind: type[forms.Field], step: str) -> Callable[[Schema, dict[str, Any]], forms.Field]:
    def made(schema: Schema, told: dict[str, Any]) -> forms.Field:
        shown = {"step": step, "placeholder": schema.get("default", "")}
        return kind(widget=forms.NumberInput(shown), **told)

    return made


def _text(schema: Schema, told: dict[str, Any]) -> forms.Field:
    shown: dict[str, Any] = {"autocomplete": "off", "placeholder": schema.get("default", "")}
    is_long = schema.get("maxLength", LIMIT_JSON_CHARS) > LIMIT_LINE_CHARS and "pattern" not in schema
    widget = forms.Textarea({**shown, "rows": 2}) if is_long else forms.TextInput(shown)
    return TextField(strip=not is_long, widget=widget, **told)


def _json(schema: Schema, told: dict[str, Any]) -> forms.Field:
    takes_text = any(branch.get("type") == "string" for branch in schema.get("anyOf", ()))
    widget = forms.Textarea({"rows": 6, "spellcheck": "false"})
    return JsonField(takes_text=takes_text, widget=widget, **told)


def _help(schema: Schema) -> str:
    said = str(schema.get("description", ""))
    if schema.get("type") == "array" and schema.get("items", {}).get("type") == "string":
        return said if "enum" in schema["items"] else f"{said} One a line.".strip()
    if schema.get("type") in ("array", "object") or "anyOf" in schema:
        members = ", ".join(schema.get("properties", schema.get("items", {}).get("properties", {})))
        return f"{said} JSON{f' with {members}' if members else ''}.".strip()
    return said


_PLAIN: Mapping[str, Callable[[Schema, dict[str, Any]], forms.Field]] = {
    "string": _text,
    "boolean": _boolean,
    "integer": _number(forms.IntegerField, "1"),
    "number": _number(forms.FloatField, "any"),
}
