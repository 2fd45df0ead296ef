"""What is wrong with an argument, in words a model or a person can act on."""

from collections.abc import Mapping, Sequence
from typing import Any

from jsonschema_rs import ValidationError

from hermes.core.errors import InvalidArgument

LIMIT_PROBLEMS = 3
WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}


def refusal(
    tool_name: str, schema: Mapping[str, Any], problems: Sequence[ValidationError]
) -> InvalidArgument:
    """One error for up to three problems; `details["argument"]` names the first argument concerned."""
    outermost_first = sorted(problems, key=lambda p: len(p.instance_path))[:LIMIT_PROBLEMS]
    told = [_told(tool_name, schema, problem) for problem in outermost_first]
    sentence = "; ".join(dict.fromkeys(text for _, text in told))
    return InvalidArgument(f"{sentence}.", details={"argument": told[0][0]} if told else None)


def _told(tool_name: str, schema: Mapping[str, Any], problem: ValidationError) -> tuple[str, str]:
    path = [*problem.instance_path]
    kind: Any = problem.kind
    if kind.name == "required":
        name = _name([*path, kind.property])
        return name, f"'{name}' is missing{_hint(_at(schema, [*path, kind.property]))}"
    if kind.name == "additionalProperties":
        name = _name([*path, str(kind.unexpected[0])[:60]])
        known = ", ".join(_at(schema, path).get("properties", {})) or "none"
        owner = f"'{_name(path)}'" if path else tool_name
        return name, f"'{name}' is unknown; {owner} takes: {known}"
    name = _name(path) or "arguments"
    return name, f"'{name}' {_rule(kind, _at(schema, path))}"


def _rule(kind: Any, here: Mapping[str, Any]) -> str:
    limit = getattr(kind, "limit", None)
    rules = {
        "type": lambda: f"must be {_types(here)}",
        "enum": lambda: f"must be one of: {', '.join(str(option) for option in here.get('enum', ()))}",
        "minLength": lambda: f"must have at least {limit} character{'' if limit == 1 else 's'}",
        "maxLength": lambda: f"may have at most {limit:,} characters",
        "minimum": lambda: f"must be at least {limit}",
        "maximum": lambda: f"must be at most {limit}",
        "minItems": lambda: f"must have at least {limit} item{'' if limit == 1 else 's'}",
        "maxItems": lambda: f"may have at most {limit} items",
        "maxProperties": lambda: f"may have at most {limit} members",
    }
    told = rules.get(kind.name)
    return told() if told else f"does not have the expected form{_hint(here)}"


def _types(here: Mapping[str, Any]) -> str:
    types = here.get("type", "object")
    return " or ".join(WORDS.get(t, t) for t in ([types] if isinstance(types, str) else types))


def _hint(here: Mapping[str, Any]) -> str:
    description = str(here.get("description", "")).strip().rstrip(".")
    return f" ({description})" if description else ""


def _at(schema: Mapping[str, Any], path: Sequence[str | int]) -> Mapping[str, Any]:
    here: Mapping[str, Any] = schema
    for step in path:
        if isinstance(step, int):
            inner = here.get("items")
        else:
            inner = here.get("properties", {}).get(step) or here.get("additionalProperties")
        here = inner if isinstance(inner, Mapping) else {}
    return here


def _name(path: Sequence[str | int]) -> str:
    name = ""
    for step in path:
        name += f"[{step}]" if isinstance(step, int) else f".{step}" if name else step
    return name[:120]
