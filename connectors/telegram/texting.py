"""A plain text by a bot."""

import re

from connectors.kit.texting import Texting, ToolUse
from connectors.telegram.tools.common import CHAT


def _send(contact: str, text: str) -> ToolUse:
    return ToolUse(tool="telegram_send_message", arguments={"chat_id": contact, "text": text})


def _reaches(address: str) -> bool:
    """Groups and channels; a person's id looks like a phone number, and a bot cannot write first anyway."""
    return address[:1] in ("@", "-") and re.fullmatch(CHAT, address) is not None


TEXTING = Texting(send=_send, reaches=_reaches)
