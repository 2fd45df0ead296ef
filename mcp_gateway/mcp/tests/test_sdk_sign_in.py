"""The MCP SDK's own OAuth client gets from a bare 401 to a tool result with nothing but the address."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata

from mcp_gateway.oauth.tests.conftest import owner_of
from mcp_gateway.oauth.tests.flow import LOOPBACK, Browser, Flow, answered
from tests.support.api import Api
from tests.support.probed import Probed


class Storage:
    """What a client remembers."""

    def __init__(self) -> None:
        self.tokens: Any = None
        self.client: Any = None

    async def get_tokens(self) -> Any:
        return self.tokens

    async def set_tokens(self, tokens: Any) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> Any:
        return self.client

    async def set_client_info(self, client_info: Any) -> None:
        self.client = client_info


@pytest.fixture
def address(loopback: str, settings: Any) -> str:
    """The server's address, which is its public one too."""
    from hermes.settings.oauth import provider

    settings.PUBLIC_URL = loopback
    settings.OAUTH2_PROVIDER = provider(loopback)
    return f"{loopback}/mcp"


@pytest.mark.parametrize("era", ["auto", "legacy"])
def test_the_sdks_client_signs_in_and_calls(api: Api, probed: Probed, address: str, era: str) -> None:
    flow, came_back = Flow(api, Browser(api, owner_of(probed.customer)), probed.customer), {}

    async def open_browser(url: str) -> None:
        import asyncio

        def person() -> dict[str, str]:
            parts = urlsplit(url)
            return answered(flow.decide(flow.browser.get(f"{parts.path}?{parts.query}")))

        assert dict(parse_qsl(urlsplit(url).query))["resource"] == address
        came_back.update(await asyncio.to_thread(person))

    async def await_callback() -> AuthorizationCodeResult:
        return AuthorizationCodeResult(**came_back)

    storage = Storage()
    provider = OAuthClientProvider(
        address,
        OAuthClientMetadata.model_validate({"redirect_uris": [LOOPBACK], "client_name": "SDK"}),
        storage,
        open_browser,
        await_callback,
    )

    async def play() -> Any:
        async with (
            httpx2.AsyncClient(auth=provider, timeout=30) as http,
            Client(streamable_http_client(address, http_client=http), mode=era) as client,
        ):
            return await client.call_tool("probe_echo", {"text": "hello"})

    assert api.run(play(), 60).structured_content["text"] == "hello"
    assert storage.tokens.refresh_token
    assert storage.client.client_id
