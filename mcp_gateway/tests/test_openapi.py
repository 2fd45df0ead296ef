"""The description and its page."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import drf_spectacular.validation
import jsonschema_rs
import pytest
from django.contrib.staticfiles import finders

from mcp_gateway.catalogue import every_tool
from mcp_gateway.rest.reference import operations
from mcp_gateway.rest.tool_calls import tool_of
from tests.support.api import Api
from tests.support.probed import Probed

METHODS = {"get", "post", "patch", "delete"}


@pytest.fixture
def document(api: Api) -> dict[str, Any]:
    answer = api.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


@cache
def openapi_schema() -> dict[str, Any]:
    folder = Path(drf_spectacular.validation.__file__).parent
    found: dict[str, Any] = json.loads((folder / "openapi_3_1_schema.json").read_text())
    return found


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    jsonschema_rs.validate(openapi_schema(), document)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert names
    assert names <= set(document["components"]["schemas"])


def test_every_operation_has_its_own_name_a_key_and_says_how_it_fails(document: dict[str, Any]) -> None:
    operations = [(path, o) for path, item in document["paths"].items() for o in item.values()]
    names = [operation["operationId"] for _, operation in operations]
    assert len(names) == len(set(names))
    for path, operation in operations:
        assert operation["security"], path
        assert operation["summary"], path
        assert "default" in operation["responses"], path
    assert set(document["components"]["securitySchemes"]) == {"bearer", "x_api_key"}


def test_every_tool_has_its_path_and_its_alias_with_its_own_schemas(document: dict[str, Any]) -> None:
    for name, listing in every_tool().items():
        call = document["paths"][f"/api/tools/{name}"]["post"]
        given = call["requestBody"]["content"]["application/json"]["schema"]
        assert given == json.loads(json.dumps(dict(listing.input_schema)))
        jsonschema_rs.meta.validate(given)
        header = [parameter["name"] for parameter in call["parameters"]]
        assert header == (["Idempotency-Key"] if listing.tool.takes_key else [])
        if listing.connector is not None:
            alias = f"/api/{listing.connector.slug}/{name.removeprefix(listing.connector.slug + '_')}"
            assert "post" in document["paths"][alias]


def test_every_path_of_a_tool_leads_to_that_tool(document: dict[str, Any]) -> None:
    tools = [path for path in document["paths"] if tool_of(path) is not None]
    assert {tool_of(path) for path in tools} == set(every_tool())
    assert tool_of("/api/whatsapp/send") == "whatsapp_send_text"
    assert "/api/whatsapp/send" in document["paths"]


def test_every_management_path_is_described_with_the_methods_it_takes(
    api: Api, acme: Any, document: dict[str, Any]
) -> None:
    for path, item in document["paths"].items():
        if tool_of(path) is not None or path == "/mcp":
            continue
        filled = re.sub(r"{\w+}", "x", path)
        allowed = api.request("PUT", filled, acme.live_key).headers["allow"].lower().split(", ")
        assert METHODS & set(allowed) == set(item), path


def test_answers_have_the_described_shape(api: Api, probed: Probed, document: dict[str, Any]) -> None:
    made = api.post("/api/keys", probed.key, {"name": "n"}).json()["key"]["id"]
    asked: list[tuple[str, str, str]] = [
        ("get", "/api/tools", "/api/tools"),
        ("get", "/api/connections", "/api/connections"),
        ("get", "/api/connections/{connection_id}", f"/api/connections/{probed.connection}"),
        ("get", "/api/keys", "/api/keys"),
        ("post", "/api/keys/{key_id}/rotate", f"/api/keys/{made}/rotate"),
        ("delete", "/api/keys/{key_id}", f"/api/keys/{made}"),
        ("get", "/api/usage", "/api/usage"),
        ("get", "/api/audit", "/api/audit"),
        ("get", "/api/inbox/threads", "/api/inbox/threads"),
        ("get", "/api/connections/{connection_id}", "/api/connections/unknown"),
    ]
    for method, described, path in asked:
        answer = api.request(method.upper(), path, probed.key)
        responses = document["paths"][described][method]["responses"]
        content = responses.get(str(answer.status_code), responses["default"])["content"]
        schema = content[answer.headers["content-type"]]["schema"]
        jsonschema_rs.validate({**schema, "components": document["components"]}, answer.json())


@pytest.mark.parametrize("path", ["/api/docs", "/api/docs/whatsapp", "/api/docs/keys"])
def test_the_docs_work_under_a_strict_policy_and_without_another_host(api: Api, path: str) -> None:
    page = api.get(path, headers={"Accept": "text/html"})
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert page.status_code == 200
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page.text)
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(links) >= 5
    for link in links:
        assert link.startswith(("/", "#"))
        if link.startswith("/static/"):
            assert finders.find(link.removeprefix("/static/").partition("#")[0]), link


def test_every_described_call_is_in_the_docs_with_an_example(api: Api, document: dict[str, Any]) -> None:
    shown = {o.path: o for group in operations.groups().values() for o in group.operations}
    others = {alias for o in shown.values() for alias in o.aliases}
    assert {*shown, *others} == {*document["paths"]}
    assert all(f"{o.path}" in o.curl for o in shown.values())
    page = api.get("/api/docs", headers={"Accept": "text/html"}).text
    assert re.search(r"<code>window_closed</code>\s*</td>\s*<td[^>]*>409<", page)
    send = shown["/api/tools/whatsapp_send_text"]
    assert "/api/whatsapp/send" in send.aliases
    assert [(f.name, f.type, f.required) for f in send.takes if f.place == "body"][:2] == [
        *(("to", "string", True), ("text", "string", True))
    ]
    assert api.get("/api/docs/no_such_thing").status_code == 404


def test_examples_fit_their_schemas(document: dict[str, Any]) -> None:
    for methods in document["paths"].values():
        content = methods.get("post", {}).get("requestBody", {}).get("content", {})
        known = content.get("application/json", {})
        if "example" in known:
            jsonschema_rs.validate(known["schema"], known["example"])


def test_a_changed_address_of_hermes_is_in_the_document(document: dict[str, Any], settings: Any) -> None:
    assert document["servers"] == [{"url": settings.PUBLIC_URL}]
