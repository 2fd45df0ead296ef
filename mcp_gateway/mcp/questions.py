"""What a tool may ask its client: elicitation, sampling, roots. Who can be asked, and what is an answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from hermes.core.errors import HermesError, InvalidArgument


class MissingCapability(InvalidArgument):
    """The client did not declare a capability the tool needs; `required` is a ClientCapabilities object."""

    def __init__(self, required: Mapping[str, Any]) -> None:
        super().__init__(
            f"This needs a client with the capability {', '.join(required)}; use one that has it."
        )
        self.required = dict(required)


class InputRequired(HermesError):
    """The call cannot go on before the client has answered; nothing was done and nothing is charged."""

    code, status = "input_required", 409

    def __init__(self, questions: Mapping[str, Any], answers: Mapping[str, Any]) -> None:
        super().__init__("The client must answer first; then the call is made again with its answers.")
        self.questions = questions
        self.answers = answers


class PageRequired(HermesError):
    """The person must open a page first; a 2025-11-25 client shows it for error -32042."""

    code, status = "input_required", 409

    def __init__(self, elicitations: Sequence[Any]) -> None:
        super().__init__("Open the page that was sent, finish there, then call again.")
        self.elicitations = elicitations


class Unanswered(InvalidArgument):
    """The client cannot be asked, refused to answer, or did not in time."""


def missing_capability(declared: Mapping[str, Any], method: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """What a client must declare besides `declared` to be asked this; empty where nothing is missing.

    An `elicitation` without members means form mode only (2025-11-25, client/elicitation).
    """
    if method == "sampling/createMessage":
        return {} if declared.get("sampling") is not None else {"sampling": {}}
    if method == "roots/list":
        return {} if declared.get("roots") is not None else {"roots": {}}
    mode = params.get("mode", "form")
    offered = declared.get("elicitation")
    if isinstance(offered, dict) and (mode in offered or (mode == "form" and not offered)):
        return {}
    return {"elicitation": {mode: {}}}


def is_page(asked: Mapping[str, Any]) -> bool:
    """Whether a question is a page to open rather than a form."""
    return bool(asked["method"] == "elicitation/create" and asked["params"].get("mode") == "url")


def is_answer(method: str, answer: Any) -> bool:
    """Whether a client's answer has the shape its question asks for."""
    if not isinstance(answer, dict):
        return False
    if method == "sampling/createMessage":
        return isinstance(answer.get("content"), dict | list) and isinstance(answer.get("role"), str)
    if method == "roots/list":
        return isinstance(answer.get("roots"), list)
    is_decided = answer.get("action") in ("accept", "decline", "cancel")
    return is_decided and isinstance(answer.get("content") or {}, dict)
