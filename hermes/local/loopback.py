"""Asking the Hermes of this machine over its own REST interface."""

import contextlib
import dataclasses
import http.client
import json
from collections.abc import Mapping
from typing import Any


class NoAnswer(RuntimeError):
    """Nothing that speaks HTTP answers at this port."""


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """`body` is the answer's JSON, or None where it is none."""

    status: int
    body: Any


def ask(
    port: int, method: str, path: str, *, key: str | None = None, body: Mapping[str, Any] | None = None
) -> Reply:
    """One request to 127.0.0.1. Raises NoAnswer."""
    headers = {"Host": f"localhost:{port}", "Accept": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    if body is not None:
        headers["Content-Type"] = "application/json"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer(f"Nothing answers at port {port}.") from error
    try:
        return Reply(answer.status, json.loads(text))
    except ValueError:
        return Reply(answer.status, None)
