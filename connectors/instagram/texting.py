"""A plain text over Instagram: to people who have written before, whom the inbox knows."""

from connectors.kit.texting import Texting, ToolUse


def _send(contact: str, text: str) -> ToolUse:
    return ToolUse(tool="instagram_send_dm", arguments={"to": contact, "text": text})


def _reaches(address: str) -> bool:  # noqa: ARG001  (as every platform's)
    """Nobody can be written to first, and the ids are known to this account alone."""
    return False


TEXTING = Texting(send=_send, reaches=_reaches)
