"""`search` and `fetch` over conversations and documents, by the contract of ChatGPT's deep research.

Their names and members are OpenAI's (platform.openai.com/docs/mcp, "search tool", "fetch tool").
"""

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

from django.conf import settings
from msgspec import Meta

from connectors.kit.conversations import NOTICE
from connectors.kit.documents import Documents
from connectors.kit.tool import READ, Output, Params, ToolResult
from connectors.registry import all_connectors
from hermes.core.errors import HermesError, InvalidArgument, NotFound
from hermes.core.ids import is_id
from hermes.core.third_party import shown
from mcp_gateway.own_tools.context import Channel, OwnContext, own_tool

OF_EACH = 10
MESSAGES = 100
TITLE_CHARS = 200
_STORED = dataclasses.replace(READ, open_world=False)


class Search(Params, frozen=True):
    """What is looked for."""

    query: Annotated[
        str, Meta(min_length=1, max_length=300, description="Words that must all occur, or a contact's name.")
    ]


class Found(Output, frozen=True, kw_only=True):
    """What fits, conversations first."""

    results: Annotated[list[dict[str, Any]], Meta(description="id (for fetch), title, url.")]
    notice: str = NOTICE


async def search(ctx: OwnContext, params: Search) -> ToolResult:
    """Find conversations and documents; an account that cannot be searched now is left out."""
    if not params.query.strip():
        raise InvalidArgument("'query' needs at least one word.", details={"argument": "query"})
    page = await ctx.whole_inbox.threads(q=params.query, limit=OF_EACH)
    results = [_listed(t["id"], _title_of(t)) for t in page["threads"]]
    for channel in ctx.channels:
        documents = _documents_of(channel)
        if documents is None or channel.status != "active":
            continue
        try:
            answer = await ctx.call(documents.search(params.query, OF_EACH), channel.connection)
        except HermesError:
            continue
        names = documents.found(answer.data)
        results += [_listed(f"{channel.connection}/{name}", shown(name, TITLE_CHARS)) for name in names]
    return ToolResult(data=Found(results=results))


class Fetch(Params, frozen=True):
    """Which one."""

    id: Annotated[str, Meta(min_length=1, max_length=1_100, description="`id` of a result of search.")]


class Fetched(Output, frozen=True, kw_only=True):
    """Its text."""

    id: str
    title: str
    text: str
    url: str
    metadata: dict[str, Any]


async def fetch(ctx: OwnContext, params: Fetch) -> ToolResult:
    """Read one conversation or document."""
    try:
        if is_id(params.id, "thr"):
            return ToolResult(data=await _conversation(ctx, params.id))
        return ToolResult(data=await _document(ctx, params.id))
    except NotFound:
        raise NotFound("There is nothing with this id. Use an id of a result of search.") from None


async def _conversation(ctx: OwnContext, thread_id: str) -> Fetched:
    page = await ctx.whole_inbox.thread(thread_id, limit=MESSAGES)
    thread = page["thread"]
    name = _one_line(thread.get("contact_name") or thread["contact"])
    lines = [
        f"[{message['at']}] {name if message['direction'] == 'in' else 'We'}: {_said(message)}"
        for message in reversed(page["messages"])
    ]
    return Fetched(
        id=thread_id,
        title=_title_of(thread),
        text="\n".join([NOTICE, *lines]),
        url=_url(thread_id),
        metadata={
            "platform": thread["platform"],
            "account": thread["account"],
            "last_at": thread["last_at"],
            "truncated": "next_cursor" in page,
            "untrusted": True,
            "notice": NOTICE,
        },
    )


async def _document(ctx: OwnContext, document_id: str) -> Fetched:
    connection, _, name = document_id.partition("/")
    channel = next((c for c in ctx.channels if c.connection == connection), None)
    documents = _documents_of(channel) if channel is not None else None
    if channel is None or documents is None or not name:
        raise NotFound("")
    document = documents.read((await ctx.call(documents.fetch(name), connection)).data)
    return Fetched(
        id=document_id,
        title=shown(document.title, TITLE_CHARS),
        text=document.text,
        url=_url(document_id),
        metadata={
            "platform": channel.platform,
            "account": shown(channel.account, TITLE_CHARS),
            "changed_at": document.changed_at,
            "truncated": document.truncated,
            "untrusted": True,
            "notice": NOTICE,
        },
    )


def _documents_of(channel: Channel) -> Documents | None:
    connector = all_connectors().get(channel.platform)
    return connector.documents if connector else None


def _listed(result_id: str, title: str) -> dict[str, Any]:
    return {"id": result_id, "title": title, "url": _url(result_id), "untrusted": True}


def _url(result_id: str) -> str:
    """Its page in the portal, which asks for a sign-in."""
    if is_id(result_id, "thr"):
        return f"{settings.PUBLIC_URL}/portal/inbox/{result_id}/"
    connection, _, name = result_id.partition("/")
    return f"{settings.PUBLIC_URL}/portal/connections/{connection}/#{quote(name)}"


def _title_of(thread: Mapping[str, Any]) -> str:
    name = _one_line(thread.get("contact_name") or thread["contact"])
    return f"{name} on {all_connectors()[thread['platform']].name} ({_one_line(thread['account'])})"


def _said(message: Mapping[str, Any]) -> str:
    """A message's text; its further lines are indented, so that none passes for another message."""
    text = str(message.get("text") or f"({message['kind']})")
    return text.replace("\n", "\n  ")


def _one_line(text: str) -> str:
    return " ".join(text.split())


TOOLS = (
    own_tool(
        name="search",
        title="Search conversations and notes",
        description="Find conversations of all channels, by words of their messages or the contact, and "
        "notes of connected vaults, by their words: ids, titles and addresses, for fetch. Marks nothing as "
        "read. Each vault's search counts as a call. What is newest: hermes_inbox.",
        params=Search,
        output=Found,
        handler=search,
        hints=_STORED,
        redact=frozenset({"query"}),
        example={"query": "invoice"},
    ),
    own_tool(
        name="fetch",
        title="Read a result of search",
        description="Read the conversation (its latest 100 messages, oldest first) or note that search "
        "found, as text. Marks nothing as read. With delivery and pages: hermes_get_thread.",
        params=Fetch,
        output=Fetched,
        handler=fetch,
        hints=_STORED,
        example={"id": "thr_01KAN8Z3J5V7Q2M4R6T8W0X1Y2"},
    ),
)
NAMES = frozenset(tool.name for tool in TOOLS)
