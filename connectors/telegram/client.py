"""Calls of the Bot API.

The token is part of every address, so no address is told to anybody: not in errors, logs or results.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from connectors.kit.calls import TOTAL_S, Deadline, call
from connectors.kit.context import HttpResponse, Part, ToolContext
from connectors.telegram.credentials import TelegramCredentials
from connectors.telegram.errors import explain
from hermes.core.errors import OutcomeUnknown, PlatformUnavailable

BASE = "TELEGRAM_API_BASE"


class Bot:
    """The Bot API as one call of one connection uses it; all its exchanges share one deadline.

    Every method raises what `connectors.kit.calls.call` and `errors.explain` raise.
    """

    def __init__(self, ctx: ToolContext) -> None:
        credentials = ctx.credentials()
        if not isinstance(credentials, TelegramCredentials):
            raise TypeError("these are not Telegram credentials")
        self.ctx = ctx
        self.deadline = Deadline()
        self._credentials = credentials
        self._base = ctx.config[BASE].rstrip("/")

    @property
    def own_id(self) -> str:
        """The bot's user id, which its token begins with."""
        return self._credentials.bot_token.reveal().partition(":")[0]

    async def ask(self, method: str, **params: str) -> Any:
        """The result of a method that changes nothing."""
        answer = (await self._call("GET", self._method(method), sends=False, params=params)).json()
        if not isinstance(answer, dict) or answer.get("ok") is not True:
            raise PlatformUnavailable("Telegram's answer cannot be read; try again in a minute.")
        return answer.get("result")

    async def do(self, method: str, body: Mapping[str, Any], file: Part | None = None) -> Any:
        """The result of a method that changes something; members of `body` that are None are left out.

        With a `file` the request is multipart.
        """
        told = {name: value for name, value in body.items() if value is not None}
        if file is None:
            response = await self._call("POST", self._method(method), sends=True, json=told)
        else:
            response = await self._call("POST", self._method(method), sends=True, parts=[*_parts(told), file])
        answer = response.json()
        if not isinstance(answer, dict) or answer.get("ok") is not True:
            raise OutcomeUnknown(
                "Telegram's answer cannot be read; look up what was done before you repeat it."
            )
        return answer.get("result")

    async def send(self, method: str, body: Mapping[str, Any], file: Part | None = None) -> Mapping[str, Any]:
        """The message that a sending method made; raises OutcomeUnknown where the answer names none."""
        message = await self.do(method, body, file)
        if not isinstance(message, dict) or type(message.get("message_id")) is not int:
            raise OutcomeUnknown(
                "Telegram took the message but named no id; look it up before you repeat it."
            )
        return message

    async def download(self, path: str, limit_bytes: int) -> bytes:
        """The bytes of a file at `file_path` of `getFile`; raises ResponseTooLarge beyond `limit_bytes`."""
        steps = path.split("/")
        if not all(steps) or not {".", ".."}.isdisjoint(steps):
            raise PlatformUnavailable("Telegram names no place for the file; try again in a minute.")
        url = f"{self._base}/file/bot{self._credentials.bot_token.reveal()}/{quote(path)}"
        response = await self._call("GET", url, sends=False, try_s=TOTAL_S, limit_bytes=limit_bytes)
        return response.body

    def _method(self, method: str) -> str:
        return f"{self._base}/bot{self._credentials.bot_token.reveal()}/{method}"

    async def _call(self, verb: str, url: str, *, sends: bool, **more: Any) -> HttpResponse:
        return await call(self.ctx, verb, url, sends=sends, explain=explain, deadline=self.deadline, **more)


def _parts(fields: Mapping[str, Any]) -> Sequence[Part]:
    """Multipart fields; what is no text is JSON, as the API wants it."""
    return [
        Part(name=name, content=value if isinstance(value, str) else msgspec.json.encode(value).decode())
        for name, value in fields.items()
    ]
