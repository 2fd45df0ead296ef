"""The two windows of direct messages: 24 hours for everything, 7 days for what a person wrote."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.instagram.errors import WINDOW_SENTENCE
from connectors.instagram.limits import HUMAN_AGENT_H, SERVICE_WINDOW_H
from connectors.kit.context import ToolContext
from hermes.core import clock
from hermes.core.errors import WindowClosed

TAG = "HUMAN_AGENT"


async def tag_for(ctx: ToolContext, contact: str, *, human_agent: bool) -> str | None:
    """The tag a message to this contact needs now, None for none.

    Raises WindowClosed where Instagram would refuse. Where nothing is known of the contact it decides.
    """
    window = await ctx.inbox.window(contact)
    if window.get("open") is not False:
        return TAG if human_agent and not window.get("open") else None
    until = human_agent_until(window)
    if until is None or not human_agent:
        raise WindowClosed(WINDOW_SENTENCE, details=_times(window, until))
    if ctx.now() >= until:
        raise WindowClosed(
            "More than 7 days passed since this person last wrote, so not even a person may answer; wait "
            "until they write.",
            details=_times(window, until),
        )
    return TAG


def human_agent_until(window: Mapping[str, Any]) -> datetime | None:
    """Until when an answer written by a person may go out; None where nothing is known."""
    closes_at = window.get("closes_at")
    if not isinstance(closes_at, str):
        return None
    return clock.parse(closes_at) + timedelta(hours=HUMAN_AGENT_H - SERVICE_WINDOW_H)


def _times(window: Mapping[str, Any], until: datetime | None) -> dict[str, Any]:
    told = {
        "closed_at": window.get("closes_at"),
        "human_agent_until": clock.iso(until) if until is not None else None,
    }
    return {name: time for name, time in told.items() if time}
