"""Fixture tools that need several rounds (2026-07-28, basic/patterns/mrtr)."""

from collections.abc import Sequence
from typing import Any

from connectors.kit.context import ToolContext
from mcp_gateway.mcp.questions import MissingCapability
from mcp_gateway.testing.declaring import fixture
from mcp_gateway.testing.samples import TEXT, YES, Content, form, roots, sampling, text

NAME = form("What is your name?", name=TEXT)


async def _name(ctx: ToolContext, _: Any) -> Sequence[Content]:
    answers = await ctx.client.ask({"user_name": NAME})
    return [text(f"Hello, {_field(answers['user_name'], 'name')}!")]


async def _capital(ctx: ToolContext, _: Any) -> Sequence[Content]:
    answers = await ctx.client.ask({"capital_question": sampling("What is the capital of France?")})
    return [text(f"Model said: {answers['capital_question']['content'].get('text', '?')}")]


async def _roots(ctx: ToolContext, _: Any) -> Sequence[Content]:
    answers = await ctx.client.ask({"client_roots": roots()})
    return [text(f"Client exposed {len(answers['client_roots']['roots'])} root(s).")]


async def _confirm(ctx: ToolContext, _: Any) -> Sequence[Content]:
    await ctx.client.ask({"confirm": form("Please confirm", ok=YES)})
    return [text("state-ok: confirmation received")]


async def _all_kinds(ctx: ToolContext, _: Any) -> Sequence[Content]:
    await ctx.client.ask(
        {"user_name": NAME, "greeting": sampling("Generate a greeting", 50), "client_roots": roots()}
    )
    return [text("All inputs received.")]


async def _two_rounds(ctx: ToolContext, _: Any) -> Sequence[Content]:
    first = await ctx.client.ask({"step1": form("Step 1: What is your name?", name=TEXT)})
    second = await ctx.client.ask({"step2": form("Step 2: What is your favourite colour?", color=TEXT)})
    return [text(f"{_field(first['step1'], 'name')} likes {_field(second['step2'], 'color')}.")]


async def _declared_only(ctx: ToolContext, _: Any) -> Sequence[Content]:
    try:
        await ctx.client.ask({"ask": NAME})
    except MissingCapability:
        await ctx.client.ask({"sample": sampling("Say hello", 50)})
    return [text("Asked what the client can be asked.")]


async def _needs_sampling(ctx: ToolContext, _: Any) -> Sequence[Content]:
    await ctx.client.ask({"sample": sampling("Say hello", 50)})
    return [text("Client declared sampling capability; proceeding.")]


def _field(answer: Any, name: str) -> Any:
    return (answer.get("content") or {}).get(name)


_PREFIX = "test_input_required_result_"
ROUNDS = (
    fixture(f"{_PREFIX}elicitation", "asks for a name.", _name),
    fixture(f"{_PREFIX}sampling", "asks the client's model.", _capital),
    fixture(f"{_PREFIX}list_roots", "asks for the client's roots.", _roots),
    fixture(f"{_PREFIX}request_state", "asks for a confirmation.", _confirm),
    fixture(f"{_PREFIX}multiple_inputs", "asks three things at once.", _all_kinds),
    fixture(f"{_PREFIX}multi_round", "asks twice.", _two_rounds),
    fixture(f"{_PREFIX}tampered_state", "asks for a confirmation.", _confirm),
    fixture(f"{_PREFIX}capabilities", "asks only what the client declared.", _declared_only),
    fixture("test_missing_capability", "needs sampling.", _needs_sampling),
)
