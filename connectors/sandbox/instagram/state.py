"""What the stand-in remembers of one account."""

import base64
import time
from collections.abc import Mapping
from typing import Any

from connectors.sandbox.graph import number_from
from connectors.sandbox.instagram.samples import COMMENTS, CONTAINERS, MEDIA
from connectors.sandbox.store import SandboxStore

TTL_S = 90 * 86_400
KEPT = 200
FIRST_NUMBER = 17_900_000_000_000_000
Table = dict[str, dict[str, Any]]
_SAMPLES: Mapping[str, Table] = {"media": MEDIA, "comments": COMMENTS, "containers": CONTAINERS}


class State:
    """Typed access to the store: tables of things by id, the newest last."""

    def __init__(self, store: SandboxStore) -> None:
        self._store = store

    async def opened_by(self, token: str) -> str:
        """The account of a token, which is the sandbox's from now on; its id."""
        account = f"178414{number_from(token, 11)}"
        if await self.account() != account:
            await self._store.put("account", account, ttl_s=TTL_S)
        return account

    async def account(self) -> str:
        """The account's id, empty before it was first used."""
        return str(await self._store.get("account") or "")

    async def table(self, name: str) -> Table:
        """`media`, `containers`, `comments` or `messages`."""
        kept = await self._store.get(name)
        return {**_SAMPLES.get(name, {})} if kept is None else dict(kept)

    async def put(self, name: str, key: str, value: dict[str, Any]) -> None:
        """Keep one thing; the oldest give way."""
        table = {**await self.table(name), key: value}
        await self._store.put(name, dict(list(table.items())[-KEPT:]), ttl_s=TTL_S)

    async def forget(self, name: str, keys: set[str]) -> None:
        """Delete things."""
        left = {key: value for key, value in (await self.table(name)).items() if key not in keys}
        await self._store.put(name, left, ttl_s=TTL_S)

    async def number(self) -> str:
        """An id for the next thing that is made."""
        last = int(await self._store.get("number") or FIRST_NUMBER)
        await self._store.put("number", last + 1, ttl_s=TTL_S)
        return str(last + 1)

    async def message_id(self) -> str:
        """An id for the next message: Instagram's are base64 too."""
        return "aWdfZAG1f" + base64.b64encode(f"item:{await self.number()}".encode()).decode().rstrip("=")

    async def is_subscribed(self) -> bool:
        """Whether the app is told of the account's events."""
        return bool(await self._store.get("subscribed"))

    async def subscribe(self, fields: list[str]) -> None:
        """Have the app told of these fields; of none where the list is empty."""
        await self._store.put("subscribed", fields or None, ttl_s=TTL_S)


def now_ms() -> int:
    """The time as messages tell it."""
    return round(time.time() * 1000)


def stamp() -> str:
    """The time as nodes tell it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime())
