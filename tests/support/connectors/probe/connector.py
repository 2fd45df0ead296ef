"""The probe platform: `GET /me`, `GET /items/<id>`, `POST /messages`, and `GET /news`, which a watch asks."""

import asyncio
import dataclasses
from pathlib import Path
from typing import Annotated, Any

import msgspec

from connectors.kit.calls import Deadline, call
from connectors.kit.connector import Connector, Identity, Setting
from connectors.kit.context import HttpResponse, ToolContext
from connectors.kit.credentials import Credentials, credential
from connectors.kit.secret import Secret
from connectors.kit.tool import READ, SEND, NoParams, Output, Params, SentMessage, Tool, ToolResult
from connectors.kit.watch import Sight, WatchSpec
from connectors.kit.webhook import InboundMessage
from hermes.core.errors import (
    HermesError,
    NeedsReauth,
    NotAllowedByPlatform,
    NotFound,
    PlatformRejected,
    PlatformUnavailable,
    RateLimited,
)
from tests.support.probe_webhook import webhook


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ProbeCredentials(Credentials):
    """A token."""

    token: Secret = credential(label="Token", help="Any text the probe accepts.", limit_chars=200)


class EchoParams(Params, frozen=True):
    """Of probe_echo."""

    text: Annotated[str, msgspec.Meta(description="Comes back as it is.", max_length=4096)]


class EchoOutput(Output, frozen=True):
    """Of probe_echo."""

    text: Annotated[str, msgspec.Meta(description="What was sent.")]


class FetchParams(Params, frozen=True):
    """Of probe_fetch."""

    item: Annotated[str, msgspec.Meta(description="Id of the item.", pattern="^[a-z0-9]{1,20}$")]


class FetchOutput(Output, frozen=True):
    """Of probe_fetch."""

    item: Annotated[str, msgspec.Meta(description="The item.")]


class SendParams(Params, frozen=True):
    """Of probe_send."""

    to: Annotated[str, msgspec.Meta(description="Whom to send to.", min_length=1, max_length=64)]
    text: Annotated[str, msgspec.Meta(description="What to say.", min_length=1, max_length=4096)]


class SendOutput(Output, frozen=True):
    """Of probe_send."""

    message_id: Annotated[str, msgspec.Meta(description="Id of the message.")]


def explain(response: HttpResponse) -> HermesError:
    """The probe's error answers."""
    match response.status:
        case 401:
            return NeedsReauth("The probe refuses the token. Reconnect the account.")
        case 403:
            return NotAllowedByPlatform("The probe does not allow this.")
        case 404:
            return NotFound("The probe does not know it.")
        case 429:
            return RateLimited(
                "The probe is asked too often.", retry_after_s=float(response.headers.get("retry-after", "1"))
            )
        case status if status >= 500:
            return PlatformUnavailable("The probe is down. Try again later.")
    return PlatformRejected("The probe refused the request.")


async def _request(ctx: ToolContext, method: str, path: str, **body: Any) -> Any:
    credentials = ctx.credentials()
    assert isinstance(credentials, ProbeCredentials)
    response = await call(
        ctx,
        method,
        ctx.config["PROBE_API_BASE"] + path,
        bearer=credentials.token,
        sends=method != "GET",
        explain=explain,
        deadline=Deadline(),
        **body,
    )
    return response.json()


async def _verify(ctx: ToolContext) -> Identity:
    me = await _request(ctx, "GET", "/me")
    return Identity(external_id=me["id"], label=me["name"])


async def _look(ctx: ToolContext, cursor: str) -> Sight:
    news = await _request(ctx, "GET", "/news", params={"after": cursor} if cursor else {})
    heard = [
        InboundMessage(
            route=(),
            upstream_id=told["id"],
            contact=told["from"],
            at=ctx.now(),
            kind="text",
            text=told["text"],
        )
        for told in news["messages"]
    ]
    return Sight(events=heard, cursor=news["cursor"], has_more=news.get("more", False))


async def _echo(ctx: ToolContext, params: EchoParams) -> ToolResult:
    return ToolResult(data=EchoOutput(text=params.text))


async def _fetch(ctx: ToolContext, params: FetchParams) -> ToolResult:
    found = await _request(ctx, "GET", f"/items/{params.item}")
    return ToolResult(data=FetchOutput(item=found["item"]))


async def _send(ctx: ToolContext, params: SendParams) -> ToolResult:
    made = await _request(ctx, "POST", "/messages", json={"to": params.to, "text": params.text})
    sent = SentMessage(contact=params.to, upstream_id=made["id"], kind="text", text=params.text)
    return ToolResult(data=SendOutput(message_id=made["id"]), upstream_id=made["id"], sent=(sent,))


async def _crash(ctx: ToolContext, params: NoParams) -> ToolResult:
    credentials = ctx.credentials()
    assert isinstance(credentials, ProbeCredentials)
    raise ValueError("SELECT * FROM vault WHERE host='db.internal' AND token=", credentials.token.reveal())


async def _hang(ctx: ToolContext, params: NoParams) -> ToolResult:
    await asyncio.Event().wait()
    raise AssertionError


def _tool(name: str, params: type[Params], output: type[Output], handler: Any, **more: Any) -> Tool:
    return Tool(
        name=name,
        title=name.replace("_", " ").capitalize(),
        description=f"{name}: a tool of the probe platform, which exists only in tests.",
        params=params,
        output=output,
        handler=handler,
        hints=more.pop("hints", READ),
        core=True,
        **more,
    )


CONNECTOR = Connector(
    slug="probe",
    name="Probe",
    summary="A platform that exists only in tests.",
    credentials=ProbeCredentials,
    tools=(
        _tool("probe_echo", EchoParams, EchoOutput, _echo, example={"text": "hello"}),
        _tool("probe_fetch", FetchParams, FetchOutput, _fetch, example={"item": "thing"}),
        _tool(
            "probe_send",
            SendParams,
            SendOutput,
            _send,
            hints=SEND,
            redact=frozenset({"text"}),
            example={"to": "x", "text": "y"},
        ),
        _tool("probe_crash", NoParams, EchoOutput, _crash),
        _tool("probe_hang", NoParams, EchoOutput, _hang),
    ),
    verify=_verify,
    folder=Path(__file__).parent,
    settings=(
        Setting(
            name="PROBE_API_BASE", default="http://127.0.0.1:9", help="Where the probe is.", is_base=True
        ),
    ),
    limits={"text_chars": 4096},
    webhook=webhook(_request),
    watch=WatchSpec(look=_look, interval_s=30),
)
