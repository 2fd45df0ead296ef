"""X's refusals in our words.

X answers `{"title", "detail", "type", "status"}` with a `type` that names the problem (docs.x.com, "Response
codes"), or `{"errors": [{"code", "message"}]}`. Status and type decide. The text is read for what X tells by
nothing else: a repeated post, a reply or a message that is not wanted, a post that is gone.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from connectors.kit.statuses import LIMIT_RETRY_S, error_of_status, retry_after_s
from hermes.core import clock
from hermes.core.errors import (
    Conflict,
    HermesError,
    NeedsReauth,
    NotAllowedByPlatform,
    NotFound,
    PlatformRejected,
    RateLimited,
    RecipientUnreachable,
)
from hermes.core.http_types import HttpResponse

PLATFORM = "X"
_EXPIRED = (
    "X refuses the access token: it is wrong, revoked or over (it lasts two hours unless renewed). Make "
    "a new one and connect with it."
)
_NO_CREDITS = "The credits of the X app are used up; its owner must buy more at console.x.com."
# By the last part of the problem's `type` or, of client-forbidden, by its `reason`.
PROBLEMS: Mapping[str, tuple[type[HermesError], str]] = {
    "client-not-enrolled": (
        NotAllowedByPlatform,
        "The X app is in no project with access to API v2; put it in one at console.x.com, then make a "
        "new token.",
    ),
    "client-forbidden": (
        NotAllowedByPlatform,
        "The X plan of the app does not include this; its owner can change the plan at console.x.com.",
    ),
    "usage-capped": (
        NotAllowedByPlatform,
        "The X app has used up its cap of this period; its owner can raise it at console.x.com.",
    ),
    "oauth1-permissions": (
        NotAllowedByPlatform,
        "The X app may read only; give it Read and write (and Direct Messages) under User authentication "
        "settings, then connect anew.",
    ),
    "unsupported-authentication": (
        NotAllowedByPlatform,
        "This is no user's token; connect with an OAuth 2.0 user access token, not the app's bearer token.",
    ),
    "resource-not-found": (NotFound, "X does not know that object; check the id."),
    "resource-unavailable": (NotFound, "X does not show that object any more."),
    "disallowed-resource": (NotAllowedByPlatform, "X does not allow this with that object."),
    "not-authorized-for-resource": (
        NotAllowedByPlatform,
        "X does not show that to this account: its owner protects it or has blocked the account.",
    ),
    "credits-depleted": (NotAllowedByPlatform, _NO_CREDITS),
    "invalid-request": (
        PlatformRejected,
        "X refused one of the values as invalid; check ids, text, media and times.",
    ),
}
# (status, what the text says) -> what it means.
_TOLD = (
    (
        (400, 403),
        re.compile(r"duplicate", re.IGNORECASE),
        Conflict,
        "X refuses a post that repeats an earlier one; change the text.",
    ),
    (
        (403,),
        re.compile(r"deleted or not visible", re.IGNORECASE),
        NotFound,
        "The post is deleted or not visible to this account.",
    ),
    (
        (403,),
        re.compile(r"reply to this conversation|have not been mentioned|not.{0,40}engaged by", re.IGNORECASE),
        NotAllowedByPlatform,
        "X lets apps reply only where the post's author mentioned or quoted the account (since 2026, except "
        "enterprise plans); answer in the X app.",
    ),
    (
        (403,),
        re.compile(r"cannot send messages|not have permission to DM|not allowed to send", re.IGNORECASE),
        RecipientUnreachable,
        "X does not deliver this person messages from the account: they do not follow it or take none.",
    ),
)
_INVALID_TOKEN = frozenset({32, 89, 215})
_NAMES = frozenset({"post.fields", "expansions"})


class UnknownNames(PlatformRejected):
    """X does not know the names of fields that were asked for."""


def explain_as(need: str) -> Callable[[HttpResponse], HermesError]:
    """What an answer means for a request that takes what `need` describes in words."""

    def explain(response: HttpResponse) -> HermesError:
        told = response.json()
        told = told if isinstance(told, dict) else {}
        name = problem_of(told)
        error = _error(response, told, name, need)
        if name:
            error.details.setdefault("platform_code", name)
        return error

    return explain


def problem_of(told: Mapping[str, Any]) -> str:
    """The name of the problem an answer is about, one of `PROBLEMS`; empty where it has none of them."""
    candidates = [told.get("reason"), str(told.get("type") or "").rpartition("/")[2]]
    if "credits" in str(told.get("title") or "").lower():
        candidates.append("credits-depleted")
    return next((name for name in candidates if isinstance(name, str) and name in PROBLEMS), "")


def _error(response: HttpResponse, told: Mapping[str, Any], name: str, need: str) -> HermesError:
    status = response.status
    said = _said(response, told)
    if said is not None:
        return said
    if status == 429 and name != "usage-capped":
        return _limited(response)
    if status < 500 and name:
        kind, sentence = PROBLEMS[name]
        return kind(sentence)
    if status == 403:
        return NotAllowedByPlatform(f"X does not allow this account to do that: {need}")
    return error_of_status(PLATFORM, response)


def _said(response: HttpResponse, told: Mapping[str, Any]) -> HermesError | None:
    """What single statuses and the texts of `_TOLD` mean."""
    status = response.status
    if status == 401 or _codes(told) & _INVALID_TOKEN:
        return NeedsReauth(_EXPIRED)
    if status == 402:
        return NotAllowedByPlatform(_NO_CREDITS)
    for statuses, words, kind, sentence in _TOLD:
        if status in statuses and words.search(f"{told.get('detail')} {_messages(told)}"):
            return kind(sentence)
    if status == 400 and _parameters(told) & _NAMES:
        return UnknownNames(PROBLEMS["invalid-request"][1])
    return None


def _limited(response: HttpResponse) -> RateLimited:
    wait_s = retry_after_s(response)
    if wait_s is None:
        wait_s = _reset_s(response)
    return RateLimited("X limits how often this account may do that; try again later.", retry_after_s=wait_s)


def _reset_s(response: HttpResponse) -> float:
    """Seconds until the limit that is used up begins anew: the day's where that is it, else the window's."""
    headers = response.headers
    name = next(
        (
            f"x-{whose}-limit-24hour"
            for whose in ("user", "app")
            if headers.get(f"x-{whose}-limit-24hour-remaining") == "0"
        ),
        "x-rate-limit",
    )
    reset = headers.get(f"{name}-reset", "").strip()
    if not reset.isascii() or not reset.isdecimal():
        return 60.0
    return min(max(float(reset[:12]) - clock.now().timestamp(), 1.0), LIMIT_RETRY_S)


def _listed(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    errors = told.get("errors")
    return [e for e in errors if isinstance(e, dict)] if isinstance(errors, list) else []


def _codes(told: Mapping[str, Any]) -> set[int]:
    return {e["code"] for e in _listed(told) if type(e.get("code")) is int}


def _messages(told: Mapping[str, Any]) -> str:
    return " ".join(str(e.get("message") or e.get("detail") or "") for e in _listed(told))


def _parameters(told: Mapping[str, Any]) -> set[str]:
    named = (e.get("parameters") for e in _listed(told))
    return {str(name) for parameters in named if isinstance(parameters, dict) for name in parameters}
