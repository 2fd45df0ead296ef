"""Checks of parameters in the words Meta uses."""

from collections.abc import Collection, Mapping
from typing import Any

from connectors.sandbox.graph import invalid
from connectors.sandbox.whatsapp.graph import missing


def members(name: str, value: Any, allowed: Collection[str]) -> Mapping[str, Any]:
    """`value` as an object with no other members than `allowed`; raises GraphError."""
    if value is None:
        raise missing(name)
    return only(name, value, allowed)


def only(name: str, value: Any, allowed: Collection[str]) -> Mapping[str, Any]:
    """`value` as an object; raises GraphError where it is none or has a member that is not allowed."""
    if not isinstance(value, dict):
        raise invalid(f"Param {name} must be a JSON object.")
    for key in value:
        if key not in allowed:
            raise invalid(f'Unexpected key "{key}" on param "{name}".')
    return value


def member(name: str, given: Mapping[str, Any], key: str) -> Any:
    """A member that must be there; raises GraphError."""
    if given.get(key) in (None, ""):
        raise missing(f"{name}['{key}']")
    return given[key]


def text(name: str, given: Mapping[str, Any], key: str, limit_chars: int) -> str:
    """A text that must be there and fit; raises GraphError."""
    return _fitting(f"{name}['{key}']", member(name, given, key), limit_chars)


def optional(name: str, given: Mapping[str, Any], key: str, limit_chars: int) -> None:
    """A text that must fit where it is given; raises GraphError."""
    if key in given:
        _fitting(f"{name}['{key}']", given[key], limit_chars)


def items(name: str, value: Any, most: int) -> list[Any]:
    """A list of one to `most` items; raises GraphError."""
    if not isinstance(value, list) or not value:
        raise missing(name)
    if len(value) > most:
        raise invalid(f"Param {name} must have at most {most} items.")
    return value


def distinct(name: str, values: Collection[str]) -> None:
    """Values of which no two are the same; raises GraphError."""
    if len(set(values)) < len(values):
        raise invalid(f"Duplicated values in param {name}.")


def _fitting(path: str, value: Any, limit_chars: int) -> str:
    if not isinstance(value, str):
        raise invalid(f"Param {path} must be a string.")
    if not 0 < len(value) <= limit_chars:
        raise invalid(f"Param {path} must be between 1 and {limit_chars} characters long.")
    return value
