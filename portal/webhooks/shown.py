"""A webhook and a delivery as pages show them."""

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Any

from inbox.forwarding.endpoints import BY_HAND
from inbox.forwarding.models import ForwardedEvent, WebhookEndpoint
from portal.webhooks.forms import STATE_WORDS

STATE_KINDS = {"pending": "warn", "delivered": "good", "failed": "bad"}
FAULTS = {
    "status": "It was not answered 2xx.",
    "no_answer": "Nothing was answered, or not within 15 seconds.",
    "unreachable": "The host is unknown, not public, refuses connections or has no valid certificate.",
    "internal": "A fault of Hermes; it is tried again.",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Webhook:
    """An endpoint, its state as a badge, and how many of a day's events are in which state."""

    row: WebhookEndpoint
    counts: Mapping[str, int] = dataclasses.field(default_factory=Counter)

    @property
    def is_paused(self) -> bool:
        """Whether somebody paused it; else it was given up."""
        return not self.row.enabled and self.row.disabled_reason == BY_HAND

    @property
    def is_failing(self) -> bool:
        """Whether it refuses, or has been given up."""
        return self.row.failing_since is not None if self.row.enabled else not self.is_paused

    @property
    def word(self) -> str:
        """The state in a word."""
        if self.row.enabled:
            return "Failing" if self.row.failing_since else "Enabled"
        return "Paused" if self.is_paused else "Disabled"

    @property
    def kind(self) -> str:
        """The badge's kind."""
        return {"Enabled": "good", "Failing": "warn", "Paused": "", "Disabled": "bad"}[self.word]


@dataclasses.dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way, its state as a badge, and the last answer in words."""

    row: ForwardedEvent

    @property
    def word(self) -> str:
        """The state in a word."""
        return STATE_WORDS[self.row.state]

    @property
    def kind(self) -> str:
        """The badge's kind."""
        return STATE_KINDS[self.row.state]

    @property
    def is_waiting(self) -> bool:
        """Whether another try is to come."""
        return self.row.state == ForwardedEvent.State.PENDING

    @property
    def attempts(self) -> list[dict[str, Any]]:
        """The tries, newest first, each with what `fault` means."""
        return [
            {**told, "fault": FAULTS.get(told.get("error", ""), "")} for told in reversed(self.row.attempts)
        ]

    @property
    def answer(self) -> str:
        """The last try in a word: a status, or that none came."""
        if not self.row.attempts:
            return ""
        status = self.row.attempts[-1].get("status")
        return str(status) if status is not None else "no answer"
