"""What Graph calls fields and pages: which members of a node are told, and which part of a list."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox.graph import Request, answer, invalid

DEFAULT_LIMIT = 25
Node = Mapping[str, Any]


def chosen(node: Node, asked: str, kind: str) -> dict[str, Any]:
    """The members `asked` names, and the id. Raises GraphError for a member there is not.

    Members of the node that are callable stand for further nodes: they are given what is asked of those.
    """
    told: dict[str, Any] = {}
    for name, inner in _names(asked).items():
        if name not in node:
            raise invalid(f"Tried accessing nonexisting field ({name}) on node type ({kind})")
        value = node[name](inner) if callable(node[name]) else node[name]
        if value is not None:
            told[name] = value
    return {"id": node["id"]} | told


def page_of(items: Sequence[Node], request: Request, kind: str, default: str = "id") -> HttpResponse:
    """The part of a list that `limit` and `after` ask for."""
    size = request.params.get("limit", "")
    limit = min(int(size), 100) if size.isdecimal() and 0 < len(size) < 5 else DEFAULT_LIMIT
    start = _place(request.params.get("after", ""))
    fields = request.params.get("fields") or default
    part = [chosen(item, fields, kind) for item in items[start : start + limit]]
    body: dict[str, Any] = {"data": part}
    if part:
        end = base64.urlsafe_b64encode(str(start + len(part)).encode()).decode()
        body["paging"] = {"cursors": {"before": "QVFIUmx1", "after": end}}
        if start + len(part) < len(items):
            body["paging"]["next"] = f"https://graph.instagram.com/v26.0/?after={end}"
    return answer(body)


def listed(items: Sequence[Node], kind: str) -> Callable[[str], dict[str, Any] | None]:
    """A list as a member of another node."""

    def told(fields: str) -> dict[str, Any] | None:
        return {"data": [chosen(item, fields or "id", kind) for item in items]} if items else None

    return told


def _place(after: str) -> int:
    if not after:
        return 0
    try:
        return int(base64.b64decode(after, b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise invalid("Invalid cursors values") from None


def _names(asked: str) -> dict[str, str]:
    """`id,children{id,url}` as {"id": "", "children": "id,url"}."""
    names: dict[str, str] = {}
    name, inner, depth = "", "", 0
    for char in f"{asked},":
        if char == "}":
            depth -= 1
        if depth:
            inner += char
        elif char == ",":
            if name.strip():
                names[name.strip()] = inner
            name, inner = "", ""
        elif char not in "{}":
            name += char
        if char == "{":
            depth += 1
    return names
