"""One conversation as its page shows it: the messages, and how it can be answered."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from django.utils.http import urlencode
from msgspec import to_builtins

from connectors.kit.texting import Texting
from connectors.registry import all_connectors
from inbox import freshness, threads
from inbox.media.messages import are_served
from portal.access import MemberRequest
from tenants import connections
from tenants.models import Connection

MESSAGES = 50
_PICTURES = frozenset({"image", "photo", "sticker"})


@dataclasses.dataclass(frozen=True, slots=True)
class Answering:
    """How it can be answered now: by `text`, by `templates`; else `stopped` says why not.

    `stopped` is `platform` (it takes no texts), `window` (closed, without templates), or the account's state.
    """

    text: bool = False
    templates: bool = False
    stopped: str = ""


def accounts_of(request: MemberRequest) -> list[int]:
    """The connected accounts of the visit's customer."""
    return list(connections.listed(request.visit.customer.pk).values_list("pk", flat=True))


def mark_of(request: MemberRequest, thread_id: str) -> str:
    """Changes with what the latest page of the conversation shows; one query."""
    return freshness.of_thread(request.visit.customer.pk, thread_id, limit=MESSAGES)


def shown(request: MemberRequest, thread_id: str) -> dict[str, Any]:
    """What the page shows, the latest messages (or those at `cursor`) last.

    Raises NotFound and InvalidArgument (cursor).
    """
    customer_id, cursor = request.visit.customer.pk, request.GET.get("cursor") or None
    # The mark is read first: what comes in between shows with the next look.
    mark = mark_of(request, thread_id)
    page = threads.messages(
        customer_id, accounts_of(request), thread_id, with_statuses=True, limit=MESSAGES, cursor=cursor
    )
    told: dict[str, Any] = to_builtins(page)
    connection = connections.get(customer_id, told["thread"]["connection"])
    older = told.get("next_cursor")
    # No template is given `messages`: there it is Django's name for what is shown as toasts.
    messages = told.pop("messages")
    return told | {
        "bubbles": [_bubble(m, connection.platform) for m in reversed(messages)],
        "mark": mark,
        "heard": next((m["id"] for m in messages if m["direction"] == "in"), ""),
        "is_live": cursor is None,
        "older": "?" + urlencode({"cursor": older}) if older else "",
        "connection": connection,
        "platform": all_connectors()[connection.platform].name,
        "answering": answering(request, told["thread"], connection),
    }


def answering(request: MemberRequest, thread: Mapping[str, Any], connection: Connection) -> Answering | None:
    """How the conversation can be answered; None for whose role sends nothing."""
    if not request.visit.may("tools:write"):
        return None
    texting = texting_of(connection)
    if texting is None:
        return Answering(stopped="platform")
    if connection.status != Connection.Status.ACTIVE:
        return Answering(stopped=connection.status)
    is_open = thread["window"].get("open") is not False
    has_templates = texting.templates is not None
    return Answering(
        text=is_open, templates=has_templates, stopped="" if is_open or has_templates else "window"
    )


def texting_of(connection: Connection) -> Texting | None:
    """How the account's platform takes texts; None where it does not."""
    connector = all_connectors().get(connection.platform)
    return connector.texting if connector else None


def _bubble(message: dict[str, Any], platform: str) -> dict[str, Any]:
    media, steps = message.get("media") or {}, message.get("statuses") or []
    told: dict[str, Any] = {"fault": steps[-1].get("error") if steps else None}
    if media and are_served(platform) and not message.get("revoked_at"):
        sort = str(media.get("mime_type") or "").partition("/")[0] or str(
            media.get("kind") or message["kind"]
        )
        told["seen_as"] = "image" if sort in _PICTURES else "audio" if sort == "audio" else "file"
        told["file_name"] = media.get("filename") or ""
    return message | told
