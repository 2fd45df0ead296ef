"""One customer whose platforms answer every surface alike."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from connectors.kit import calls
from connectors.kit.connector import Connector
from tenants.context import vault_folder
from tests.support.platforms import Platforms
from tests.support.tenants import Tenant, World
from tests.support.upstream import Asked

CALL_TOKEN = re.compile(rb"call_[0-9A-Z]{26}|\b[0-9a-f]{25,32}\b|--[\w-]{16,}|boundary=[\w-]+")


def shown(asked: Asked) -> tuple[str, str, bytes]:
    """A request without what is random in each call: the call's token, a multipart boundary."""
    return asked.method, asked.path, CALL_TOKEN.sub(b"*", asked.body)


class Tape:
    """The platforms' answers of the first run, given again in every later one to the same requests.

    Platforms that are files or are dialled begin each run with the same state.
    """

    def __init__(self, platforms: Platforms, files: Path, kept: Path) -> None:
        self._files, self._kept = files, kept
        if files.exists():
            shutil.copytree(files, kept)
        self._platforms = platforms
        self._taped: list[tuple[Any, Any]] = []
        self._place = 0
        self._begin = platforms.snapshot()
        platforms.answer = self.answer

    def rewind(self) -> None:
        """The next run begins."""
        self._place = 0
        self.restore()

    def restore(self) -> None:
        """Files and accounts are again as they were when the tape began."""
        if self._files.exists():
            shutil.rmtree(self._files)
        if self._kept.exists():
            shutil.copytree(self._kept, self._files)
        self._platforms.restore(self._begin)

    async def answer(self, connector: Connector, request: web.Request, asked: Asked) -> Any:
        if self._place == len(self._taped):
            told = await self._platforms.told_by_account(connector, request, asked)
            self._taped.append((shown(asked), told))
        request_then, answer_then = self._taped[self._place]
        self._place += 1
        assert shown(asked) == request_then
        return answer_then


@pytest.fixture
def ours(world: World, needed: frozenset[str] | None, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    """acme, connected where the test needs it; calls are tried again without a pause."""
    monkeypatch.setattr(calls, "FIRST_PAUSE_S", 0.0)
    tenant = world.make("acme", only=needed)
    tenant.hear("whatsapp", "14155550123", "an invoice, please", "Ada")
    if "instagram" in tenant.connections:
        tenant.hear("instagram", "1254459154682919", "a cake, please")
    return tenant


@pytest.fixture
def tape(world: World, ours: Tenant, tmp_path: Path) -> Tape:
    """From when acme is connected."""
    world.upstream.respond = lambda asked: {"id": "m1", "name": "Probe", "item": "thing"}
    return Tape(world.platforms, vault_folder(ours.customer.public_id), tmp_path / "files")
