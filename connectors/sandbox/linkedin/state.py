"""What the stand-in remembers of one member."""

import hashlib
import itertools
from typing import Any

from connectors.sandbox.store import SandboxStore

TTL_S = 90 * 86_400
KEPT = 200
PAGE = "urn:li:organization:2414183"
PAGES = {PAGE: "Sandbox Bakery", "urn:li:organization:2414184": "Sandbox Cafe"}
SAMPLE_POST = "urn:li:share:7123456789012345678"
OLDER_POST = "urn:li:share:7123456789012345601"
MEMBERS_POST = "urn:li:share:7123456789012345602"
SAMPLE_MS = 1_793_000_000_000


class State:
    """Typed access to the store: posts, comments and reactions, newest first."""

    def __init__(self, store: SandboxStore, token: str) -> None:
        self._store = store
        self.subject = hashlib.sha256(token.encode()).hexdigest()[:10]
        self.member = f"urn:li:person:{self.subject}"

    async def number(self) -> str:
        """A number for the next thing that is made."""
        last = int(await self._store.get("number") or 7_123_456_789_012_000_000)
        await self._store.put("number", last + 1, ttl_s=TTL_S)
        return str(last + 1)

    async def posts(self) -> list[dict[str, Any]]:
        """All posts."""
        kept = await self._store.get("posts")
        return self._samples() if kept is None else list(kept)

    async def put_posts(self, posts: list[dict[str, Any]]) -> None:
        """Keep the posts; the oldest give way."""
        await self._store.put("posts", posts[:KEPT], ttl_s=TTL_S)

    async def comments(self, post: str) -> list[dict[str, Any]]:
        """The comments under a post."""
        return list((await self._answers()).get(post) or [])

    async def put_comments(self, post: str, comments: list[dict[str, Any]]) -> None:
        """Keep the comments under a post."""
        answers = {**await self._answers(), post: comments[:KEPT]}
        kept = dict(itertools.islice(reversed(answers.items()), KEPT))
        await self._store.put("comments", dict(reversed(kept.items())), ttl_s=TTL_S)

    async def reactions(self) -> dict[str, dict[str, str]]:
        """By post, the kind of reaction of each actor."""
        return dict(await self._store.get("reactions") or {})

    async def put_reactions(self, reactions: dict[str, dict[str, str]]) -> None:
        """Keep the reactions."""
        await self._store.put("reactions", reactions, ttl_s=TTL_S)

    async def files(self) -> dict[str, int]:
        """The uploads by URN, and how many bytes of each have come."""
        return dict(await self._store.get("files") or {})

    async def put_file(self, urn: str, size: int) -> None:
        """Keep that so many bytes of a file have come."""
        files = {**await self.files(), urn: size}
        await self._store.put("files", dict(list(files.items())[-KEPT:]), ttl_s=TTL_S)

    async def _answers(self) -> dict[str, list[dict[str, Any]]]:
        kept = await self._store.get("comments")
        return {SAMPLE_POST: sample_comments()} if kept is None else dict(kept)

    def _samples(self) -> list[dict[str, Any]]:
        told = ((SAMPLE_POST, PAGE, "We open on Monday."), (OLDER_POST, PAGE, "A bakery is coming."))
        mine = (MEMBERS_POST, self.member, "I am glad to be part of Sandbox Bakery.")
        return [
            {
                "id": urn,
                "author": author,
                "commentary": text,
                "visibility": "PUBLIC",
                "lifecycleState": "PUBLISHED",
                "createdAt": SAMPLE_MS,
                "publishedAt": SAMPLE_MS,
            }
            for urn, author, text in (*told, mine)
        ]


def sample_comments() -> list[dict[str, Any]]:
    """What two people wrote under the sample post."""
    return [
        {
            "id": number,
            "commentUrn": f"urn:li:comment:({SAMPLE_POST},{number})",
            "actor": f"urn:li:person:{who}",
            "object": SAMPLE_POST,
            "message": {"text": text, "attributes": []},
            "created": {"actor": f"urn:li:person:{who}", "time": SAMPLE_MS},
        }
        for number, who, text in (
            ("7123456789012345702", "bob", "At last!"),
            ("7123456789012345701", "ann", "When?"),
        )
    ]
