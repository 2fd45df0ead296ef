"""Messages of one session between processes: replies to the server's questions, and cancellations."""

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

from hermes.core import bus
from hermes.core.errors import InvalidArgument
from hermes.core.redis import hot, name
from mcp_gateway.mcp import wire
from mcp_gateway.mcp.exchange import Beat, Sink
from mcp_gateway.mcp.links import LEVELS, Link, is_at_least
from mcp_gateway.mcp.questions import PageRequired, Unanswered, is_answer, is_page
from mcp_gateway.mcp.sessions import Session

ANSWER_WITHIN_S = 300.0
LEVEL_KEPT_S = 24 * 3600
URL_ELICITATION_SINCE = "2025-11-25"


class RelayLink(Link):
    """The link of a handshake-era request: it asks on the request's own stream and waits for the reply."""

    def __init__(
        self, sink: Sink, *, customer: str, session: Session | None, progress_token: str | int | None
    ) -> None:
        capabilities = session.capabilities if session is not None else {}
        super().__init__(sink, customer=customer, capabilities=capabilities, progress_token=progress_token)
        self._session = session

    @property
    def opens_pages(self) -> bool:
        """Whether the client declared it, in the revision that has it."""
        is_known = self._session is not None and self._session.version == URL_ELICITATION_SINCE
        return is_known and super().opens_pages

    async def ask(self, requests: Mapping[str, Any]) -> Mapping[str, Any]:
        """The client's answers by key. Raises MissingCapability, PageRequired and Unanswered."""
        self.check_asked(requests)
        if self._session is None:
            raise Unanswered(
                "This tool must ask its user something, which needs a session; initialize first."
            )
        pages = [asked["params"] for asked in requests.values() if is_page(asked)]
        if pages and self._session.version == URL_ELICITATION_SINCE:
            raise PageRequired(pages)
        open_ones = {secrets.token_urlsafe(12): key for key in requests}
        answers: dict[str, Any] = {}
        async with bus.subscribe(topic(self._session)) as messages:
            for request_id, key in open_ones.items():
                await self._sink.emit(
                    wire.request(request_id, requests[key]["method"], requests[key].get("params", {}))
                )
            try:
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    async for message in messages:
                        key = open_ones.get(message.get("reply", {}).get("id", ""), "")
                        if key:
                            answers[key] = _answer(requests[key]["method"], message["reply"])
                        if len(answers) == len(open_ones):
                            break
            except TimeoutError:
                raise Unanswered("The question to the user was not answered in time. Call again.") from None
        return answers

    async def _wants(self, level: str) -> bool:
        if self._session is None:
            return True
        floor = await hot().execute("GET", _level_key(self._session.id))
        return floor is None or is_at_least(level, floor.decode())


def topic(session: Session) -> str:
    """The bus topic of a session."""
    return f"mcp:session:{session.id}"


async def pass_on_reply(session: Session, message: Mapping[str, Any]) -> None:
    """Give a client's response to whichever process waits for it; it is dropped where none does."""
    await bus.apublish(topic(session), {"reply": dict(message)})


async def pass_on_cancellation(session: Session, params: Mapping[str, Any]) -> None:
    """Stop the request a client no longer wants, in whichever process runs it."""
    if wire.is_id(params.get("requestId")):
        await bus.apublish(topic(session), {"cancel": params["requestId"]})


def cancellation(session: Session, request_id: str | int) -> Beat:
    """Waits until the client cancels this request."""

    async def wait() -> None:
        async with bus.subscribe(topic(session)) as messages:
            async for message in messages:
                if message.get("cancel") == request_id:
                    return

    return wait


async def set_log_level(session: Session, level: Any) -> None:
    """Send only log lines of this level and above; raises InvalidArgument."""
    if level not in LEVELS:
        raise InvalidArgument(f"A log level is one of {', '.join(LEVELS)}.")
    await hot().execute("SET", _level_key(session.id), level, "EX", str(LEVEL_KEPT_S))


def _level_key(session_id: str) -> str:
    return name("mcp", "level", session_id)


def _answer(method: str, reply: Mapping[str, Any]) -> Any:
    result = reply.get("result")
    if not is_answer(method, result):
        raise Unanswered("The client did not answer the question. Call again, or use another client.")
    return result
