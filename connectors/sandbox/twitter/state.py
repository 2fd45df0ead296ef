"""What the stand-in remembers of one account."""

from typing import Any

from connectors.sandbox.store import SandboxStore
from connectors.sandbox.twitter import world
from connectors.sandbox.twitter.rest import Json
from hermes.core import clock

TTL_S = 90 * 86_400
KEPT = 300


class State:
    """Typed access to the store; lists are newest first."""

    def __init__(self, store: SandboxStore, token: str) -> None:
        self._store = store
        self.me = world.account_id(token)
        self.plan = "Premium" if "PREMIUM" in token else "None"

    async def number(self) -> str:
        """An id for the next thing that is made; they rise."""
        last = int(await self._store.get("number") or world.FIRST_NUMBER)
        await self._store.put("number", last + 1, ttl_s=TTL_S)
        return str(last + 1)

    async def people(self) -> dict[str, Json]:
        """Everybody, by id."""
        return {**world.people(self.me, self.plan), **dict(await self._store.get("people") or {})}

    async def put_person(self, person: Json) -> None:
        """Remember somebody new."""
        kept = {**dict(await self._store.get("people") or {}), person["id"]: person}
        await self._store.put("people", dict(list(kept.items())[-KEPT:]), ttl_s=TTL_S)

    async def posts(self) -> list[Json]:
        """All posts."""
        kept = await self._store.get("posts")
        if kept is None:
            kept = world.first_posts(self.me, clock.now())
            await self.put_posts(kept)
        return list(kept)

    async def put_posts(self, posts: list[Json]) -> None:
        """Keep the posts; the oldest give way."""
        await self._store.put("posts", posts[:KEPT], ttl_s=TTL_S)

    async def messages(self) -> list[Json]:
        """All direct messages."""
        kept = await self._store.get("messages")
        if kept is None:
            kept = world.first_messages(self.me, clock.now())
            await self.put_messages(kept)
        return list(kept)

    async def put_messages(self, messages: list[Json]) -> None:
        """Keep the messages; the oldest give way."""
        await self._store.put("messages", messages[:KEPT], ttl_s=TTL_S)

    async def marks(self, name: str) -> list[str]:
        """The posts the account has liked, reposted or bookmarked."""
        return list(await self._store.get(f"marks:{name}") or [])

    async def put_marks(self, name: str, post_ids: list[str]) -> None:
        """Keep them."""
        await self._store.put(f"marks:{name}", post_ids[:KEPT], ttl_s=TTL_S)

    async def files(self) -> dict[str, Json]:
        """Uploads by media id, and the samples of the world's posts."""
        sample = {"media_key": world.PICTURE, "type": "photo", "url": "https://pbs.example/bread.jpg"}
        return {"1346889436626259001": sample, **dict(await self._store.get("files") or {})}

    async def put_file(self, media_id: str, file: Json) -> None:
        """Keep an upload."""
        kept: dict[str, Any] = {**dict(await self._store.get("files") or {}), media_id: file}
        await self._store.put("files", dict(list(kept.items())[-KEPT:]), ttl_s=TTL_S)
