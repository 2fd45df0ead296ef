"""What is published of the connector: its tools, their size and what the audit trail never keeps."""

import msgspec
import pytest

from connectors.kit import schema
from connectors.telegram.connector import CONNECTOR

LIMIT_CORE_BYTES = 12_000
CORE = {
    "telegram_send_message",
    "telegram_send_media",
    "telegram_list_chats",
    "telegram_get_messages",
    "telegram_wait_for_message",
}
OTHERS = {
    "telegram_send_poll",
    "telegram_send_location",
    "telegram_edit_message",
    "telegram_delete_message",
    "telegram_forward_message",
    "telegram_pin_message",
    "telegram_react",
    "telegram_answer_callback",
    "telegram_get_chat",
    "telegram_get_file",
}


def test_the_tools_are_those_of_the_catalogue() -> None:
    assert {tool.name for tool in CONNECTOR.tools if tool.core} == CORE
    assert {tool.name for tool in CONNECTOR.tools if not tool.core} == OTHERS


def test_the_core_tools_stay_short_enough_for_an_agent() -> None:
    told = [
        {
            "name": tool.name,
            "title": tool.title,
            "description": tool.description,
            "inputSchema": schema.input_schema(tool),
            "outputSchema": schema.output_schema(tool),
        }
        for tool in CONNECTOR.tools
        if tool.core
    ]
    assert len(msgspec.json.encode(told)) <= LIMIT_CORE_BYTES


def test_peoples_words_are_kept_out_of_the_audit_trail() -> None:
    """AD03."""
    private = {"text", "caption", "file", "filename", "buttons", "question", "options", "title", "address"}
    private |= {"latitude", "longitude"}
    for tool in CONNECTOR.tools:
        assert private & set(schema.input_schema(tool)["properties"]) <= tool.redact, tool.name


def test_the_address_of_the_api_is_the_operators() -> None:
    (setting,) = CONNECTOR.settings
    assert (setting.name, setting.default, setting.is_base) == (
        "TELEGRAM_API_BASE",
        "https://api.telegram.org",
        True,
    )


def test_texts_of_all_channels_go_by_its_own_tool() -> None:
    assert CONNECTOR.texting is not None
    use = CONNECTOR.texting.send("-1001000000001", "Hi")
    tool = next(tool for tool in CONNECTOR.tools if tool.name == use.tool)
    assert schema.parse_arguments(tool, use.arguments).chat_id == "-1001000000001"


@pytest.mark.parametrize(
    ("address", "is_reached"),
    [
        ("@hermes_news", True),
        ("-1001", True),
        ("14155550123", False),
        ("Ada", False),
        ("@a b", False),
        ("", False),
    ],
)
def test_groups_and_channels_are_addresses_and_numbers_are_left_to_others(
    address: str, is_reached: bool
) -> None:
    assert CONNECTOR.texting is not None
    assert CONNECTOR.texting.reaches(address) is is_reached
