"""A vault in a folder of its own, and its tools called as the executor calls them."""

import asyncio
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.kit import schema
from connectors.kit.context import ToolContext
from connectors.kit.testing import FakeHttp, answer, context
from connectors.kit.vaults import VaultSpace
from connectors.obsidian.connector import CONNECTOR

TOOLS = {tool.name.removeprefix("obsidian_"): tool for tool in CONNECTOR.tools}


@dataclasses.dataclass
class Notes:
    """A vault: tools by name, and its files from outside."""

    folder: Path
    limit_bytes: int = 5_000_000
    limit_files: int = 500

    def call(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """One tool call's data."""
        tool = TOOLS[name]
        return schema.dump(self.run(tool.handler, schema.parse_arguments(tool, arguments)).data)

    def run(self, work: Callable[..., Any], *given: Any) -> Any:
        """What the connector's function makes of this vault."""

        async def awaited() -> Any:
            return await work(self.context(), *given)

        return asyncio.run(awaited())

    def context(self) -> ToolContext:
        """A call's context."""
        space = VaultSpace(folder=self.folder, limit_bytes=self.limit_bytes, limit_files=self.limit_files)
        credentials = CONNECTOR.credentials.parse({"vault": "Notes"})
        return context(CONNECTOR, credentials, FakeHttp(lambda _: answer()), vault=space)

    def write(self, path: str, content: str) -> dict[str, Any]:
        """Write or replace a note."""
        return self.call("write_note", path=path, content=content, overwrite=True)

    def text(self, path: str) -> str:
        """A note's content as its tool tells it."""
        return str(self.call("get_note", path=path).get("content", ""))

    def files(self) -> dict[str, bytes]:
        """The files people see, as they lie on the disk."""
        every = (path for path in self.folder.rglob("*") if path.is_file())
        named = {path.relative_to(self.folder): path for path in every}
        return {str(n): path.read_bytes() for n, path in named.items() if not n.parts[0].startswith(".")}


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    """An empty vault."""
    return Notes(tmp_path / "vault")
