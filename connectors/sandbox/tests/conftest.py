"""A new account at WhatsApp's stand-in, and short ways to ask it."""

import asyncio
import dataclasses
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

from connectors.kit.context import HttpResponse
from connectors.kit.secret import Secret
from connectors.sandbox import Emission, MemoryStore, Standin, credentials, standin

T = TypeVar("T")
BASE = "https://graph.facebook.com/v26.0"
TO = "14155550123"


@dataclasses.dataclass
class Account:
    """An account and whoever holds its token."""

    standin: Standin
    phone_id: str
    waba_id: str
    token: str

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(work)

    def ask(self, method: str, path: str, **asked: Any) -> HttpResponse:
        """One request; `path` may be a whole address."""
        url = path if path.startswith("https:") else f"{BASE}/{path}"
        return self.run(
            self.standin.request(method, url, bearer=Secret(asked.pop("token", self.token)), **asked)
        )

    def send(self, kind: str, content: Any, *, to: str = TO, **more: Any) -> HttpResponse:
        """A message of a type."""
        body = {"messaging_product": "whatsapp", "to": to, "type": kind, kind: content}
        return self.ask("POST", f"{self.phone_id}/messages", json=body | more, deadline_s=0.05)

    def told(self) -> list[Emission]:
        """What the last requests made it post."""
        events, self.standin.events = self.standin.events, []
        return events


def error_of(response: HttpResponse) -> dict[str, Any]:
    """The error of an answer."""
    error: dict[str, Any] = response.json()["error"]
    return error


def statuses_of(events: list[Emission]) -> list[str]:
    """The statuses told, in the order of their time."""
    return [
        e.payload["entry"][0]["changes"][0]["value"]["statuses"][0]["status"]
        for e in sorted(events, key=lambda e: e.after_s)
    ]


@pytest.fixture
def account() -> Account:
    made = standin("whatsapp", MemoryStore())
    assert made is not None
    given = credentials("whatsapp")
    found = Account(made, given["phone_number_id"], given["waba_id"], given["access_token"])
    assert found.ask("GET", found.phone_id).status == 200
    assert found.ask("GET", f"{found.waba_id}/phone_numbers").status == 200
    return found
