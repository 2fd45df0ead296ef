"""Fixture tools that answer by themselves: content, errors, progress, log lines, schemas, list changes."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.kit.context import ToolContext
from mcp_gateway.mcp.links import Link
from mcp_gateway.testing.declaring import Work, fixture
from mcp_gateway.testing.samples import Content, audio, embedded, image, link, text

STEP_S = 0.05
SCHEMA_2020_12: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}
REGION: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "region": {"type": "string", "description": "Mirrored in Mcp-Param-Region.", "x-mcp-header": "Region"}
    },
    "additionalProperties": False,
}


def _answers(*content: Content) -> Work:
    async def work(_: ToolContext, __: Any) -> Sequence[Content]:
        return content

    return work


async def _fail(_: ToolContext, __: Any) -> Sequence[Content]:
    raise RuntimeError("this fixture always fails")


async def _log(ctx: ToolContext, _: Any) -> Sequence[Content]:
    for line in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await ctx.client.log("info", line)
        await asyncio.sleep(STEP_S)
    return [text("Tool with logging executed successfully")]


async def _advance(ctx: ToolContext, _: Any) -> Sequence[Content]:
    for done in (0, 50, 100):
        await ctx.client.progress(done, 100, f"Completed step {done} of 100")
        await asyncio.sleep(STEP_S)
    return [text("Tool with progress executed successfully")]


async def _pause(ctx: ToolContext, _: Any) -> Sequence[Content]:
    await ctx.client.log("info", "Before the pause")
    await asyncio.sleep(4 * STEP_S)
    await ctx.client.log("info", "After the pause")
    return [text("Reconnection test completed")]


async def _region(_: ToolContext, given: Mapping[str, Any]) -> Sequence[Content]:
    return [text(f"region={given.get('region', '<none>')}")]


def _changes(kind: str) -> Work:
    async def work(ctx: ToolContext, _: Any) -> Sequence[Content]:
        if isinstance(ctx.client, Link):
            await ctx.client.announce(lists=(kind,))
        return [text(f"{kind} list changed")]

    return work


async def _touch(ctx: ToolContext, _: Any) -> Sequence[Content]:
    if isinstance(ctx.client, Link):
        await ctx.client.announce(uri="test://watched-resource")
    return [text("watched resource changed")]


PLAIN = (
    fixture("test_simple_text", "one text.", _answers(text("This is a simple text response for testing."))),
    fixture("test_image_content", "one image.", _answers(image())),
    fixture("test_audio_content", "one sound.", _answers(audio())),
    fixture(
        "test_embedded_resource",
        "one embedded resource.",
        _answers(embedded("test://embedded-resource", "This is an embedded resource content.")),
    ),
    fixture(
        "test_multiple_content_types",
        "text, an image and a resource.",
        _answers(
            text("Multiple content types test:"),
            image(),
            embedded("test://mixed-content-resource", '{"test":"data","value":123}', "application/json"),
        ),
    ),
    fixture(
        "test_resource_link", "a link to a resource.", _answers(link("test://static-text", "static-text"))
    ),
    fixture("test_error_handling", "always fails.", _fail),
    fixture("test_tool_with_logging", "three log lines.", _log),
    fixture("test_logging_tool", "three log lines.", _log),
    fixture("test_tool_with_progress", "three steps of progress.", _advance),
    fixture("test_reconnection", "pauses while it runs.", _pause),
    fixture("json_schema_2020_12_tool", "a schema with many keywords.", _answers(text("ok")), SCHEMA_2020_12),
    fixture("test_x_mcp_header", "an argument mirrored in a header.", _region, REGION),
    fixture("test_trigger_tool_change", "announces a change of the tool list.", _changes("tools")),
    fixture("test_trigger_prompt_change", "announces a change of the prompt list.", _changes("prompts")),
    fixture("test_touch_resource", "announces a change of the watched resource.", _touch),
)
