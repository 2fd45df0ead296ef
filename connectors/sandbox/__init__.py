"""Stand-ins for the platforms: in process, stateful, answering as the platform's own HTTP API does.

A platform's stand-in is the module `connectors.sandbox.<slug>` with a class `Standin`; nothing else has to
know of it. docs/sandbox.md lists the values that make one fail in a chosen way.
"""

import importlib
import importlib.util

from connectors.sandbox.authorization_server import AuthorizationServer
from connectors.sandbox.contract import DialledStandin, Emission, Inbound, Standin
from connectors.sandbox.simulating import Simulation
from connectors.sandbox.store import MemoryStore, SandboxStore

__all__ = [
    "AuthorizationServer",
    "DialledStandin",
    "Emission",
    "Inbound",
    "MemoryStore",
    "SandboxStore",
    "Simulation",
    "Standin",
    "archive",
    "authorization",
    "credentials",
    "simulation",
    "standin",
]


def standin(slug: str, store: SandboxStore) -> Standin | None:
    """The platform's stand-in over the state of one connection, None where it has none."""
    if importlib.util.find_spec(f"{__name__}.{slug}") is None:
        return None
    made: Standin = importlib.import_module(f"{__name__}.{slug}").Standin(store)
    return made


def authorization(slug: str, store: SandboxStore) -> AuthorizationServer | None:
    """The stand-in of the platform's authorization server, None where it has none."""
    name = f"{__name__}.{slug}.authorization"
    if importlib.util.find_spec(f"{__name__}.{slug}") is None or importlib.util.find_spec(name) is None:
        return None
    made: AuthorizationServer = importlib.import_module(name).Authorization(store)
    return made


def simulation(slug: str) -> Simulation:
    """What can be played through with a platform's stand-in; nothing where it says nothing of it."""
    name = f"{__name__}.{slug}.simulation"
    if importlib.util.find_spec(f"{__name__}.{slug}") is None or importlib.util.find_spec(name) is None:
        return Simulation()
    told: Simulation = importlib.import_module(name).SIMULATION
    return told


def archive(slug: str) -> bytes | None:
    """Sample files of a platform that is files, as an archive its connector takes; None for the others."""
    found = importlib.import_module(f"{__name__}.{slug}")
    return found.archive() if hasattr(found, "archive") else None


def credentials(slug: str) -> dict[str, str]:
    """Credentials, by field, of an account that no one else has and that the stand-in accepts."""
    made: dict[str, str] = importlib.import_module(f"{__name__}.{slug}").credentials()
    return made
