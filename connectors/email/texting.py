"""A plain text as mail: an answer in its thread, or a new mail with its first line as the subject."""

from collections.abc import Mapping
from typing import Any

from connectors.email import addresses
from connectors.email.plain import made_plain
from connectors.kit.texting import Texting, ToolUse
from hermes.core.errors import InvalidArgument

SUBJECT_CHARS = 80


def _send(contact: str, text: str) -> ToolUse:
    subject = made_plain(text.strip().partition("\n")[0])[:SUBJECT_CHARS]
    return ToolUse(tool="email_send", arguments={"to": [contact], "subject": subject, "body": text})


def _reaches(address: str) -> bool:
    try:
        addresses.parse(address, "to")
    except InvalidArgument:
        return False
    return True


def _answer(message: Mapping[str, Any], text: str) -> ToolUse | None:
    mail_id = (message.get("data") or {}).get("id")
    return ToolUse(tool="email_reply", arguments={"id": mail_id, "body": text}) if mail_id else None


TEXTING = Texting(send=_send, reaches=_reaches, answer=_answer)
