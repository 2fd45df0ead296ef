"""The account's message templates: the samples it starts with, and how a review ends."""

import time
from typing import Any

from connectors.sandbox.graph import number_from
from connectors.sandbox.whatsapp.state import State

REVIEW_S = 2.0
REJECTED_MARK = "reject"
PENDING_MARK = "pending"


def _text(kind: str, text: str, **example: Any) -> dict[str, Any]:
    part = {"type": kind, "text": text} | ({"format": "TEXT"} if kind == "HEADER" else {})
    return part | ({"example": example} if example else {})


def _sample(
    name: str,
    category: str,
    *components: dict[str, Any],
    language: str = "en_US",
    status: str = "APPROVED",
    parameter_format: str = "POSITIONAL",
    rejected_reason: str = "NONE",
) -> dict[str, Any]:
    return {
        "name": name,
        "language": language,
        "status": status,
        "category": category,
        "parameter_format": parameter_format,
        "components": list(components),
        "rejected_reason": rejected_reason,
        "id": number_from(f"template {name} {language}", 16),
    }


def samples() -> list[dict[str, Any]]:
    """The templates of a new account: five approved ones, one pending, one rejected, one paused."""
    return [
        _sample(
            "hello_world",
            "UTILITY",
            _text("HEADER", "Hello World"),
            _text("BODY", "Welcome and congratulations! This message shows that you can send templates."),
            _text("FOOTER", "Hermes Sandbox"),
        ),
        _sample(
            "order_update",
            "UTILITY",
            _text(
                "BODY",
                "Hi {{1}}, your order {{2}} is on its way.",
                body_text=[["Ana", "A-1001"]],
            ),
        ),
        _sample(
            "order_update",
            "UTILITY",
            _text(
                "BODY",
                "Hallo {{1}}, deine Bestellung {{2}} ist unterwegs.",
                body_text=[["Ana", "A-1001"]],
            ),
            language="de",
        ),
        _sample(
            "appointment_reminder",
            "UTILITY",
            _text(
                "BODY",
                "Hi {{first_name}}, we expect you on {{day}}.",
                body_text_named_params=[
                    {"param_name": "first_name", "example": "Ana"},
                    {"param_name": "day", "example": "Monday"},
                ],
            ),
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Confirm"},
                    {"type": "QUICK_REPLY", "text": "Another day"},
                ],
            },
            parameter_format="NAMED",
        ),
        _sample(
            "spring_offer",
            "MARKETING",
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["sandbox"]}},
            _text("BODY", "Our spring offer: {{1}} less on everything.", body_text=[["20 %"]]),
            {
                "type": "BUTTONS",
                "buttons": [
                    {
                        "type": "URL",
                        "text": "Shop",
                        "url": "https://example.com/{{1}}",
                        "example": ["https://example.com/spring"],
                    }
                ],
            },
        ),
        _sample("summer_offer", "MARKETING", _text("BODY", "Summer is near."), status="PENDING"),
        _sample(
            "loud_offer",
            "MARKETING",
            _text("BODY", "BUY NOW!!!"),
            status="REJECTED",
            rejected_reason="PROMOTIONAL",
        ),
        _sample("winter_offer", "MARKETING", _text("BODY", "Winter is near."), status="PAUSED"),
    ]


async def current(state: State) -> list[dict[str, Any]]:
    """The templates as they stand now, reviews that are over included."""
    kept = await state.templates()
    templates = samples() if kept is None else kept
    for template in templates:
        if template.get("reviewed_at", float("inf")) <= time.time():
            template["status"], template["rejected_reason"] = verdict(template["name"])
            del template["reviewed_at"]
    return templates


def verdict(name: str) -> tuple[str, str]:
    """How the review of a new template ends, and the reason of a rejection."""
    if REJECTED_MARK in name:
        return "REJECTED", "INVALID_FORMAT"
    return ("PENDING" if PENDING_MARK in name else "APPROVED"), "NONE"
