"""Where an account that is one server of a bot ends: the bot may be in the servers of others too.

Whatever is outside is answered as if it were not there, before anything of it is asked.
"""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from connectors.discord.errors import MEANINGS
from hermes.core.errors import HermesError, NotAllowedByPlatform

UNKNOWN_CHANNEL, UNKNOWN_SERVER = 10003, 10004
LIMIT_KNOWN = 2_000
# What a bot may be asked of itself.
_OF_THE_BOT = (["users", "@me"], ["applications", "@me"])


class Boundary:
    """The inside of `server`. `server_of` asks Discord for the server of a channel.

    A channel never moves to another server, so what is known stays in the account's memory.
    """

    def __init__(
        self, server: str, memory: MutableMapping[str, Any], server_of: Callable[[str], Awaitable[str]]
    ) -> None:
        self.server = server
        self._known: dict[str, bool] = memory.setdefault("inside", {})
        self._server_of = server_of

    async def check(self, path: str) -> None:
        """Raise what Discord says of things that are not there, for a path that leads outside."""
        match path.split("/"):
            case ["channels", channel, *_]:
                if not await self._is_inside(channel):
                    raise unknown(UNKNOWN_CHANNEL)
            case ["guilds", server, *_]:
                if server != self.server:
                    raise unknown(UNKNOWN_SERVER)
            case ["users", "@me", "channels"]:
                raise NotAllowedByPlatform(
                    "This account is one server of a bot that others use too, so it sends no direct "
                    "messages; connect a bot of your own by its token for that."
                )
            case steps:
                _require_own(steps)

    async def _is_inside(self, channel: str) -> bool:
        if channel not in self._known:
            is_inside = await self._server_of(channel) == self.server
            if len(self._known) >= LIMIT_KNOWN:
                self._known.clear()
            self._known[channel] = is_inside
        return self._known[channel]


def unknown(code: int) -> HermesError:
    """Discord's answer for what it does not know."""
    kind, sentence = MEANINGS[code]
    return kind(sentence, details={"platform_code": code})


def _require_own(steps: Sequence[str]) -> None:
    if list(steps) not in _OF_THE_BOT:
        raise unknown(UNKNOWN_SERVER)
