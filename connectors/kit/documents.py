"""How the documents of a platform are found and read, told by a connector in terms of its own tools."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connectors.kit.texting import ToolUse


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document's text, as the platform's tool shows it; `truncated` where it is longer."""

    title: str
    text: str
    changed_at: str
    truncated: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """What `search` and `fetch` must know of a platform.

    `search` says which tool finds documents by words, at most so many; `found` which names its data holds:
    they are what `fetch` takes, and shown as titles. `fetch` says which tool reads one; `read` what it says.
    """

    search: Callable[[str, int], ToolUse]
    found: Callable[[Mapping[str, Any]], Sequence[str]]
    fetch: Callable[[str], ToolUse]
    read: Callable[[Mapping[str, Any]], Document]
