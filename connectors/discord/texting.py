"""A plain text over Discord: into a channel by its id, or to a person written as a mention."""

import re

from connectors.kit.texting import Texting, ToolUse

# Ids have had 17 digits and more since 2015; telephone numbers have at most 15.
_CHANNEL = re.compile(r"[0-9]{17,20}")
_PERSON = re.compile(r"<@!?([0-9]{17,20})>")


def _send(contact: str, text: str) -> ToolUse:
    person = _PERSON.fullmatch(contact)
    if person:
        return ToolUse(tool="discord_send_dm", arguments={"user_id": person[1], "content": text})
    return ToolUse(tool="discord_send_message", arguments={"channel_id": contact, "content": text})


def _reaches(address: str) -> bool:
    return bool(_CHANNEL.fullmatch(address) or _PERSON.fullmatch(address))


TEXTING = Texting(send=_send, reaches=_reaches)
