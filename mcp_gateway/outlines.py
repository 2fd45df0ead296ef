"""Tools' schemas in outline, for `tools/list` and hermes_search_tools: what a model needs to fill a call in.

A list of tools stands in the model's context before anything is asked. The whole schemas, by which arguments
are checked, are in `GET /api/tools` and in OpenAPI; an argument that breaks a bound is refused with the rule
in a sentence.
"""

from collections.abc import Mapping
from typing import Any

_BOUNDS = frozenset({"pattern", "minLength", "maxLength", "minItems", "maxItems", "maxProperties", "minimum"})
# Arguments that many tools take alike are told in the server's instructions; their names say the rest.
_OF_MANY_TOOLS = frozenset({"account", "detail", "dry_run", "limit", "cursor"})
# Members that every tool's result may have are told in the server's instructions.
_OF_EVERY_TOOL = frozenset({"meta", "dry_run", "request", "notice", "next_cursor", "untrusted"})


def outline_of_input(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments without the bounds of texts and lists. Whatever the whole schema admits, this admits."""
    out = _outline(schema)
    for name in _OF_MANY_TOOLS & set(out.get("properties", {})):
        out["properties"][name].pop("description", None)
    return out | {word: schema[word] for word in ("additionalProperties",) if word in schema}


def outline_of_output(schema: Mapping[str, Any], detailed_only: frozenset[str]) -> dict[str, Any]:
    """The names and types of a concise result's members; of a list, what its items hold."""
    unsaid = _OF_EVERY_TOOL | detailed_only
    members = schema.get("properties", {})
    return {
        "type": "object",
        "properties": {name: _member(m, unsaid) for name, m in members.items() if name not in unsaid},
    }


def _outline(schema: Mapping[str, Any]) -> dict[str, Any]:
    out = {word: value for word, value in schema.items() if word not in _BOUNDS}
    if not out.get("default", True):
        del out["default"]  # leaving it out says the same
    if "properties" in out:
        out["properties"] = {name: _outline(inner) for name, inner in out["properties"].items()}
    if "anyOf" in out:
        out["anyOf"] = [_outline(branch) for branch in out["anyOf"]]
    if "items" in out:
        out["items"] = _items(out["items"], is_told="description" in out)
    if isinstance(rest := out.pop("additionalProperties", None), Mapping):
        out["additionalProperties"] = _outline(rest)
    return out


def _items(schema: Mapping[str, Any], *, is_told: bool) -> dict[str, Any]:
    """A list's items; what the list says of itself they do not say again."""
    out = _outline({word: value for word, value in schema.items() if word != "items"})
    if is_told:
        out.pop("description", None)
    if "items" in schema:
        out["items"] = _items(schema["items"], is_told=is_told)
    return out


def _member(schema: Mapping[str, Any], unsaid: frozenset[str]) -> dict[str, Any]:
    out = {"type": schema["type"]} if "type" in schema else {}
    items = schema.get("items", {})
    if items.get("type") == "object":
        held = ", ".join(name for name in items.get("properties", {}) if name not in unsaid)
        if held or "description" in schema:
            out["description"] = held or schema["description"]
    return out
