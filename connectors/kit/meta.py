"""What Meta's platforms have in common: the Graph API's version, errors and pages, and the webhook's proof.

Logic hangs on an error's `code` and `error_subcode`; Meta's texts are never passed on.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from connectors.kit import statuses
from connectors.kit.connector import Setting
from connectors.kit.statuses import error_of_status, retry_after_s
from connectors.kit.webhook import Answer, Handshake
from hermes.core.errors import HermesError, RateLimited
from hermes.core.http_types import HttpResponse

GRAPH_VERSION = Setting(
    name="META_GRAPH_VERSION", default="v26.0", help="Graph API version, served by Meta for about two years."
)
APP_SECRET = "META_APP_SECRET"  # noqa: S105  (a setting's name)
SIGNATURE = "x-hub-signature-256"
DEFAULT_RETRY_S = 60.0
_TRACE = re.compile(r"[A-Za-z0-9_-]{1,64}")

Meaning = tuple[type[HermesError], str]


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the secrets signed exactly these bytes; every secret is tried, in constant time."""
    given = headers.get(SIGNATURE, "").encode()
    matches = False
    for secret in secrets:
        mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        matches |= bool(secret) and hmac.compare_digest(b"sha256=" + mac.encode(), given)
    return matches


def sign(secret: str, body: bytes) -> dict[str, str]:
    """The header by which Meta signs these bytes."""
    return {SIGNATURE: "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def challenge(token: str, query: Mapping[str, str]) -> Answer | None:
    """Meta's handshake: the challenge, for who knows the verify token."""
    given = query.get("hub.verify_token", "")
    is_right = bool(token) and hmac.compare_digest(token.encode(), given.encode("utf-8", "replace"))
    if not is_right or query.get("hub.mode") != "subscribe":
        return None
    return Answer(body=query.get("hub.challenge", "").encode("utf-8", "replace"))


HANDSHAKE = Handshake(token_setting="META_VERIFY_TOKEN", answer=challenge)  # noqa: S106  (a setting's name)


def by_code(
    groups: Iterable[tuple[Sequence[int], type[HermesError], str]],
) -> dict[int, Meaning]:
    """What each code means, of meanings that several codes share."""
    return {code: (kind, sentence) for codes, kind, sentence in groups for code in codes}


def refusal(
    response: HttpResponse,
    *,
    platform: str,
    meaning: Callable[[int, object], Meaning | None],
    retry_s: Mapping[int, float] | None = None,
) -> HermesError:
    """The error Meta's answer stands for; `details` has Meta's code and trace id, nothing else of it.

    `meaning(code, subcode)` is None for what nobody knows yet: the HTTP status then decides. `retry_s` are
    the seconds to wait, by code, where the answer names none.
    """
    fallback = error_of_status(platform, response)
    told = member(response.json(), "error")
    code, subcode = told.get("code"), told.get("error_subcode")
    if type(code) is not int:
        return fallback
    kind, sentence = meaning(code, subcode) or (type(fallback), fallback.message)
    details: dict[str, Any] = {"platform_code": code}
    if type(subcode) is int:
        details["platform_subcode"] = subcode
    if _TRACE.fullmatch(str(told.get("fbtrace_id", ""))):
        details["trace_id"] = told["fbtrace_id"]
    wait_s = None
    if kind is RateLimited:
        asked = retry_after_s(response)
        wait_s = asked if asked is not None else _regain_s(response)
        wait_s = (retry_s or {}).get(code, DEFAULT_RETRY_S) if wait_s is None else wait_s
    return kind(sentence, retry_after_s=wait_s, details=details)


def silence_s(response: HttpResponse) -> float | None:
    """For how long Meta limits a whole account: its usage header says so, whatever the status, else a 429."""
    asked = statuses.silence_s(response)
    return _regain_s(response) if asked is None else asked


def page(answer: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], str | None]:
    """The items of a page and the cursor of the next, None on the last."""
    paging = answer.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return items(answer.get("data")), None
    after = member(paging, "cursors").get("after")
    return items(answer.get("data")), after if isinstance(after, str) and after else None


def items(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; empty for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def member(value: Any, name: str) -> Mapping[str, Any]:
    """An object's member that is an object; empty for anything else."""
    inner = value.get(name) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def text_of(value: Any) -> str:
    """Text, or a number as text; empty for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _regain_s(response: HttpResponse) -> float | None:
    """The longest wait of Meta's usage header, which counts in minutes."""
    try:
        usage = msgspec.json.decode(response.headers.get("x-business-use-case-usage", "null"))
        waits = [entry["estimated_time_to_regain_access"] for entries in usage.values() for entry in entries]
    except (msgspec.DecodeError, AttributeError, KeyError, TypeError):
        return None
    minutes = [w for w in waits if isinstance(w, int | float) and 0 < w <= 1440]
    return max(minutes) * 60.0 if minutes else None
