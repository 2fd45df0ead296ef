"""The MCP SDK's own client, the oracle: both eras, over a real server."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import mcp_types as types
import pytest
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from mcp_gateway.mcp.tests.agents import LATEST_HANDSHAKE, MODERN
from tests.support.api import Api
from tests.support.probed import Probed

ERAS = ["auto", "legacy", "sse"]


async def answer_form(context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
    assert isinstance(params, types.ElicitRequestFormParams)
    names = params.requested_schema["properties"]
    return types.ElicitResult(action="accept", content={name: f"my {name}" for name in names})


async def answer_sampling(
    context: Any, params: types.CreateMessageRequestParams
) -> types.CreateMessageResult:
    return types.CreateMessageResult(
        role="assistant", content=types.TextContent(type="text", text="Paris"), model="test"
    )


async def answer_roots(context: Any) -> types.ListRootsResult:
    return types.ListRootsResult(roots=[types.Root.model_validate({"uri": "file:///work"})])


@contextlib.asynccontextmanager
async def connected(base: str, key: str, era: str, **more: Any) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        if era == "sse":
            transport: Any = sse_client(f"{base}/sse", headers=headers)
        else:
            transport = streamable_http_client(f"{base}/mcp", http_client=http)
        async with Client(
            transport,
            mode="auto" if era == "auto" else "legacy",
            elicitation_callback=answer_form,
            sampling_callback=answer_sampling,
            list_roots_callback=answer_roots,
            **more,
        ) as client:
            yield client


def text_of(result: types.CallToolResult) -> str:
    assert isinstance(result.content[0], types.TextContent)
    return result.content[0].text


@pytest.mark.parametrize("era", ERAS)
def test_the_client_connects_lists_and_calls(api: Api, probed: Probed, loopback: str, era: str) -> None:
    async def play() -> None:
        async with connected(loopback, probed.key, era) as client:
            assert client.protocol_version == (MODERN if era == "auto" else LATEST_HANDSHAKE)
            assert probed.account in (client.instructions or "")
            names = [t.name for t in (await client.list_tools()).tools]
            assert {"probe_echo", "probe_send"} <= set(names)
            result = await client.call_tool("probe_echo", {"text": "hello"})
            assert result.structured_content is not None
            assert result.structured_content["text"] == "hello"

    api.run(play())


@pytest.mark.parametrize("era", ERAS)
def test_the_client_sees_failed_calls_and_unknown_tools(
    api: Api, probed: Probed, loopback: str, era: str
) -> None:
    async def play() -> None:
        async with connected(loopback, probed.key, era) as client:
            failed = await client.call_tool("probe_echo", {})
            assert failed.is_error
            assert "invalid_argument" in text_of(failed)
            with pytest.raises(MCPError, match="There is no tool"):
                await client.call_tool("no_such_tool", {})

    api.run(play())


@pytest.mark.parametrize("era", ERAS)
def test_the_client_is_asked_by_tools_and_prompts(api: Api, probed: Probed, loopback: str, era: str) -> None:
    async def play() -> None:
        async with connected(loopback, probed.key, era) as client:
            for tool, arguments, expected in (
                ("test_elicitation", {"message": "Who?"}, 'content={"response":"my response"}'),
                ("test_sampling", {"prompt": "Capital?"}, "LLM response: Paris"),
                ("test_input_required_result_list_roots", {}, "Client exposed 1 root(s)."),
                ("test_input_required_result_multi_round", {}, "my name likes my color."),
                ("test_input_required_result_multiple_inputs", {}, "All inputs received."),
            ):
                assert expected in text_of(await client.call_tool(tool, arguments))
            prompt = await client.get_prompt("test_input_required_result_prompt")
            assert "my context" in str(prompt.messages[0].content)

    api.run(play())


@pytest.mark.parametrize("era", ERAS)
def test_the_client_hears_progress_and_log_lines(api: Api, probed: Probed, loopback: str, era: str) -> None:
    steps: list[float] = []
    lines: list[Any] = []

    async def hear_step(progress: float, total: float | None, message: str | None) -> None:
        steps.append(progress)

    async def hear_line(params: types.LoggingMessageNotificationParams) -> None:
        lines.append(params.data)

    async def play() -> None:
        async with connected(
            loopback, probed.key, era, logging_callback=hear_line, log_level="info"
        ) as client:
            await client.call_tool("test_tool_with_progress", {}, progress_callback=hear_step)
            await client.call_tool("test_tool_with_logging", {})

    api.run(play())
    assert steps == [0, 50, 100]
    assert len(lines) == 3


@pytest.mark.parametrize("era", ERAS)
def test_the_client_reads_resources_and_completes(api: Api, probed: Probed, loopback: str, era: str) -> None:
    async def play() -> None:
        async with connected(loopback, probed.key, era) as client:
            uris = [r.uri for r in (await client.list_resources()).resources]
            assert "test://static-text" in uris
            read = await client.read_resource("test://template/7/data")
            assert isinstance(read.contents[0], types.TextResourceContents)
            assert "Data for ID: 7" in read.contents[0].text
            families = (await client.list_resource_templates()).resource_templates
            family = next(f for f in families if f.uri_template.startswith("test://"))
            ref = types.ResourceTemplateReference(uri=family.uri_template)
            found = await client.complete(ref, {"name": "id", "value": "12"})
            assert found.completion.values == ["12", "123"]

    api.run(play())


def test_the_client_listens_for_changes(api: Api, probed: Probed, loopback: str) -> None:
    async def play() -> str:
        async with (
            connected(loopback, probed.key, "auto") as client,
            client.listen(tools_list_changed=True) as heard,
        ):
            await client.call_tool("test_trigger_tool_change", {})
            return type(await anext(aiter(heard))).__name__

    assert api.run(play()) == "ToolsListChanged"
