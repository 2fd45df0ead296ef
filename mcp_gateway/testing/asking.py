"""Fixture tools that ask their client within a call: sampling and forms."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec

from connectors.kit.context import ToolContext
from connectors.kit.tool import Params
from mcp_gateway.testing.declaring import Work, fixture
from mcp_gateway.testing.samples import TEXT, Content, form, page, sampling, text

OPTIONS = ("active", "inactive", "pending")
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "name": {"type": "string", "description": "User name", "default": "John Doe"},
    "age": {"type": "integer", "description": "User age", "default": 30},
    "score": {"type": "number", "description": "User score", "default": 95.5},
    "status": {"type": "string", "description": "User status", "enum": OPTIONS, "default": "active"},
    "verified": {"type": "boolean", "description": "Verification status", "default": True},
}
ENUMS: Mapping[str, Mapping[str, Any]] = {
    "untitledSingle": {"type": "string", "description": "One of three", "enum": OPTIONS},
    "titledSingle": {
        "type": "string",
        "description": "One of three, with titles",
        "oneOf": [
            {"const": "low", "title": "Low Priority"},
            {"const": "medium", "title": "Medium Priority"},
            {"const": "high", "title": "High Priority"},
        ],
    },
    "untitledMulti": {
        "type": "array",
        "description": "Some of three",
        "items": {"type": "string", "enum": ["read", "write", "execute"]},
    },
    "titledMulti": {
        "type": "array",
        "description": "Some of three, with titles",
        "items": {
            "anyOf": [
                {"const": "feature", "title": "New Feature"},
                {"const": "bug", "title": "Bug Fix"},
                {"const": "docs", "title": "Documentation"},
            ]
        },
    },
    "legacyEnum": {
        "type": "string",
        "description": "One of three, titled the old way",
        "enum": ["small", "medium", "large"],
        "enumNames": ["Small Size", "Medium Size", "Large Size"],
    },
}


class SamplingParams(Params, frozen=True):
    """Of test_sampling."""

    prompt: Annotated[str, msgspec.Meta(description="What to ask the model.", max_length=4096)]


class ElicitationParams(Params, frozen=True):
    """Of test_elicitation."""

    message: Annotated[str, msgspec.Meta(description="What to ask the person.", max_length=4096)]


async def _sample(ctx: ToolContext, given: SamplingParams) -> Sequence[Content]:
    answers = await ctx.client.ask({"model": sampling(given.prompt)})
    return [text(f"LLM response: {answers['model']['content'].get('text', '')}")]


async def _elicit(ctx: ToolContext, given: ElicitationParams) -> Sequence[Content]:
    answers = await ctx.client.ask({"person": form(given.message, response=TEXT)})
    return [_told("User response", answers["person"])]


def _asks(**properties: Mapping[str, Any]) -> Work:
    async def work(ctx: ToolContext, _: Any) -> Sequence[Content]:
        answers = await ctx.client.ask({"person": form("Please answer", **properties)})
        return [_told("Elicitation completed", answers["person"])]

    return work


async def _stream_then_ask(ctx: ToolContext, _: Any) -> Sequence[Content]:
    await ctx.client.progress(1, 2, "About to ask")
    answers = await ctx.client.ask({"person": form("Please answer", response=TEXT)})
    return [_told("User response", answers["person"])]


async def _open_page(ctx: ToolContext, _: Any) -> Sequence[Content]:
    answers = await ctx.client.ask({"page": page("Connect the account", "https://example.com/connect")})
    return [_told("Page", answers["page"])]


def _told(words: str, answer: Mapping[str, Any]) -> Content:
    content = msgspec.json.encode(answer.get("content") or {}).decode()
    return text(f"{words}: action={answer['action']}, content={content}")


ASKING = (
    fixture("test_sampling", "asks the client's model.", _sample, SamplingParams),
    fixture("test_elicitation", "asks the person.", _elicit, ElicitationParams),
    fixture("test_elicitation_sep1034_defaults", "a form with defaults.", _asks(**DEFAULTS)),
    fixture("test_elicitation_sep1330_enums", "a form with all kinds of choices.", _asks(**ENUMS)),
    fixture("test_page_elicitation", "a page to open.", _open_page),
    fixture("test_streaming_elicitation", "progress, then a question.", _stream_then_ask),
)
