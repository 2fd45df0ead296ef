"""Columns of JSON as the staff site shows them: plain text, a line for each item."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from unfold.decorators import display


def lines(name: str, description: str = "") -> Callable[[Any, Any], str]:
    """A read-only field of a `StaffAdmin` that shows the JSON column `name`; None is `any`."""

    @display(description=description or name.capitalize())
    def shown(_admin: Any, row: Any) -> str:
        value = getattr(row, name)
        if isinstance(value, Mapping):
            value = [f"{key}: {_word(item)}" for key, item in value.items()]
        return "any" if value is None else "\n".join(_word(item) for item in value)

    return shown  # type: ignore[no-any-return]


def _word(item: Any) -> str:
    return item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
