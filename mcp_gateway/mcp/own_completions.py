"""Suggestions for the arguments of Hermes' prompts and the variables of its resources."""

from collections.abc import Mapping, Sequence

from hermes.core.errors import HermesError
from inbox.customer_reader import reader_of
from mcp_gateway.admission import take_turn
from mcp_gateway.calls import Caller

LIMIT = 20
Others = Mapping[str, str]


async def arguments(caller: Caller, name: str, typed: str, others: Others) -> Sequence[str]:
    """Channels, and conversations as `<id> <contact> (<platform>)`, found by id, name or number."""
    if name == "channel":
        return _channels(caller, typed)
    if name != "thread":
        return []
    return [label for _, label in await _threads(caller, typed, others.get("channel", ""))]


async def variables(caller: Caller, name: str, typed: str, others: Others) -> Sequence[str]:
    """Channels, and ids of conversations, found by id, name or number."""
    if name == "channel":
        return _channels(caller, typed)
    return [thread for thread, _ in await _threads(caller, typed, others.get("channel", ""))]


def thread_in(argument: str) -> str:
    """The id in what `arguments` suggests for a conversation; an id alone is one too."""
    return argument.strip().partition(" ")[0]


def _channels(caller: Caller, typed: str) -> list[str]:
    platforms = sorted({c.platform for c in caller.principal.connections})
    return [platform for platform in platforms if platform.startswith(typed.lower())]


async def _threads(caller: Caller, typed: str, channel: str) -> list[tuple[str, str]]:
    """Ids and labels of the latest conversations that fit; none where they cannot be told now."""
    try:
        caller = await take_turn(caller)
        page = await reader_of(caller.principal).people(
            None if _is_id(typed) else typed.strip() or None,
            channels=[channel] if channel else None,
            limit=100 if _is_id(typed) else LIMIT,
        )
    except HermesError:
        return []
    told = [(thread["id"], _label(thread)) for thread in page["threads"]]
    return [each for each in told if not _is_id(typed) or each[0].startswith(thread_in(typed))][:LIMIT]


def _is_id(typed: str) -> bool:
    return typed.startswith("thr_")


def _label(thread: Mapping[str, str]) -> str:
    who = thread.get("contact_name") or thread.get("contact_phone") or thread["contact"]
    return f"{thread['id']} {who} ({thread['platform']})"
