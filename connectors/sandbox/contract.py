"""What every stand-in does."""

import asyncio
import dataclasses
from collections.abc import Mapping
from typing import Any, Protocol, Unpack, runtime_checkable

from connectors.kit.context import HttpResponse
from hermes.core.http_types import RequestOptions


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Emission:
    """A webhook body the platform would post `after_s` seconds from now."""

    after_s: float
    payload: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """What a simulated person does: a message of a kind the platform knows.

    `reply_to` is the id of the message it answers or reacts to; `content` are further members of the
    platform's own message object, and stand in for `text` where the kind has none.
    """

    sender: str
    name: str = "Sandbox contact"
    kind: str = "text"
    text: str = ""
    reply_to: str = ""
    content: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class Standin(Protocol):
    """`connectors.kit.context.Http` as the platform would answer it, whatever the host of the address.

    `events` holds what the last requests made the platform post; whoever made the request takes it from
    there, also where the request ended in an error, and posts each in time.
    """

    events: list[Emission]

    async def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> HttpResponse:
        """One exchange; raises NotReached and CutOff as the real client does."""
        ...

    async def inbound(self, event: Inbound) -> dict[str, Any] | None:
        """The webhook body the platform posts for it; None where it posts none and a look will find it.

        Raises InvalidArgument on what it cannot simulate.
        """
        ...


@runtime_checkable
class DialledStandin(Protocol):
    """A stand-in of a platform that is reached by `ToolContext.dial`."""

    async def dial(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """As `hermes.core.egress.dial`; the other end is served in this process."""
        ...
