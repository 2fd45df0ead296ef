"""Requests and answers in the manner of LinkedIn's REST API."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from connectors.kit.context import HttpResponse
from connectors.sandbox.http import Asked


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request below `/rest`: `path` is decoded, e.g. ("posts", "urn:li:share:1")."""

    asked: Asked
    path: tuple[str, ...]

    @property
    def params(self) -> Mapping[str, str]:
        """The query."""
        return self.asked.params

    @property
    def json(self) -> Any:
        """The body."""
        return self.asked.json


class Refused(Exception):
    """LinkedIn's error: status, words and, where it has one, the number of its service."""

    def __init__(
        self,
        status: int,
        message: str,
        service_code: int | None = None,
        *,
        code: str = "",
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.service_code = service_code
        self.code = code
        self.retry_after_s = retry_after_s

    def response(self) -> HttpResponse:
        """The answer as it goes out."""
        told: dict[str, Any] = {"status": self.status, "message": self.message}
        if self.service_code is not None:
            told["serviceErrorCode"] = self.service_code
        if self.code:
            told["code"] = self.code
        headers = {} if self.retry_after_s is None else {"retry-after": str(self.retry_after_s)}
        return answer(told, status=self.status, headers=headers)


def answer(body: Any = None, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A JSON answer, empty where `body` is None."""
    return HttpResponse(
        status=status,
        headers={"content-type": "application/json", **(headers or {})},
        body=b"" if body is None else msgspec.json.encode(body),
    )


def created(made: str) -> HttpResponse:
    """201: the id is in a header, the body is empty."""
    return answer(status=201, headers={"x-restli-id": made})


def page_of(items: Sequence[Any], request: Request) -> HttpResponse:
    """The part of `items` that `start` and `count` ask for."""
    start, count = _number(request, "start", 0), _number(request, "count", 10)
    paging = {"start": start, "count": count, "total": len(items), "links": []}
    return answer({"elements": list(items[start : start + count]), "paging": paging})


def missing(name: str) -> Refused:
    """422: a member is missing."""
    return Refused(422, f"ERROR :: /{name} :: field is required but not found and has no default value")


def gone(name: str) -> Refused:
    """404."""
    return Refused(404, f"Could not find entity {name}")


def _number(request: Request, name: str, default: int) -> int:
    told = request.params.get(name, "")
    return int(told) if told.isdecimal() and len(told) < 7 else default
