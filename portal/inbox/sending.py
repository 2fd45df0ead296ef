"""Sending as the person who is signed in, by the road of every call; and refusals in a person's words."""

from collections.abc import Mapping
from typing import Any

from hermes.core.errors import (
    Conflict,
    HermesError,
    NeedsReauth,
    NotConnected,
    OutcomeUnknown,
    QuotaExceeded,
    RateLimited,
    WindowClosed,
)
from inbox import threads
from mcp_gateway import people
from mcp_gateway.calls import Answer, ToolCall
from portal.access import MemberRequest
from portal.inbox import conversation
from tenants.models import Connection

LIMIT_CLIENT = 120
# Errors whose own sentence tells an agent which tool to call next.
_WORDS: Mapping[type[HermesError], str] = {
    WindowClosed: "The platform's reply window is closed, so this was not sent.",
    NeedsReauth: "The platform refuses this account's credentials, so this was not sent. Connect it again.",
    NotConnected: "This account is not in use now, so this was not sent.",
    QuotaExceeded: "The units of this month are spent, so this was not sent. A larger plan has more.",
    RateLimited: "Too much was sent in a short time, so this was not. Wait a little, then send it again.",
    OutcomeUnknown: "The platform did not say whether it took this. It may have been sent: look at the "
    "conversation, or ask, before you send it again.",
    Conflict: "This is being sent already. It appears above in a moment.",
}


def call(
    request: MemberRequest, connection: Connection, tool: str, arguments: Mapping[str, Any], *, key: str = ""
) -> Answer:
    """Run a tool on the account's side of the customer (live or sandbox). Raises what the executor raises."""
    visit = request.visit
    caller = people.caller_of(
        visit.membership,
        mode=connection.mode,
        address=visit.actor.address,
        client=request.headers.get("User-Agent", "")[:LIMIT_CLIENT],
    )
    return people.run(caller, ToolCall(tool=tool, arguments=arguments, idempotency_key=key or None))


def count_as_read(request: MemberRequest, thread_id: str) -> None:
    """Who has answered has read what came before."""
    threads.mark_read(request.visit.customer.pk, conversation.accounts_of(request), thread_id)


def words(error: HermesError) -> str:
    """Why something was not sent, for a person."""
    return next((text for kind, text in _WORDS.items() if isinstance(error, kind)), error.message)


def next_key(error: HermesError, key: str) -> str:
    """The key of the next try, "" for a new one: the same only while the first is on its way."""
    return key if isinstance(error, Conflict) else ""
