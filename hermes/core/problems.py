"""Errors on the wire: application/problem+json (RFC 9457) with Hermes' code in it."""

import math
from http import HTTPStatus
from typing import Any

from hermes.core.errors import HermesError

CONTENT_TYPE = "application/problem+json"


def as_problem(error: HermesError) -> dict[str, Any]:
    """`{type, title, status, code, detail, retry_after?, ...details}`; retry_after in whole seconds."""
    body: dict[str, Any] = {
        "type": f"urn:hermes:error:{error.code}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "code": error.code,
        "detail": error.message,
    }
    body |= {k: v for k, v in error.details.items() if k not in body}
    if error.retry_after_s is not None:
        body["retry_after"] = retry_after(error)
    return body


def retry_after(error: HermesError) -> int:
    """Whole seconds for a Retry-After header; at least 1."""
    return max(1, math.ceil(error.retry_after_s or 1))


def problem_headers(error: HermesError) -> dict[str, str]:
    """The headers an error's answer carries besides its type."""
    headers = {"Cache-Control": "no-store"}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(retry_after(error))
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="hermes"'
    if error.status == HTTPStatus.REQUEST_TIMEOUT:
        headers["Connection"] = "close"
    return headers
