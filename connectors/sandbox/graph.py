"""Requests and answers in the manner of Meta's Graph API."""

import dataclasses
import hashlib
import os
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import msgspec

from connectors.kit.context import HttpResponse, Part
from connectors.sandbox.http import Asked

VERSION = "v26.0"
SERVED_VERSIONS = range(21, 27)
_DOCS = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request to the API: `path` without the version, e.g. ("106540352242922", "messages")."""

    method: str
    path: tuple[str, ...]
    token: str
    params: Mapping[str, str]
    json: Any
    parts: Sequence[Part]
    deadline_s: float


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """What the API says when it refuses, at once or in a delivery status."""

    code: int
    title: str
    details: str = ""
    status: int = 400
    subcode: int | None = None
    kind: str = "OAuthException"
    retry_after_s: int | None = None
    is_numbered: bool = True

    def response(self) -> HttpResponse:
        """The answer as it goes out."""
        message = f"(#{self.code}) {self.title}" if self.is_numbered else self.title
        error: dict[str, Any] = {"message": message, "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        error["fbtrace_id"] = trace_id()
        headers = {} if self.retry_after_s is None else {"retry-after": str(self.retry_after_s)}
        return answer({"error": error}, status=self.status, headers=headers)

    @property
    def as_status(self) -> dict[str, Any]:
        """The same refusal as a delivery status tells it."""
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details},
            "href": _DOCS,
        }


class GraphError(Exception):
    """A request was refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.title)
        self.refusal = refusal


def answer(body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A JSON answer with the headers Meta sends."""
    told = {
        "content-type": "application/json; charset=UTF-8",
        "facebook-api-version": VERSION,
        "x-fb-trace-id": trace_id(),
        **(headers or {}),
    }
    return HttpResponse(status=status, headers=told, body=msgspec.json.encode(body))


def trace_id() -> str:
    """An `fbtrace_id`."""
    return "A" + os.urandom(11).hex()


def unknown_object(name: str) -> GraphError:
    """What Graph says of an id that does not exist, is another's, or does not support the request."""
    title = (
        f"Unsupported request. Object with ID '{name}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation."
    )
    return GraphError(Refusal(100, title, subcode=33, kind="GraphMethodException", is_numbered=False))


def invalid(title: str) -> GraphError:
    """100: the request is not one the API understands."""
    return GraphError(Refusal(100, title))


def number_from(seed: str, digits: int) -> str:
    """A made-up id of so many digits that is always the same for `seed`."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:16])
    return str(10 ** (digits - 1) + number % (9 * 10 ** (digits - 1)))


def request_of(asked: Asked) -> tuple[str, Request] | None:
    """The version and the rest of a request to the API; None for what goes elsewhere."""
    version, *path = [unquote(part) for part in asked.path.split("/") if part] or [""]
    if version[:1] != "v" or not version[1:2].isdecimal():
        return None
    return version, Request(
        method=asked.method,
        path=tuple(path),
        token=asked.token,
        params=asked.params,
        json=asked.json if asked.json is not None else asked.form,
        parts=tuple(asked.parts),
        deadline_s=asked.deadline_s,
    )


def check_version(version: str) -> None:
    """Raise GraphError for a version Meta no longer serves, and for one there is not."""
    number = int(version[1:].partition(".")[0] or 0) if version[1:].partition(".")[0].isdecimal() else 0
    if number < SERVED_VERSIONS.start:
        title = "You are calling a deprecated version of the API. Please update to the latest version: v26.0."
        raise GraphError(Refusal(2635, title))
    if number not in SERVED_VERSIONS:
        raise GraphError(Refusal(2500, f"Unknown path components: /{version}"))
