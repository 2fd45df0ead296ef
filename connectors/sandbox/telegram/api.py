"""Requests and answers in the manner of the Bot API."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import msgspec

from connectors.kit.context import HttpResponse, Part
from connectors.sandbox.http import Asked


class BotError(Exception):
    """A request was refused."""

    def __init__(self, status: int, description: str, *, parameters: Mapping[str, int] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
        if parameters:
            self.body["parameters"] = dict(parameters)

    def response(self) -> HttpResponse:
        """The answer as it goes out."""
        retry = self.body.get("parameters", {}).get("retry_after")
        headers = {} if retry is None else {"retry-after": str(retry)}
        return HttpResponse(
            status=self.status,
            headers={"content-type": "application/json", **headers},
            body=msgspec.json.encode(self.body),
        )


def bad(description: str) -> BotError:
    """400."""
    return BotError(400, f"Bad Request: {description}")


def answer(result: Any) -> HttpResponse:
    """A result."""
    body = msgspec.json.encode({"ok": True, "result": result})
    return HttpResponse(status=200, headers={"content-type": "application/json"}, body=body)


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """The arguments of one method, from query, JSON, form or multipart alike."""

    bot_id: int
    given: Mapping[str, Any]
    files: Mapping[str, Part]
    deadline_s: float

    def text(self, name: str) -> str:
        """A text, empty where there is none."""
        value = self.given.get(name)
        return value if isinstance(value, str) else "" if value is None else str(value)

    def number(self, name: str) -> int | None:
        """A whole number."""
        value = self.given.get(name)
        try:
            return None if value is None or isinstance(value, bool) else int(value)
        except (TypeError, ValueError):
            raise bad(f'field "{name}" must be a valid Number') from None

    def flag(self, name: str) -> bool:
        """A truth value."""
        return self.given.get(name) in (True, "true", "True", "1")

    def thing(self, name: str) -> Any:
        """A value that multipart and query carry as JSON."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            raise bad(f"can't parse {name} JSON object") from None


def request(bot_id: int, asked: Asked) -> Request:
    """One request, wherever its arguments are."""
    given: dict[str, Any] = {
        **asked.params,
        **(asked.form or {}),
        **(asked.json if isinstance(asked.json, dict) else {}),
    }
    files = {part.name: part for part in asked.parts if part.filename is not None}
    for part in asked.parts:
        if part.filename is None:
            content = part.content
            given[part.name] = content if isinstance(content, str) else content.decode()
    return Request(bot_id, given, files, asked.deadline_s)


def units(text: str) -> int:
    """UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2
