"""The 24-hour window: free-form messages only while it is open, templates at any time."""

from collections.abc import Mapping
from typing import Any

from connectors.whatsapp.client import Accepted, Graph
from connectors.whatsapp.definitions import Definition, definition
from connectors.whatsapp.recipients import Recipient
from hermes.core.errors import HermesError, WindowClosed

SUGGESTED = 5
LIMIT_BODY_CHARS = 300


async def require_open(graph: Graph, to: Recipient) -> None:
    """Raise WindowClosed, naming templates that fit, where the window is known to be closed.

    Where nothing is known of the contact WhatsApp decides.
    """
    if (await graph.ctx.inbox.window(to.contact)).get("open") is False:
        raise await _closed(graph)


async def send(
    graph: Graph, to: Recipient, kind: str, content: Mapping[str, Any], *, reply_to: str | None = None
) -> Accepted:
    """Send a free-form message (`require_open` first). Raises WindowClosed where WhatsApp says so."""
    try:
        return await graph.send(to, kind, content, reply_to=reply_to)
    except WindowClosed:
        raise await _closed(graph) from None


async def _closed(graph: Graph) -> WindowClosed:
    fitting = await _fitting(graph)
    names = ", ".join(f"{t.name} ({t.language})" for t in fitting)
    advice = f"send one of these approved templates with whatsapp_send_template instead: {names}"
    if not fitting:
        advice = "send an approved template with whatsapp_send_template instead (see whatsapp_list_templates)"
    return WindowClosed(
        f"More than 24 hours passed since this person last wrote, so WhatsApp takes no free-form message; "
        f"{advice}.",
        details={"templates": [_suggestion(t) for t in fitting]},
    )


async def _fitting(graph: Graph) -> list[Definition]:
    """Approved templates, the handiest first: those with one gap, service before marketing, few values."""
    try:
        page, _ = await graph.template_page(None)
    except HermesError:
        return []
    sendable = [t for t in map(definition, page) if t.can_be_sent and t.category != "AUTHENTICATION"]
    sendable.sort(key=_order)
    return sendable[:SUGGESTED]


def _order(template: Definition) -> tuple[bool, bool, int, str]:
    has_one_gap = set(template.takes) == {"body"} and len(template.body_names) == 1
    values = len(template.body_names) + len(template.header_names)
    return not has_one_gap, template.category != "UTILITY", values, template.name


def _suggestion(template: Definition) -> dict[str, Any]:
    return {
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "body": template.body[:LIMIT_BODY_CHARS],
        "takes": template.takes,
    }
