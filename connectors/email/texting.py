"""A plain text as mail: its first line is the subject."""

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


TEXTING = Texting(send=_send, reaches=_reaches)
