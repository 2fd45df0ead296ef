"""Running a connector's tools on a platform that always answers the same."""

import asyncio
import dataclasses
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from connectors.kit import calls, schema
from connectors.kit.connector import Connector
from connectors.kit.context import HttpResponse
from connectors.kit.credentials import Credentials
from connectors.kit.patience import Patience
from connectors.kit.testing import FakeHttp, FakeInbox, Request, context
from connectors.kit.tool import Tool, ToolResult
from connectors.tests.vaults import vault_of

MEDIA = {"id": "1234567890", "mime_type": "image/png"}


@dataclasses.dataclass
class AnyInbox(FakeInbox):
    """An inbox that has every message anybody asks for."""

    async def message(self, upstream_id: str) -> dict[str, Any]:
        return {"message_id": upstream_id, "contact": "14155550123", "direction": "in", "media": MEDIA}


@dataclasses.dataclass(frozen=True)
class Run:
    """How a run ended and what the platform was asked."""

    http: FakeHttp
    result: ToolResult | None = None
    error: Exception | None = None

    @property
    def changes(self) -> list[Request]:
        """The requests the platform may have acted on."""
        return [request for request in self.http.requests if request.changes_something]


def run(
    connector: Connector,
    tool: Tool,
    answer: Callable[[Request], HttpResponse],
    *,
    owner: str = "acme",
    patience: Patience | None = None,
) -> Run:
    """Call `tool` with its example, without the pauses between tries.

    Calls that share a `patience` are one account's.
    """
    http = FakeHttp(answer)
    parsed = schema.parse_arguments(tool, tool.example)
    with patch.object(calls, "FIRST_PAUSE_S", 0.0), vault_of(connector) as vault:
        ctx = context(
            connector,
            credentials_of(connector, owner),
            http,
            inbox=AnyInbox(),
            vault=vault,
            patience=patience,
        )
        try:
            return Run(http, result=asyncio.run(_awaited(tool, ctx, parsed)))
        except Exception as error:
            return Run(http, error=error)


def credentials_of(connector: Connector, owner: str) -> Credentials:
    """Credentials that fit the fields' patterns; a secret's value names its owner."""
    values = {f.name: f.example for f in connector.credentials.fields()}
    secrets = {f.name: secret_of(f.example, owner) for f in connector.credentials.fields() if f.secret}
    return connector.credentials.parse({k: v for k, v in (values | secrets).items() if v})


def secret_of(example: str, owner: str) -> str:
    """The example, made the owner's: its last characters are replaced, so that patterns still fit."""
    return example[: -len(owner)] + owner


async def _awaited(tool: Tool, ctx: Any, parsed: Any) -> ToolResult:
    return await tool.handler(ctx, parsed)
