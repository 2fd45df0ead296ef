"""Discord's API v10 as one call of one bot uses it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.discord.boundary import Boundary
from connectors.discord.credentials import DiscordCredentials
from connectors.discord.errors import INDEX_NOT_READY, explain
from connectors.discord.pacing import PacedHttp, pace_of, route_of
from connectors.discord.snowflakes import is_id
from connectors.kit.calls import Deadline, call
from connectors.kit.context import HttpResponse, Part, ToolContext
from hermes.core.errors import HermesError, OutcomeUnknown, PlatformUnavailable

BASE = "DISCORD_API_BASE"
VERSION = "v10"
USER_AGENT = "DISCORD_USER_AGENT"
SERVERS = "users/@me/guilds"
_SAFE_STEP = re.compile(r"[A-Za-z0-9@%:._~-]+")

Json = Mapping[str, Any]


class Discord:
    """All exchanges of one call: one token, one deadline, the token's own rate limits, one server if so.

    Every method raises what `connectors.kit.calls.call`, `errors.explain` and `Pace.before` raise.
    """

    def __init__(self, ctx: ToolContext) -> None:
        credentials = ctx.credentials()
        if not isinstance(credentials, DiscordCredentials):
            raise TypeError("these are not Discord credentials")
        self.ctx = ctx
        self.deadline = Deadline()
        self._token = credentials.bot_token
        self._root = f"{ctx.config[BASE].rstrip('/')}/api/{VERSION}"
        self._boundary = (
            Boundary(credentials.server, ctx.memory, self._server_of) if credentials.server else None
        )

    async def one(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """An object. Raises PlatformUnavailable where the answer is none."""
        answer = (await self._call("GET", path, sends=False, params=params)).json()
        if not isinstance(answer, dict):
            raise _unreadable()
        return answer

    async def many(self, path: str, params: Mapping[str, str] | None = None) -> list[Json]:
        """A list of objects. Raises PlatformUnavailable where the answer is none."""
        if self._boundary is not None and path == SERVERS:
            return [] if params and "after" in params else [await self.one(f"guilds/{self._boundary.server}")]
        answer = (await self._call("GET", path, sends=False, params=params)).json()
        if not isinstance(answer, list):
            raise _unreadable()
        return [item for item in answer if isinstance(item, dict)]

    async def made(self, method: str, path: str, body: Json, *, parts: Sequence[Part] | None = None) -> Json:
        """What a change made; it has an `id`. `parts` go with the body in a multipart form.

        Raises OutcomeUnknown where the answer names nothing.
        """
        sent: dict[str, Any] = {"json": body} if not parts else {"parts": parts}
        answer = (await self._call(method, path, sends=True, **sent)).json()
        if not isinstance(answer, dict) or not is_id(answer.get("id")):
            raise OutcomeUnknown(
                "Discord's answer cannot be read; look up what was done before you repeat it."
            )
        return answer

    async def change(self, method: str, path: str) -> None:
        """A change that answers nothing."""
        await self._call(method, path, sends=True)

    async def leave(self) -> None:
        """Take the bot out of the account's own server."""
        if self._boundary is not None:
            await self._asked("DELETE", f"{SERVERS}/{self._boundary.server}", sends=True)

    async def _call(self, method: str, path: str, *, sends: bool, **more: Any) -> HttpResponse:
        if self._boundary is not None:
            await self._boundary.check(path)
        return await self._asked(method, path, sends=sends, **more)

    async def _server_of(self, channel: str) -> str:
        answer = (await self._asked("GET", f"channels/{channel}", sends=False)).json()
        return str(answer.get("guild_id") or "") if isinstance(answer, dict) else ""

    async def _asked(self, method: str, path: str, *, sends: bool, **more: Any) -> HttpResponse:
        if not all(_SAFE_STEP.fullmatch(step) for step in path.split("/")):
            raise ValueError("a step of the path is not encoded")
        response = await call(
            self.ctx,
            method,
            f"{self._root}/{path}",
            sends=sends,
            explain=explain,
            deadline=self.deadline,
            via=PacedHttp(self.ctx.http, pace_of(self.ctx.memory), *route_of(method, path)),
            headers={
                "Authorization": f"Bot {self._token.reveal()}",
                "User-Agent": self.ctx.config[USER_AGENT],
            },
            **more,
        )
        if response.status == 202 and not sends:
            raise _not_ready(response)
        return response


def items(answer: Json, member: str) -> list[Json]:
    """The objects in a list of an answer, whatever else is in it."""
    value = answer.get(member)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def member(answer: Json, name: str) -> Json:
    """An object in an answer, empty where there is none."""
    value = answer.get(name)
    return value if isinstance(value, dict) else {}


def _not_ready(response: HttpResponse) -> HermesError:
    """202 stands for an index that is being built; other codes do not come with it."""
    error = explain(response)
    if error.details.get("platform_code") == INDEX_NOT_READY:
        return error
    return _unreadable()


def _unreadable() -> PlatformUnavailable:
    return PlatformUnavailable("Discord's answer cannot be read; try again in a minute.")
