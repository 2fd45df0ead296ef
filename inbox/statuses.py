"""Delivery statuses: they only move forward, whatever the order in which they come (R-25)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

ACCEPTED = "accepted"
_RANKS = {ACCEPTED: 0, "sent": 1, "delivered": 2, "read": 3, "played": 4, "failed": 5}


def rank(status: str) -> int:
    """How far a status is; `failed` is final, a status nobody knows moves nothing."""
    return _RANKS.get(status, 0)


def with_step(timeline: Sequence[Mapping[str, Any]], step: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The timeline with `step` (`{status, at, error?}`): each status once, at its earliest time, in order."""
    same = [s for s in (*timeline, step) if s["status"] == step["status"]]
    first = min(same, key=lambda s: (s["at"], "error" not in s, json.dumps(s, sort_keys=True)))
    others = [s for s in timeline if s["status"] != step["status"]]
    return sorted((*others, first), key=lambda s: (rank(s["status"]), s["at"], s["status"]))


def current(timeline: Sequence[Mapping[str, Any]]) -> str:
    """The status a timeline made by `with_step` stands at; empty where nothing is known."""
    known = [s for s in timeline if s["status"] in _RANKS]
    return str((known or timeline)[-1]["status"]) if timeline else ""
