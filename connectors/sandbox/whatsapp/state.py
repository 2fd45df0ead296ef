"""What the stand-in remembers of one account."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from connectors.sandbox.graph import unknown_object
from connectors.sandbox.store import SandboxStore

ACCOUNT_TTL_S = 90 * 86_400
MEDIA_TTL_S = 86_400
MEDIA_KEPT = 20
LIMIT_MEDIA_BYTES = 5 * 1024 * 1024


class State:
    """Typed access to the store. The account's ids are the first ones that are asked for."""

    def __init__(self, store: SandboxStore) -> None:
        self._store = store

    async def phone_id(self, asked: str) -> str:
        """The id of the account's number; raises GraphError for any other."""
        return await self._id("phone", asked)

    async def waba_id(self, asked: str) -> str:
        """The id of the business account; raises GraphError for any other."""
        return await self._id("waba", asked)

    async def ids(self) -> dict[str, str]:
        """`phone` and `waba`, as far as they are known."""
        return dict(await self._store.get("account") or {})

    async def templates(self) -> list[dict[str, Any]] | None:
        """The templates, None before they were first put."""
        kept: list[dict[str, Any]] | None = await self._store.get("templates")
        return kept

    async def put_templates(self, templates: list[dict[str, Any]]) -> None:
        """Keep the templates."""
        await self._store.put("templates", templates, ttl_s=ACCOUNT_TTL_S)

    async def is_subscribed(self) -> bool:
        """Whether an app was subscribed to the account's webhooks."""
        return bool(await self._store.get("subscribed"))

    async def subscribe(self, *, subscribed: bool) -> None:
        """Subscribe or unsubscribe the app."""
        await self._store.put("subscribed", subscribed, ttl_s=ACCOUNT_TTL_S)

    async def media(self, media_id: str) -> tuple[Mapping[str, Any], bytes] | None:
        """A file's facts and content."""
        kept = await self._store.get(f"media:{media_id}")
        if kept is None:
            return None
        return kept["facts"], base64.b64decode(kept["content"])

    async def put_media(self, media_id: str, facts: Mapping[str, Any], content: bytes) -> None:
        """Keep a file for a day; of more than `MEDIA_KEPT` the oldest go."""
        kept = [*(await self._store.get("media") or []), media_id]
        for gone in kept[:-MEDIA_KEPT]:
            await self.forget_media(gone)
        await self._store.put("media", kept[-MEDIA_KEPT:], ttl_s=MEDIA_TTL_S)
        packed = binascii.b2a_base64(content, newline=False).decode()
        await self._store.put(
            f"media:{media_id}", {"facts": dict(facts), "content": packed}, ttl_s=MEDIA_TTL_S
        )

    async def forget_media(self, media_id: str) -> None:
        """Delete a file."""
        await self._store.put(f"media:{media_id}", None, ttl_s=MEDIA_TTL_S)

    async def _id(self, role: str, asked: str) -> str:
        known = await self.ids()
        if role not in known and asked.isdecimal():
            known[role] = asked
            await self._store.put("account", known, ttl_s=ACCOUNT_TTL_S)
        if known.get(role) != asked:
            raise unknown_object(asked)
        return asked
