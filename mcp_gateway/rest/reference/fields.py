"""The fields of a JSON Schema as rows of a table."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

DEEP = 4
_LIMITS = (
    ("minLength", "maxLength", "characters"),
    ("minItems", "maxItems", "items"),
    ("minimum", "maximum", ""),
)
Schema = Mapping[str, Any]


class Field(NamedTuple):
    """One field; that of a field's object is `outer.inner`, of its list `outer[]`."""

    name: str
    type: str
    required: bool
    text: str
    limits: str
    place: str = "body"


def fields(
    schema: Schema, shapes: Mapping[str, Schema], *, before: str = "", deep: int = 0
) -> Iterator[Field]:
    """The fields of an object, and those within them to a depth of four; `shapes` are what a `$ref` names."""
    known = _plain(schema, shapes)
    shapes = {**shapes, **known.get("$defs", {})}
    required = set(known.get("required", ()))
    for name, raw in known.get("properties", {}).items():
        inner = _plain(raw, shapes)
        text = raw.get("description") or inner.get("description", "")
        yield Field(before + name, _type(inner, shapes), name in required, text, _limits(inner))
        if deep < DEEP:
            nested, mark = _nested(inner, shapes)
            yield from fields(nested, shapes, before=f"{before}{name}{mark}.", deep=deep + 1)


def parameter(raw: Schema, shapes: Mapping[str, Schema]) -> Field:
    """A parameter of the path, the query or the header."""
    inner = _plain(raw["schema"], shapes)
    text = raw.get("description") or inner.get("description", "")
    is_needed = bool(raw.get("required"))
    return Field(raw["name"], _type(inner, shapes), is_needed, text, _limits(inner), raw["in"])


def sample(schema: Schema, shapes: Mapping[str, Schema]) -> dict[str, Any]:
    """A body with what is required, where the document has no example."""
    known = _plain(schema, shapes)
    wanted = known.get("required", ())
    return {name: _value(name, _plain(known["properties"][name], shapes), shapes) for name in wanted}


def _value(name: str, known: Schema, shapes: Mapping[str, Schema]) -> Any:
    if "default" in known or "enum" in known:
        return known.get("default", (known.get("enum") or [None])[0])
    kind = known.get("type")
    if kind == "array":
        return [_value(name, _plain(known.get("items", {}), shapes), shapes)]
    if kind == "object":
        return sample(known, shapes)
    return {"integer": known.get("minimum", 1), "number": 1, "boolean": True}.get(str(kind), name.upper())


def _nested(known: Schema, shapes: Mapping[str, Schema]) -> tuple[Schema, str]:
    if known.get("type") == "array":
        return _plain(known.get("items", {}), shapes), "[]"
    return known, ""


def _plain(raw: Schema, shapes: Mapping[str, Schema]) -> Schema:
    """What a reference names, and of a choice with null the other one."""
    if "$ref" in raw:
        return shapes.get(raw["$ref"].rpartition("/")[2], {})
    others = [choice for choice in raw.get("anyOf", ()) if choice.get("type") != "null"]
    return _plain(others[0], shapes) if len(others) == 1 else raw


def _type(known: Schema, shapes: Mapping[str, Schema]) -> str:
    if "anyOf" in known:
        kinds = (_type(_plain(c, shapes), shapes) for c in known["anyOf"] if c.get("type") != "null")
        return " or ".join(dict.fromkeys(kinds))
    kind = known.get("type", "any")
    if kind == "array":
        return f"list of {_type(_plain(known.get('items', {}), shapes), shapes)}"
    if isinstance(kind, list):
        return " or ".join(kind)
    return {"date-time": "time", "binary": "file"}.get(known.get("format", ""), str(kind))


def _limits(known: Schema) -> str:
    told = []
    if "enum" in known:
        told.append("one of " + ", ".join(map(str, known["enum"])))
    for low, high, unit in _LIMITS:
        least, most = known.get(low), known.get(high)
        if most is not None:
            told.append(f"{f'{least} to' if least else 'up to'} {most} {unit}".strip())
        elif least:
            told.append(f"at least {least} {unit}".strip())
    if known.get("default") not in (None, [], {}, ""):
        default = known["default"]
        told.append(f"else {str(default).lower() if isinstance(default, bool) else default}")
    return "; ".join(told)
