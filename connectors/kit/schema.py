"""Tools' schemas as they are published, and arguments checked against exactly what is published.

Published schemas are portable: no `$ref`, no null types, `anyOf` only for true alternatives.
"""

import copy
import functools
import math
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs
import msgspec

from connectors.kit.refusals import refusal
from connectors.kit.tool import Params, Tool
from hermes.core.errors import InvalidArgument

LIMIT_DEPTH = 32
LIMIT_INTEGER = 2**63


def input_schema(tool: Tool) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the tool's own arguments; a fresh copy."""
    return copy.deepcopy(_compiled(_key(tool.params))[0])


def output_schema(tool: Tool) -> dict[str, Any] | None:
    """The JSON Schema of the tool's data; a fresh copy. None where the tool declares none."""
    if tool.output is None or isinstance(tool.output, Mapping):
        return copy.deepcopy(dict(tool.output)) if tool.output is not None else None
    return _published(tool.output)


def parse_arguments(tool: Tool, given: Mapping[str, Any]) -> Any:
    """The handler's parameters: a `Params` struct, or a plain dict for a tool declared by JSON Schema.

    An argument given as null counts as left out. Raises InvalidArgument naming the argument and the rule.
    """
    present = {name: value for name, value in given.items() if value is not None}
    for name, value in present.items():
        _refuse_unsafe(name, [name, value])
    published, validator = _compiled(_key(tool.params))
    problems = list(validator.iter_errors(present))
    if problems:
        raise refusal(tool.name, published, problems)
    if not isinstance(tool.params, type):
        return present
    # The schema has settled every type; lax only turns 5.0 into 5, which JSON counts as an integer.
    return msgspec.convert(present, tool.params, strict=False)


def dump(data: Mapping[str, Any] | msgspec.Struct) -> dict[str, Any]:
    """A result as JSON-ready data; members that are None are left out at every depth."""
    plain: dict[str, Any] = _without_none(msgspec.to_builtins(data, str_keys=True))
    return plain


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_none(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_none(v) for v in value]
    return value


def _key(params: type[Params] | Mapping[str, Any]) -> type[Params] | bytes:
    return params if isinstance(params, type) else msgspec.json.encode(params)


@functools.cache
def _compiled(key: type[Params] | bytes) -> tuple[dict[str, Any], jsonschema_rs.Draft202012Validator]:
    published = _published(key) if isinstance(key, type) else msgspec.json.decode(key)
    return published, jsonschema_rs.Draft202012Validator(published)


def _published(struct: type[msgspec.Struct]) -> dict[str, Any]:
    raw = msgspec.json.schema(struct)
    published = _portable(raw, raw.get("$defs", {}))
    published.pop("description", None)
    published.setdefault("properties", {})
    return published


def _portable(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in node:
        target = definitions[node["$ref"].rpartition("/")[2]]
        return _portable({**target, **{k: v for k, v in node.items() if k != "$ref"}}, definitions)
    branches = [b for b in node.get("anyOf", ()) if b != {"type": "null"}]
    if len(branches) == 1:
        rest = {k: v for k, v in node.items() if k != "anyOf"}
        return _portable({**branches[0], **rest}, definitions)
    out = {k: v for k, v in node.items() if k not in ("title", "$defs", "anyOf", "default")}
    if node.get("default") is not None:
        out["default"] = node["default"]
    if branches:
        out["anyOf"] = [_portable(b, definitions) for b in branches]
    if "properties" in node:
        out["properties"] = {k: _portable(v, definitions) for k, v in node["properties"].items()}
        required = [k for k in node.get("required", ()) if not _may_be_null(node["properties"][k])]
        out.pop("required", None)
        if required:
            out["required"] = required
    for inner in ("items", "additionalProperties"):
        if isinstance(node.get(inner), Mapping):
            out[inner] = _portable(node[inner], definitions)
    if "enum" in node and all(isinstance(option, str) for option in node["enum"]):
        out["type"] = "string"
    return out


def _may_be_null(node: Mapping[str, Any]) -> bool:
    return {"type": "null"} in node.get("anyOf", ())


def _refuse_unsafe(name: str, value: Any) -> None:
    for depth, item in _walk(value):
        if depth > LIMIT_DEPTH:
            raise _unsafe(name, f"is nested more than {LIMIT_DEPTH} levels deep")
        if isinstance(item, str):
            if "\x00" in item:
                raise _unsafe(name, "holds a NUL character; remove it")
            if not item.isascii() and any("\ud800" <= c <= "\udfff" for c in item):
                raise _unsafe(name, "holds half of a surrogate pair; send whole Unicode characters")
        elif isinstance(item, int) and abs(item) >= LIMIT_INTEGER:
            raise _unsafe(name, "is a number beyond 64 bits; write it as text if it is an id")
        elif isinstance(item, float) and not math.isfinite(item):
            raise _unsafe(name, "must be a finite number")


def _unsafe(name: str, rule: str) -> InvalidArgument:
    shown = name.encode("ascii", "replace").decode()[:60]
    return InvalidArgument(f"'{shown}' {rule}.", details={"argument": shown})


def _walk(value: Any) -> Iterator[tuple[int, Any]]:
    """Every value and member name inside, with its depth; stops one level beyond the limit."""
    pending = [(0, value)]
    while pending:
        depth, item = pending.pop()
        yield depth, item
        if isinstance(item, Mapping):
            pending.extend((depth + 1, part) for pair in item.items() for part in pair)
        elif isinstance(item, list | tuple):
            pending.extend((depth + 1, part) for part in item)
