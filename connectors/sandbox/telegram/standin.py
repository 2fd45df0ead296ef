"""The stand-in itself: which request goes where."""

from typing import Any
from urllib.parse import unquote

from connectors.kit.context import HttpResponse
from connectors.sandbox.contract import Inbound
from connectors.sandbox.http import Asked, HttpStandin
from connectors.sandbox.store import SandboxStore
from connectors.sandbox.telegram import inbound, magic, methods
from connectors.sandbox.telegram.api import BotError, Request, answer, request
from connectors.sandbox.telegram.state import State
from connectors.sandbox.web import from_the_web


class Standin(HttpStandin):
    """`connectors.sandbox.Standin` of Telegram; the token is in the address."""

    def __init__(self, store: SandboxStore) -> None:
        super().__init__()
        self._state = State(store)

    async def answer(self, asked: Asked) -> HttpResponse:
        """As `HttpStandin.answer`."""
        path = [unquote(step) for step in asked.path.split("/") if step]
        try:
            match path:
                case ["file", bot, *steps] if bot.startswith("bot"):
                    magic.check_token(bot.removeprefix("bot"))
                    return await self._download("/".join(steps))
                case [bot, name] if bot.startswith("bot"):
                    bot_id = magic.check_token(bot.removeprefix("bot"))
                    return await self._run(asked.method, name, request(bot_id, asked))
        except BotError as refused:
            return refused.response()
        return from_the_web(asked.path)

    async def inbound(self, event: Inbound) -> dict[str, Any]:
        """As `connectors.sandbox.Standin.inbound`."""
        return await inbound.update(self._state, event)

    async def _run(self, verb: str, name: str, asked: Request) -> HttpResponse:
        if name in methods.READS:
            return answer(await methods.READS[name](self._state, asked))
        if name not in methods.CHANGES or verb != "POST":
            raise BotError(404, "Not Found")
        chat = str(asked.given.get("chat_id", ""))
        magic.refuse(chat)
        if name.startswith("send") and await self._state.is_blocked(chat):
            raise BotError(*magic.BLOCKED)
        result = await methods.CHANGES[name](self._state, asked)
        return await magic.lose(chat, asked.deadline_s) or answer(result)

    async def _download(self, path: str) -> HttpResponse:
        file_id = path.removeprefix("files/").rpartition(".")[0]
        known = await self._state.file(file_id)
        if known is None:
            raise BotError(404, "Not Found")
        headers = {"content-type": "application/octet-stream"}
        return HttpResponse(status=200, headers=headers, body=known[0])
