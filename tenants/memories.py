"""What a process remembers of an account between calls (`ToolContext.memory`): lost with it, never shared."""

from collections import OrderedDict
from threading import Lock
from typing import Any

ACCOUNTS = 5_000

_memories: OrderedDict[str, dict[str, Any]] = OrderedDict()
_lock = Lock()


def of(connection: str) -> dict[str, Any]:
    """The memory of a connection (public id); beyond `ACCOUNTS` those used longest ago are forgotten."""
    with _lock:
        memory = _memories.setdefault(connection, {})
        _memories.move_to_end(connection)
        while len(_memories) > ACCOUNTS:
            _memories.popitem(last=False)
    return memory


def forget() -> None:
    """Begin with nothing remembered, as a new process does."""
    with _lock:
        _memories.clear()
