"""Notes as documents that are found and read beside those of other platforms."""

from collections.abc import Mapping
from typing import Any

from connectors.kit.documents import Document, Documents
from connectors.kit.texting import ToolUse
from connectors.obsidian.limits import PATH_CHARS, QUERY_CHARS


def _search(query: str, limit: int) -> ToolUse:
    return ToolUse(tool="obsidian_search", arguments={"query": query[:QUERY_CHARS], "limit": limit})


def _found(data: Mapping[str, Any]) -> list[str]:
    return [note["path"] for note in data["notes"]]


def _fetch(name: str) -> ToolUse:
    return ToolUse(tool="obsidian_get_note", arguments={"path": name[:PATH_CHARS]})


def _read(data: Mapping[str, Any]) -> Document:
    return Document(
        title=data["path"],
        text=data.get("content") or "",
        changed_at=data["modified_at"],
        truncated=data.get("next_offset") is not None,
    )


DOCUMENTS = Documents(search=_search, found=_found, fetch=_fetch, read=_read)
