"""One tool call by each surface an agent may use, and its answer in one form."""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any

import httpx2

from mcp_gateway.mcp.tests.agents import Agent, call_of
from mcp_gateway.mcp.tools import CALL_META, ERROR_META
from tests.support.api import Api

AGENT = "test-agent 1"  # as `Agent` names itself over MCP


@dataclasses.dataclass(frozen=True)
class Told:
    """How a call was answered. `code` is "ok" or an error code."""

    code: str
    data: Any
    meta: Mapping[str, Any]
    error: Mapping[str, Any]
    content: tuple[Any, ...]
    response: httpx2.Response


Call = Callable[[Api, str, str, Mapping[str, Any]], Told]


def rest(api: Api, key: str, tool: str, arguments: Mapping[str, Any]) -> Told:
    """`POST /api/tools/<tool>`."""
    answer = api.post(f"/api/tools/{tool}", key, dict(arguments), headers={"User-Agent": AGENT})
    body = answer.json()
    if answer.status_code != 200:
        return _problem(answer)
    return Told("ok", body["data"], body["meta"], {}, tuple(body.get("content", ())), answer)


def modern(api: Api, key: str, tool: str, arguments: Mapping[str, Any]) -> Told:
    """`tools/call` of 2026-07-28."""
    return _rpc(Agent(api, key).modern("tools/call", call_of(tool, **arguments)))


def handshake(api: Api, key: str, tool: str, arguments: Mapping[str, Any]) -> Told:
    """`tools/call` in a session of 2025-11-25."""
    call = call_of(tool, **arguments)
    return _rpc(Agent(api, key).handshake("tools/call", call, session=_session(api, key)))


SURFACES: Mapping[str, Call] = {"rest": rest, "modern": modern, "handshake": handshake}


@functools.cache
def _session(api: Api, key: str) -> str:
    return Agent(api, key).initialize()


def _rpc(answer: httpx2.Response) -> Told:
    if answer.headers["content-type"].startswith("application/problem"):
        return _problem(answer)
    body = answer.json()
    if "error" in body:
        return _failure(body["error"]["data"], answer)
    result = body["result"]
    if result["isError"]:
        return _failure(result["_meta"][ERROR_META], answer)
    blocks = tuple(result["content"])
    if "structuredContent" not in result:
        return Told("ok", {}, result["_meta"][CALL_META], {}, blocks, answer)
    data = dict(result["structuredContent"])
    return Told("ok", data, data.pop("meta"), {}, blocks[1:], answer)


def _failure(told: Mapping[str, Any], answer: httpx2.Response) -> Told:
    error = dict(told)
    details = error.pop("details", {})
    return Told(error.pop("code"), None, {}, {**error, **details}, (), answer)


def _problem(answer: httpx2.Response) -> Told:
    error = answer.json()
    for name in ("type", "title", "status"):
        error.pop(name)
    return Told(error.pop("code"), None, {}, {"message": error.pop("detail"), **error}, (), answer)
