"""Stand-ins for the platforms: in process, stateful, answering as the platform's own HTTP API does.

A platform's stand-in is the module `connectors.sandbox.<slug>` with a class `Standin`; nothing else has to
know of it. docs/sandbox.md lists the values that make one fail in a chosen way.
"""

import importlib
import importlib.util

from connectors.sandbox.contract import Emission, Inbound, Standin
from connectors.sandbox.store import MemoryStore, SandboxStore

__all__ = ["Emission", "Inbound", "MemoryStore", "SandboxStore", "Standin", "credentials", "standin"]


def standin(slug: str, store: SandboxStore) -> Standin | None:
    """The platform's stand-in over the state of one connection, None where it has none."""
    if importlib.util.find_spec(f"{__name__}.{slug}") is None:
        return None
    made: Standin = importlib.import_module(f"{__name__}.{slug}").Standin(store)
    return made


def credentials(slug: str) -> dict[str, str]:
    """Credentials, by field, of an account that no one else has and that the stand-in accepts."""
    made: dict[str, str] = importlib.import_module(f"{__name__}.{slug}").credentials()
    return made
