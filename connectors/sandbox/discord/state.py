"""What the stand-in remembers of one bot."""

from datetime import datetime

from connectors.sandbox.discord import world
from connectors.sandbox.discord.rest import UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, UNKNOWN_SERVER, ApiError
from connectors.sandbox.discord.world import Json
from connectors.sandbox.store import SandboxStore
from hermes.core import clock

KEPT_S = 90 * 86_400
KEPT_MESSAGES = 300


class State:
    """Typed access to the store: the world, and the messages of each channel, oldest first."""

    def __init__(self, store: SandboxStore) -> None:
        self._store = store

    async def open(self, bot: str) -> "Scene":
        """The world as it is now; made where there is none yet."""
        known = await self._store.get("world")
        if known is None:
            now = clock.now()
            known = world.made(bot, now)
            scene = Scene(self, known, now)
            for author, channel, message, at in world.first_words(bot, now):
                await scene.say(author, channel, message, at=at)
            await scene.close()
        return Scene(self, known, clock.now())

    async def known(self) -> Json | None:
        """The world, None before the first request."""
        kept: Json | None = await self._store.get("world")
        return kept

    async def put_world(self, kept: Json) -> None:
        """Keep the world."""
        await self._store.put("world", kept, ttl_s=KEPT_S)

    async def messages(self, channel: str) -> list[Json]:
        """The messages of a channel, oldest first."""
        return list(await self._store.get(f"messages:{channel}") or [])

    async def put_messages(self, channel: str, messages: list[Json]) -> None:
        """Keep the newest messages of a channel."""
        await self._store.put(f"messages:{channel}", messages[-KEPT_MESSAGES:], ttl_s=KEPT_S)


class Scene:
    """The world during one request."""

    def __init__(self, state: State, kept: Json, now: datetime) -> None:
        self._state = state
        self.world = kept
        self.now = now
        self.bot: str = kept["bot"]

    async def close(self) -> None:
        """Keep what changed."""
        await self._state.put_world(self.world)

    def channel(self, channel_id: str) -> Json:
        """A channel; raises ApiError."""
        found: Json | None = self.world["channels"].get(channel_id)
        if found is None:
            raise ApiError(UNKNOWN_CHANNEL)
        return found

    def server(self, server_id: str) -> Json:
        """A server; raises ApiError."""
        found: Json | None = self.world["servers"].get(server_id)
        if found is None:
            raise ApiError(UNKNOWN_SERVER)
        return found

    def person(self, user_id: str) -> Json | None:
        """A user, None where there is none with this id."""
        found: Json | None = self.world["people"].get(user_id)
        return found

    async def messages(self, channel_id: str) -> list[Json]:
        """The messages of a channel, oldest first; raises ApiError."""
        self.channel(channel_id)
        return await self._state.messages(channel_id)

    async def message(self, channel_id: str, message_id: str) -> Json:
        """One message; raises ApiError."""
        found = next((m for m in await self.messages(channel_id) if m["id"] == message_id), None)
        if found is None:
            raise ApiError(UNKNOWN_MESSAGE)
        return found

    async def say(self, author: str, channel_id: str, content: Json, *, at: datetime | None = None) -> Json:
        """A new message of a person's or of the bot's."""
        channel = self.channel(channel_id)
        at = at or self.now
        message: Json = {
            "id": world.next_id(self.world, at),
            "channel_id": channel_id,
            "type": 19 if content.get("message_reference") else 0,
            "author": self.world["people"][author],
            "timestamp": clock.iso(at),
            "edited_timestamp": None,
            "content": "",
            "mentions": [],
            "mention_roles": [],
            "mention_everyone": False,
            "attachments": [],
            "embeds": [],
            "components": [],
            "flags": 0,
            "pinned": False,
            "tts": False,
            **content,
        }
        await self._state.put_messages(channel_id, [*await self._state.messages(channel_id), message])
        channel["last_message_id"] = message["id"]
        if "message_count" in channel:
            channel["message_count"] += 1
        return message

    async def change(self, channel_id: str, message_id: str, changed: Json | None) -> None:
        """Put another message in the place of one, or nothing."""
        kept = [m for m in await self.messages(channel_id) if m["id"] != message_id]
        if changed is not None:
            kept = sorted([*kept, changed], key=lambda m: int(m["id"]))
        await self._state.put_messages(channel_id, kept)
