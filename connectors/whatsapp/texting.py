"""A plain text over WhatsApp, and inside a template where the 24-hour window is closed."""

from collections.abc import Mapping
from typing import Any

from connectors.kit.texting import Texting, ToolUse
from connectors.whatsapp import recipients
from connectors.whatsapp.choosing import TEMPLATES
from connectors.whatsapp.filling import BROKEN_LINE
from hermes.core.errors import InvalidArgument

LIMIT_VALUE_CHARS = 1024  # of a template's body as a whole


def _send(contact: str, text: str) -> ToolUse:
    return ToolUse(tool="whatsapp_send_text", arguments={"to": contact, "text": text})


def _reaches(address: str) -> bool:
    try:
        recipients.parse(address)
    except InvalidArgument:
        return False
    return True


def _by_template(contact: str, text: str, template: Mapping[str, Any]) -> ToolUse | None:
    """A template carries a text if its body has one gap and nothing else must be filled."""
    takes = template.get("takes") or {}
    fits = set(takes) == {"body"} and len(takes["body"]) == 1
    if not fits or len(text) > LIMIT_VALUE_CHARS or BROKEN_LINE.search(text):
        return None
    arguments = {"template": template["name"], "language": template["language"], "body_params": [text]}
    return ToolUse(tool="whatsapp_send_template", arguments={"to": contact, **arguments})


TEXTING = Texting(send=_send, reaches=_reaches, by_template=_by_template, templates=TEMPLATES)
