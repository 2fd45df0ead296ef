"""Obsidian's stand-in: its platform is files, so a sandbox vault is a real one with sample notes."""

import io
import os
import zipfile
from pathlib import Path
from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox.contract import Emission, Inbound
from connectors.sandbox.store import SandboxStore
from hermes.core.errors import InvalidArgument
from hermes.core.http_types import NotReached

__all__ = ["Standin", "archive", "credentials"]
SAMPLES = Path(__file__).with_name("vault")


class Standin:
    """`connectors.sandbox.Standin` of a platform that nobody calls and that calls nobody."""

    def __init__(self, store: SandboxStore) -> None:  # noqa: ARG002  (its state is its files)
        self.events: list[Emission] = []

    async def request(self, method: str, url: str, **asked: Any) -> HttpResponse:  # noqa: ARG002
        """There is nothing to reach."""
        raise NotReached

    async def inbound(self, event: Inbound) -> dict[str, Any]:  # noqa: ARG002
        """Nobody writes into a vault but its owner."""
        raise InvalidArgument("Nobody sends messages to a vault; change its notes by the tools.")


def credentials() -> dict[str, str]:
    """A new vault's name."""
    return {"vault": f"Sample vault {os.urandom(4).hex()}"}


def archive() -> bytes:
    """The sample notes, packed as a customer would."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for path in sorted(SAMPLES.rglob("*.*")):
            target.write(path, path.relative_to(SAMPLES))
    return packed.getvalue()
