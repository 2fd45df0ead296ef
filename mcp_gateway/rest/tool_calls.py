"""Tool calls over REST: `POST /api/tools/<tool>` and `POST /api/<platform>/<action>`, raw ASGI."""

import asyncio

import msgspec
import structlog

from connectors.registry import all_connectors
from hermes.core.asgi import (
    ClientGone,
    Receive,
    Scope,
    Send,
    header,
    respond_json,
    respond_problem,
    while_client_stays,
)
from hermes.core.bodies import read_body
from hermes.core.errors import HermesError, Internal, MalformedBody
from mcp_gateway import auth
from mcp_gateway.calls import ToolCall
from mcp_gateway.challenges import challenge_headers
from mcp_gateway.executor import execute

LIMIT_BODY_BYTES = 1 << 20
ALIASES = {("whatsapp", "send"): "whatsapp_send_text"}
log = structlog.get_logger(__name__)


def tool_of(path: str) -> str | None:
    """The tool a path names, or None where the path is no tool call."""
    match path.removesuffix("/").split("/"):
        case ["", "api", "tools", tool]:
            return tool or None
        case ["", "api", platform, action] if platform in all_connectors():
            return ALIASES.get((platform, action), f"{platform}_{action}")
    return None


async def call_tool(tool: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one call: 200 `{"data", "meta"}` or problem+json."""
    try:
        answer = await _answer(tool, scope, receive)
    except ClientGone:
        return
    except HermesError as error:
        await respond_problem(send, error, challenge_headers(error))
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("rest_call_failed", tool=tool)
        await respond_problem(send, Internal("Hermes failed; the fault is logged. Try again later."))
    else:
        await respond_json(send, 200, answer)


async def _answer(tool: str, scope: Scope, receive: Receive) -> dict[str, object]:
    caller = await auth.authenticate(
        scope["headers"],
        address=scope["client"][0],
        surface="rest",
        client=(header(scope, b"user-agent") or "")[:120],
    )
    arguments = _arguments(await read_body(scope, receive, LIMIT_BODY_BYTES))
    call = ToolCall(tool=tool, arguments=arguments, idempotency_key=header(scope, b"idempotency-key"))
    answer = await while_client_stays(receive, execute(caller, call))
    body: dict[str, object] = {"data": answer.data, "meta": answer.meta}
    if answer.content:
        body["content"] = answer.content
    return body


def _arguments(body: bytes) -> dict[str, object]:
    if not body.strip():
        return {}
    try:
        return msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedBody("The body must be one JSON object with the tool's arguments.") from None
