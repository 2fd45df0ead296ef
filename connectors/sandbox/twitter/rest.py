"""Requests and answers in the manner of X's API v2."""

import dataclasses
import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from connectors.kit.context import HttpResponse, Part

Json = dict[str, Any]
PROBLEMS = "https://api.x.com/2/problems/"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request below `/2`: `path` is e.g. ("tweets", "1346889436626259968")."""

    method: str
    path: tuple[str, ...]
    params: Mapping[str, str]
    json: Any
    parts: Sequence[Part]
    token: str
    deadline_s: float

    @property
    def body(self) -> Json:
        """The JSON object; empty where there is none."""
        return self.json if isinstance(self.json, dict) else {}

    def part(self, name: str) -> bytes:
        """A part of a form, empty where it is missing."""
        content = next((p.content for p in self.parts if p.name == name), b"")
        return content.encode() if isinstance(content, str) else content


class Refused(Exception):
    """X's problem: status, the last part of its type, and its words."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        problem: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        **further: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.told = {
            "title": title,
            "detail": detail,
            "type": f"{PROBLEMS}{problem}" if problem else "about:blank",
            "status": status,
            **further,
        }
        self.headers = dict(headers or {})

    def response(self) -> HttpResponse:
        """The answer as it goes out."""
        return answer(self.told, status=self.status, headers=self.headers)


def answer(body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A JSON answer with the headers of a limit that is far."""
    limits = {
        "x-rate-limit-limit": "300",
        "x-rate-limit-remaining": "299",
        "x-rate-limit-reset": str(int(time.time()) + 900),
    }
    told = {"content-type": "application/json; charset=utf-8", **limits, **(headers or {})}
    return HttpResponse(status=status, headers=told, body=msgspec.json.encode(body))


def data(body: Any, *, status: int = 200) -> HttpResponse:
    """`{"data": …}`."""
    return answer({"data": body}, status=status)


def invalid(parameter: str, message: str) -> Refused:
    """400: a parameter is not as X wants it."""
    return Refused(
        400,
        "Invalid Request",
        "One or more parameters to your request was invalid.",
        "invalid-request",
        errors=[{"parameters": {parameter: []}, "message": message}],
    )


def not_found(resource_id: str, parameter: str, kind: str = "tweet") -> Json:
    """What an answer of 200 says of an object it leaves out."""
    return {
        "value": resource_id,
        "detail": f"Could not find {kind} with {parameter}: [{resource_id}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": resource_id,
        "type": f"{PROBLEMS}resource-not-found",
    }


def page_of(
    found: Sequence[Json], request: Request, *, least: int, default: int = 10
) -> tuple[list[Json], Json]:
    """The part of `found` a request asks for, and its `meta`. Raises Refused."""
    asked, token = request.params.get("max_results", str(default)), request.params.get("pagination_token", "")
    if not asked.isdecimal() or not least <= int(asked) <= 100:
        raise invalid("max_results", f"max_results must be between {least} and 100")
    begin = token.removeprefix("sandbox-page-from-").rstrip("x")
    if token and not (begin.isdecimal() and len(token) >= 16):
        raise invalid("pagination_token", "pagination_token is not a token of ours")
    start = int(begin or 0)
    shown = list(found[start : start + int(asked)])
    meta: Json = {"result_count": len(shown)}
    if shown and "id" in shown[0]:
        meta |= {"newest_id": shown[0]["id"], "oldest_id": shown[-1]["id"]}
    if start + int(asked) < len(found):
        meta["next_token"] = f"sandbox-page-from-{start + int(asked)}"
    return shown, meta
