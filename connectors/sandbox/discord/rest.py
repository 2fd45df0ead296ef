"""Requests and answers in the manner of Discord's API."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from connectors.kit.context import HttpResponse, Part

_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request to the API: `path` below the version, e.g. ("channels", "1096172334001844290")."""

    method: str
    path: tuple[str, ...]
    token: str
    params: Mapping[str, str]
    json: Any
    parts: Sequence[Part]
    deadline_s: float


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """What the API says when it refuses."""

    status: int
    code: int
    message: str
    retry_after_s: float | None = None

    def response(self) -> HttpResponse:
        """The answer as it goes out."""
        body: dict[str, Any] = {"message": self.message, "code": self.code}
        headers = {}
        if self.retry_after_s is not None:
            body |= {"retry_after": self.retry_after_s, "global": False}
            headers = {"retry-after": str(int(self.retry_after_s)), "x-ratelimit-scope": "user"}
        return answer(body, status=self.status, headers=headers)


class ApiError(Exception):
    """A request was refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


UNAUTHORIZED = Refusal(401, 0, "401: Unauthorized")
UNKNOWN_CHANNEL = Refusal(404, 10003, "Unknown Channel")
UNKNOWN_SERVER = Refusal(404, 10004, "Unknown Guild")
UNKNOWN_MEMBER = Refusal(404, 10007, "Unknown Member")
UNKNOWN_MESSAGE = Refusal(404, 10008, "Unknown Message")
UNKNOWN_USER = Refusal(404, 10013, "Unknown User")
UNKNOWN_EMOJI = Refusal(400, 10014, "Unknown Emoji")
NOT_FOUND = Refusal(404, 0, "404: Not Found")
OF_ANOTHER = Refusal(403, 50005, "Cannot edit a message authored by another user")
EMPTY = Refusal(400, 50006, "Cannot send an empty message")
WRONG_CHANNEL = Refusal(400, 50024, "Cannot execute action on this channel type")
TOO_LARGE = Refusal(413, 40005, "Request entity too large")
HAS_THREAD = Refusal(400, 160004, "A thread has already been created for this message")


def invalid(field: str) -> ApiError:
    """50035: a value of the form is not one the API takes."""
    return ApiError(Refusal(400, 50035, f"Invalid Form Body: {field}"))


def answer(body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A JSON answer with the headers of a limit that is far; None is 204 without a body."""
    told = {
        "content-type": "application/json",
        "x-ratelimit-limit": "5",
        "x-ratelimit-remaining": "4",
        "x-ratelimit-reset-after": "1.000",
        **(headers or {}),
    }
    if body is None:
        return HttpResponse(status=204, headers=told, body=b"")
    return HttpResponse(status=status, headers=told, body=msgspec.json.encode(body))


def snowflake(moment: datetime) -> int:
    """The smallest id of this time: milliseconds since 2015 above 22 low bits."""
    return (moment - _EPOCH) // timedelta(milliseconds=1) << 22
