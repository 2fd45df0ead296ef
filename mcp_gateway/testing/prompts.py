"""The fixture prompts."""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.kit.context import ClientLink
from mcp_gateway.calls import Caller
from mcp_gateway.mcp.offers import Prompt, PromptArgument
from mcp_gateway.testing.samples import TEXT, Content, embedded, form, image, text

Messages = Sequence[Mapping[str, Any]]


def _says(*content: Content) -> Messages:
    return [{"role": "user", "content": block} for block in content]


async def _simple(_: Caller, __: Mapping[str, str], ___: ClientLink) -> Messages:
    return _says(text("This is a simple prompt for testing."))


async def _with_arguments(_: Caller, given: Mapping[str, str], __: ClientLink) -> Messages:
    return _says(text(f"Prompt with arguments: arg1='{given['arg1']}', arg2='{given['arg2']}'"))


async def _with_resource(_: Caller, given: Mapping[str, str], __: ClientLink) -> Messages:
    resource = embedded(given["resourceUri"], "Embedded resource content for testing.")
    return _says(resource, text("Please process the embedded resource above."))


async def _with_image(_: Caller, __: Mapping[str, str], ___: ClientLink) -> Messages:
    return _says(image(), text("Please analyze the image above."))


async def _asking(_: Caller, __: Mapping[str, str], link: ClientLink) -> Messages:
    answers = await link.ask({"user_context": form("What context should be used?", context=TEXT)})
    context = (answers["user_context"].get("content") or {}).get("context", "")
    return _says(text(f"Use the following context: {context}"))


async def _suggest(_: Caller, argument: str, typed: str, __: Mapping[str, str]) -> Sequence[str]:
    return [s for s in (f"{argument}-one", f"{argument}-two") if s.startswith(typed)]


PROMPTS = (
    Prompt(
        name="test_simple_prompt", title="Simple", description="A prompt without arguments.", render=_simple
    ),
    Prompt(
        name="test_prompt_with_arguments",
        title="With arguments",
        description="A prompt with two arguments.",
        arguments=(
            PromptArgument(name="arg1", description="First argument."),
            PromptArgument(name="arg2", description="Second argument."),
        ),
        render=_with_arguments,
        complete=_suggest,
    ),
    Prompt(
        name="test_prompt_with_embedded_resource",
        title="With a resource",
        description="A prompt with an embedded resource.",
        arguments=(PromptArgument(name="resourceUri", description="URI of the resource."),),
        render=_with_resource,
    ),
    Prompt(
        name="test_prompt_with_image", title="With an image", description="With an image.", render=_with_image
    ),
    Prompt(
        name="test_input_required_result_prompt",
        title="Asking",
        description="A prompt that asks the person first.",
        render=_asking,
    ),
)
