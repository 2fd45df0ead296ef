"""Questions in rounds (2026-07-28, basic/patterns/mrtr): a call ends with what it asks and is made again.

A handler runs from its start in each round. What was answered before travels sealed in `requestState`,
bound to who asked what, and is found again by the keys of the questions.
"""

import hashlib
import time
from collections.abc import Mapping
from typing import Any

import msgspec
from mcp_types import INVALID_PARAMS

from hermes.core import crypto
from hermes.core.subkeys import subkey
from mcp_gateway.calls import Caller
from mcp_gateway.mcp.exchange import Sink
from mcp_gateway.mcp.links import Link, is_at_least
from mcp_gateway.mcp.questions import InputRequired, is_answer
from mcp_gateway.mcp.wire import RpcError

LIFETIME_S = 900
STATE_LIMIT_CHARS = 1 << 20
METHODS = frozenset({"tools/call", "prompts/get", "resources/read"})
_KID = "rounds"


class RoundsLink(Link):
    """The link of a 2026-07-28 request: it knows earlier rounds' answers and asks by ending the call."""

    def __init__(
        self,
        sink: Sink,
        *,
        customer: str,
        capabilities: Mapping[str, Any],
        progress_token: str | int | None,
        log_floor: Any,
        answers: Mapping[str, Any],
    ) -> None:
        super().__init__(sink, customer=customer, capabilities=capabilities, progress_token=progress_token)
        self._log_floor = log_floor
        self._answers = answers

    async def ask(self, requests: Mapping[str, Any]) -> Mapping[str, Any]:
        """The client's answers by key. Raises InputRequired where one is missing, and MissingCapability."""
        open_ones = {
            key: asked
            for key, asked in requests.items()
            if not is_answer(asked["method"], self._answers.get(key))
        }
        if not open_ones:
            return {key: self._answers[key] for key in requests}
        self.check_asked(open_ones)
        raise InputRequired(open_ones, {k: v for k, v in self._answers.items() if k not in open_ones})

    async def _wants(self, level: str) -> bool:
        return is_at_least(level, self._log_floor)


def answers_of(caller: Caller, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answers a request brings: those of earlier rounds and its own.

    Raises RpcError for a state that is not ours, expired, or of another request or caller.
    """
    given = params.get("inputResponses", {})
    if not isinstance(given, dict):
        raise RpcError(INVALID_PARAMS, "inputResponses must be an object.")
    state = params.get("requestState")
    return given if state is None else {**_opened(caller, method, params, state), **given}


def as_result(
    required: InputRequired, caller: Caller, method: str, params: Mapping[str, Any]
) -> dict[str, Any]:
    """The `input_required` result that asks the client. Raises RpcError for answers too long to carry on."""
    told = msgspec.json.encode({"until": int(time.time()) + LIFETIME_S, "answers": required.answers})
    state = crypto.seal(told, key=_key(_KID), kid=_KID, aad=_place(caller, method, params))
    if len(state) > STATE_LIMIT_CHARS:
        raise RpcError(INVALID_PARAMS, "The answers so far are too long to go on with. Answer more briefly.")
    return {"resultType": "input_required", "inputRequests": required.questions, "requestState": state}


def _opened(caller: Caller, method: str, params: Mapping[str, Any], state: Any) -> Mapping[str, Any]:
    try:
        if not isinstance(state, str) or len(state) > STATE_LIMIT_CHARS:
            raise crypto.BadEnvelope
        told = msgspec.json.decode(
            crypto.open_sealed(state, key_of=_key, aad=_place(caller, method, params)), type=_State
        )
    except crypto.SealError:
        told = _State(until=0, answers={})
    if told.until < time.time():
        raise RpcError(
            INVALID_PARAMS,
            "Invalid or expired requestState. Make the call again without it.",
            {"reason": "state"},
        )
    return told.answers


class _State(msgspec.Struct):
    until: int
    answers: dict[str, Any]


def _key(kid: str) -> bytes:
    if kid != _KID:
        raise KeyError(kid)
    return subkey("mcp-request-state")


def _place(caller: Caller, method: str, params: Mapping[str, Any]) -> list[str]:
    principal = caller.principal
    target = params.get("uri" if method == "resources/read" else "name")
    arguments = msgspec.json.encode(params.get("arguments"), order="sorted")
    digest = hashlib.sha256(arguments).hexdigest()
    return [
        "mcp-round",
        principal.customer,
        principal.kind,
        principal.credential_id,
        method,
        str(target),
        digest,
    ]
