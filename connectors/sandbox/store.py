"""Where a stand-in keeps its state: JSON values by name, for one connection."""

import copy
from typing import Any, Protocol


class SandboxStore(Protocol):
    """State of one connection's stand-in, shared by all processes that serve it."""

    async def get(self, name: str) -> Any:
        """The value last put under this name, None where there is none or its time is over."""
        ...

    async def put(self, name: str, value: Any, *, ttl_s: int) -> None:
        """Keep a JSON value for `ttl_s` seconds; None forgets it."""
        ...


class MemoryStore:
    """State that lives as long as this object; times to live are not counted."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    def dump(self) -> dict[str, Any]:
        """The state as it is now."""
        return copy.deepcopy(self._values)

    def load(self, state: dict[str, Any]) -> None:
        """Take on a state that was dumped."""
        self._values = copy.deepcopy(state)

    async def get(self, name: str) -> Any:
        """As `SandboxStore.get`; the caller may change what it gets."""
        return copy.deepcopy(self._values.get(name))

    async def put(self, name: str, value: Any, *, ttl_s: int) -> None:  # noqa: ARG002  (nothing outlives this)
        """As `SandboxStore.put`."""
        self._values[name] = copy.deepcopy(value)
