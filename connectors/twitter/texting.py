"""A plain text over X: a direct message, to a person the inbox knows or to an @name."""

import re

from connectors.kit.texting import Texting, ToolUse

_NAME = re.compile(r"@[A-Za-z0-9_]{1,15}")


def _send(contact: str, text: str) -> ToolUse:
    return ToolUse(tool="twitter_send_dm", arguments={"to": contact, "text": text})


def _reaches(address: str) -> bool:
    return _NAME.fullmatch(address) is not None


TEXTING = Texting(send=_send, reaches=_reaches)
