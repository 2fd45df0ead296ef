"""What the sending tools share."""

from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.tool import SentMessage, ToolResult
from connectors.whatsapp.client import Accepted, Graph
from connectors.whatsapp.outputs import Sent

MessageId = Annotated[
    str,
    Meta(min_length=1, max_length=180, pattern=r"^[!-~]+$", description="Message id (wamid...)."),
]
ReplyTo = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=180,
        pattern=r"^[!-~]+$",
        description="Message to quote (wamid...).",
    ),
]
WAMID = "wamid.HBgLMTQxNTU1NTAxMjMVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA"


def sent(
    graph: Graph,
    accepted: Accepted,
    kind: str,
    *,
    text: str = "",
    reply_to: str | None = None,
    media: dict[str, Any] | None = None,
) -> ToolResult:
    """The result of a send: what the agent sees and what the inbox files."""
    return ToolResult(
        data=Sent(message_id=accepted.message_id, to=accepted.contact, kind=kind, status=accepted.status),
        upstream_id=accepted.message_id,
        sent=[
            SentMessage(
                contact=accepted.contact,
                upstream_id=accepted.message_id,
                kind=kind,
                text=text,
                reply_to=reply_to or "",
                media=media,
                at=graph.ctx.now(),
            )
        ],
    )
