"""A harbour's signal mast: one tool that reads, one that sends."""

import dataclasses
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from connectors.kit.calls import Deadline, call
from connectors.kit.connector import Connector, Identity, Setting
from connectors.kit.context import HttpResponse, ToolContext
from connectors.kit.credentials import Credentials, credential
from connectors.kit.params import Limit
from connectors.kit.secret import Secret
from connectors.kit.statuses import error_of_status
from connectors.kit.tool import READ, SEND, Output, Params, Tool, ToolResult
from hermes.core.errors import HermesError

FLAG = Annotated[str, Meta(min_length=1, max_length=40, description="Flag of the international code.")]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HarbourCredentials(Credentials):
    """What opens the mast."""

    mast_key: Secret = credential(
        label="Mast key", help="The harbour master hands it out.", example="mast_key_0123456789"
    )


class Signals(Output, frozen=True, kw_only=True):
    """Flags at the mast."""

    flags: list[str]


class ListSignals(Params, frozen=True):
    """How many."""

    limit: Limit = 10


class SendSignal(Params, frozen=True):
    """Which flag."""

    flag: FLAG


async def list_signals(ctx: ToolContext, params: ListSignals) -> ToolResult:
    """Read the mast."""
    answer = (await _call(ctx, "GET", sends=False)).json()
    flags = answer.get("flags") if isinstance(answer, dict) else None
    return ToolResult(data=Signals(flags=[str(f) for f in flags or ()][: params.limit]))


async def send_signal(ctx: ToolContext, params: SendSignal) -> ToolResult:
    """Hoist a flag."""
    await _call(ctx, "POST", sends=True, json={"flag": params.flag})
    return ToolResult(data=Signals(flags=[params.flag]))


async def verify(ctx: ToolContext) -> Identity:
    """Whose mast it is."""
    await _call(ctx, "GET", sends=False)
    return Identity(external_id="mast", label="Harbour")


async def _call(ctx: ToolContext, method: str, *, sends: bool, json: object = None) -> HttpResponse:
    credentials = ctx.credentials()
    if not isinstance(credentials, HarbourCredentials):
        raise TypeError("these are not a harbour's credentials")
    return await call(
        ctx,
        method,
        f"{ctx.config['HARBOUR_API_BASE']}/signals",
        sends=sends,
        explain=_explain,
        deadline=Deadline(),
        bearer=credentials.mast_key,
        json=json,
    )


def _explain(response: HttpResponse) -> HermesError:
    return error_of_status("The harbour", response)


CONNECTOR = Connector(
    slug="harbour",
    name="Harbour",
    summary="Read and hoist signal flags.",
    credentials=HarbourCredentials,
    tools=(
        Tool(
            name="harbour_list_signals",
            title="List signals",
            description="List the flags that fly at the harbour's mast now, the highest first.",
            params=ListSignals,
            output=Signals,
            handler=list_signals,
            hints=READ,
            core=True,
            example={"limit": 3},
        ),
        Tool(
            name="harbour_send_signal",
            title="Hoist a signal",
            description="Hoist one flag at the harbour's mast for every ship to see, below those that fly.",
            params=SendSignal,
            output=Signals,
            handler=send_signal,
            hints=SEND,
            example={"flag": "Lima"},
        ),
    ),
    verify=verify,
    folder=Path(__file__).parent,
    settings=(
        Setting(
            name="HARBOUR_API_BASE", default="https://harbour.example.com", help="The mast.", is_base=True
        ),
    ),
    limits={"flags": 40},
)
