"""A request of either era as the methods see it."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from mcp_gateway.calls import Caller
from mcp_gateway.mcp.links import Link
from mcp_gateway.mcp.sessions import Session


@dataclasses.dataclass(slots=True, kw_only=True)
class Request:
    """Who asks for what; `link` leads back to the client. `session` is what a handshake settled."""

    caller: Caller
    id: str | int
    method: str
    params: Mapping[str, Any]
    link: Link
    is_handshake: bool
    session: Session | None = None
