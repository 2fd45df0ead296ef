"""What is published of the connector: its tools, their size and what the audit trail never keeps."""

import msgspec

from connectors.kit import schema
from connectors.kit.tool import Tool
from connectors.whatsapp.connector import CONNECTOR

LIMIT_CORE_BYTES = 12_000
TOOLS = {
    "whatsapp_send_text",
    "whatsapp_send_template",
    "whatsapp_send_media",
    "whatsapp_send_interactive",
    "whatsapp_send_card",
    "whatsapp_react",
    "whatsapp_mark_read",
    "whatsapp_list_conversations",
    "whatsapp_get_conversation",
    "whatsapp_search_messages",
    "whatsapp_get_message_status",
    "whatsapp_get_media",
    "whatsapp_list_templates",
    "whatsapp_create_template",
    "whatsapp_delete_template",
}
CORE = {
    "whatsapp_send_text",
    "whatsapp_send_template",
    "whatsapp_send_media",
    "whatsapp_list_conversations",
    "whatsapp_get_conversation",
    "whatsapp_get_message_status",
    "whatsapp_list_templates",
}


def published_bytes(tool: Tool) -> int:
    """What a tool adds to a list of tools."""
    described = {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": schema.input_schema(tool),
        "outputSchema": schema.output_schema(tool),
    }
    return len(msgspec.json.encode(described))


def test_the_tools_are_those_of_the_catalogue() -> None:
    assert {tool.name for tool in CONNECTOR.tools} == TOOLS
    assert {tool.name for tool in CONNECTOR.tools if tool.core} == CORE


def test_the_core_tools_stay_short_enough_for_an_agent() -> None:
    assert sum(published_bytes(tool) for tool in CONNECTOR.tools if tool.core) <= LIMIT_CORE_BYTES


def test_numbers_and_words_of_people_are_kept_out_of_the_audit_trail() -> None:
    """AD03."""
    private = {"to", "contact", "text", "caption", "body", "footer", "header", "options", "data", "query"}
    private |= {"header_params", "body_params", "button_params", "file", "header_media"}
    for tool in CONNECTOR.tools:
        taken = set(schema.input_schema(tool)["properties"])
        unasked = {"query"} if tool.name == "whatsapp_list_templates" else set()
        assert private & taken - unasked <= tool.redact, tool.name


def test_the_graph_version_and_address_are_the_operators() -> None:
    settings = {s.name: (s.default, s.is_base) for s in CONNECTOR.settings}
    assert settings == {
        "WHATSAPP_API_BASE": ("https://graph.facebook.com", True),
        "WHATSAPP_OAUTH_BASE": ("https://www.facebook.com", True),
        "META_GRAPH_VERSION": ("v26.0", False),
    }


def test_the_window_is_told_to_who_keeps_the_conversations() -> None:
    assert CONNECTOR.limits["service_window_h"] == 24
