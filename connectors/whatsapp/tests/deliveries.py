"""Webhook deliveries in Meta's form."""

import json
from datetime import UTC, datetime
from typing import Any

from connectors.kit.webhook import InboundMessage
from connectors.whatsapp.webhook import parse

NUMBER, ACCOUNT = "106540352242922", "102290129340398"
PERSON = {"profile": {"name": "Ada"}, "wa_id": "14155550123", "user_id": "US.1349"}
WHO = {"from": "14155550123", "id": "wamid.A", "timestamp": "1749416383"}
AT = datetime(2025, 6, 8, 20, 59, 43, tzinfo=UTC)


def delivery(*changes: Any, account: str = ACCOUNT, **more: Any) -> bytes:
    """A delivery with one entry."""
    entry = {"id": account, "changes": list(changes), **more}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def change(field: str = "messages", number: str | None = NUMBER, **value: Any) -> dict[str, Any]:
    """A change; with a number it has metadata and one contact."""
    if number:
        metadata = {"display_phone_number": "15550783881", "phone_number_id": number}
        value = {"messaging_product": "whatsapp", "metadata": metadata, "contacts": [PERSON], **value}
    return {"field": field, "value": value}


def message(kind: str, **content: Any) -> InboundMessage:
    """The one message of a delivery that has one."""
    (event,) = parse(delivery(change(messages=[{**WHO, "type": kind, **content}])))
    assert isinstance(event, InboundMessage)
    return event
