"""What people paste into their clients: each configuration is what its client reads, and connects."""

import base64
import json
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx2
import jsonschema_rs
import pytest
from django.contrib.staticfiles import finders
from mcp import Client as SdkClient
from mcp.client.streamable_http import streamable_http_client

from mcp_gateway.setup import clients, manifests
from mcp_gateway.setup.clients import Way
from tests.support.api import Api
from tests.support.probed import Probed

URL, KEY = "https://hermes.example.com", "hms_live_0123456789"
ENDPOINT = f"{URL}/mcp"


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


_URL = {"const": ENDPOINT}
_HEADERS = {"type": "object", "additionalProperties": {"type": "string", "pattern": "^Bearer "}}
# What the clients' own schemas take of a remote server (their documentation; see the module).
SCHEMAS: Mapping[str, dict[str, Any]] = {
    "claude-code": _object(
        ["mcpServers"],
        mcpServers=_object(
            ["hermes"],
            hermes=_object(["type", "url"], type={"enum": ["http", "sse"]}, url=_URL, headers=_HEADERS),
        ),
    ),
    "cursor": _object(
        ["mcpServers"],
        mcpServers=_object(["hermes"], hermes=_object(["url"], url=_URL, headers=_HEADERS)),
    ),
    "vscode": _object(
        ["servers"],
        inputs={
            "type": "array",
            "items": _object(
                ["type", "id"],
                type={"enum": ["promptString", "pickString", "command"]},
                id={"type": "string"},
                description={"type": "string"},
                password={"type": "boolean"},
            ),
        },
        servers=_object(
            ["hermes"],
            hermes=_object(["type", "url"], type={"enum": ["http", "sse"]}, url=_URL, headers=_HEADERS),
        ),
    ),
    "opencode": _object(
        ["mcp"],
        **{"$schema": {"const": "https://opencode.ai/config.json"}},
        mcp=_object(
            ["hermes"],
            hermes=_object(
                ["type", "url"], type={"const": "remote"}, url=_URL, headers=_HEADERS, oauth={"const": False}
            ),
        ),
    ),
    "generic": _object(["type", "url"], type={"const": "streamable-http"}, url=_URL, headers=_HEADERS),
}
WAYS = [(client.id, way) for client in clients.clients(URL, KEY) for way in client.ways]
JSON = [(client, way) for client, way in WAYS if way.format == "json"]


@pytest.mark.parametrize(("client", "way"), JSON, ids=lambda v: v if isinstance(v, str) else v.auth)
def test_a_configuration_is_what_its_client_reads(client: str, way: Way) -> None:
    told = json.loads(way.text)
    jsonschema_rs.validate(SCHEMAS[client], told)
    assert ("Authorization" in way.text) == (way.auth == "key")


def test_every_client_is_there_with_each_way_it_can() -> None:
    ways = {c: {way.auth for client, way in WAYS if client == c} for c, _ in WAYS}
    both = {"oauth", "key"}
    assert ways == {
        "claude": {"oauth"},
        "claude-code": both,
        "chatgpt": {"oauth"},
        "cursor": both,
        "vscode": both,
        "opencode": both,
        "inspector": {"key"},
        "generic": both,
    }
    assert all(URL in way.text for _, way in WAYS)
    assert all(KEY not in way.text for _, way in WAYS if way.auth == "oauth")


def test_commands_are_words_a_shell_reads_as_they_are_meant() -> None:
    for client, way in WAYS:
        for line in way.text.splitlines() if way.format == "commands" else ():
            words = shlex.split(line)
            assert words[0] in ("claude", "npx", "curl")
            if way.auth == "key":
                flag = "-H" if words[0] == "curl" else "--header"
                assert words[words.index(flag) + 1] == f"Authorization: Bearer {KEY}"
            if client == "claude-code":
                assert words[:7] == ["claude", "mcp", "add", "--transport", "http", "hermes", ENDPOINT]


def test_install_addresses_carry_the_same_server_and_no_key() -> None:
    install = {client: way.install for client, way in WAYS if way.install}
    cursor = parse_qs(urlsplit(install["cursor"]).query)
    assert (cursor["name"], json.loads(base64.b64decode(cursor["config"][0]))) == (
        ["hermes"],
        {"url": ENDPOINT},
    )
    vscode = json.loads(unquote(install["vscode"].partition("?")[2]))
    assert vscode == {"name": "hermes", "type": "http", "url": ENDPOINT}


def test_a_client_of_the_sdk_connects_with_what_is_told(api: Api, probed: Probed, loopback: str) -> None:
    told = {c.id: c for c in clients.clients(loopback, probed.key)}
    for server in (
        json.loads(told["generic"].ways[1].text),
        json.loads(told["cursor"].ways[1].text)["mcpServers"]["hermes"],
        json.loads(told["opencode"].ways[0].text)["mcp"]["hermes"],
    ):

        async def play(server: Any = server) -> list[str]:
            async with (
                httpx2.AsyncClient(headers=server["headers"], timeout=30) as http,
                SdkClient(streamable_http_client(server["url"], http_client=http)) as client,
            ):
                return [tool.name for tool in (await client.list_tools()).tools]

        assert "probe_echo" in api.run(play())


def test_it_is_told_to_anybody_with_this_deployments_address(api: Api) -> None:
    told = api.get("/api/setup", headers={"Origin": "https://elsewhere.example"})
    assert (told.status_code, told.headers["access-control-allow-origin"]) == (200, "*")
    setup = told.json()
    assert setup["endpoint"] == "http://localhost:8000/mcp"
    assert {c["id"] for c in setup["clients"]} == {client for client, _ in WAYS}
    assert setup["key_placeholder"] in json.dumps(setup["clients"])
    assert "hms_" not in told.text
    assert setup["registry"]["remotes"][0]["url"] == setup["endpoint"]


def test_the_registry_takes_the_entry() -> None:
    """Bounds of the schema 2025-12-11."""
    entry = manifests.registry_entry(URL)
    jsonschema_rs.validate(
        {
            "type": "object",
            "required": ["$schema", "name", "description", "version", "remotes"],
            "properties": {
                "$schema": {"const": manifests.SCHEMA},
                "name": {"pattern": "^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$", "minLength": 3, "maxLength": 200},
                "title": {"minLength": 1, "maxLength": 100},
                "description": {"minLength": 1, "maxLength": 100},
                "version": {"pattern": "^[0-9]+[.][0-9]+[.][0-9]+", "maxLength": 255},
                "websiteUrl": {"pattern": "^https://"},
                "remotes": {
                    "minItems": 1,
                    "items": _object(["type", "url"], type={"enum": ["streamable-http", "sse"]}, url=_URL),
                },
            },
            "additionalProperties": False,
        },
        entry,
    )
    assert entry["name"] == "com.example.hermes/hermes"


def test_the_manifest_leads_to_the_openapi_document_and_a_logo(api: Api) -> None:
    manifest = api.get("/.well-known/ai-plugin.json").json()
    assert (manifest["schema_version"], manifest["api"]["type"]) == ("v1", "openapi")
    assert len(manifest["name_for_model"]) <= 50
    assert len(manifest["description_for_human"]) <= 100
    assert "@" in manifest["contact_email"]
    described = api.get(urlsplit(manifest["api"]["url"]).path)
    assert described.json()["openapi"].startswith("3.1")
    assert finders.find(urlsplit(manifest["logo_url"]).path.removeprefix("/static/"))
