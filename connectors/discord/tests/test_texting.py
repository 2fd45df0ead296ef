"""A plain text by hermes_send: to a channel by its id, to a person by a mention."""

import pytest

from connectors.discord.texting import TEXTING
from connectors.kit.texting import ToolUse

CHANNEL = "1096172334001844290"


def test_a_channel_is_written_to_and_a_person_privately() -> None:
    assert TEXTING.send(CHANNEL, "hi") == ToolUse(
        tool="discord_send_message", arguments={"channel_id": CHANNEL, "content": "hi"}
    )
    for mention in (f"<@{CHANNEL}>", f"<@!{CHANNEL}>"):
        assert TEXTING.send(mention, "hi") == ToolUse(
            tool="discord_send_dm", arguments={"user_id": CHANNEL, "content": "hi"}
        )


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        (CHANNEL, True),
        (f"<@{CHANNEL}>", True),
        ("14155550123", False),
        ("+14155550123", False),
        ("@ana", False),
        ("ana@example.com", False),
        (f"{CHANNEL}\n", False),
    ],
)
def test_only_ids_of_discord_are_its_addresses(address: str, is_ours: bool) -> None:
    assert TEXTING.reaches(address) is is_ours
