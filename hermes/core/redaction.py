"""What must not be seen: secrets are masked by their name, by their shape, or because they are known.

Each rule runs only where its needle occurs, and none backtracks: text from outside is cut and masked in
linear time.
"""

import math
import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, NamedTuple
from urllib.parse import quote

MASK = "***"
LIMIT_CHARS = 8_000
_READ_CHARS = 64_000
_LIMIT_ITEMS = 100
_LIMIT_DEPTH = 6
_SHORTEST_HIDDEN = 6
_MOST_HIDDEN = 64

_WORDS = (
    r"token|secret|passw(?:or)?d|api[_-]?key|private[_-]?key|(?:live|test|data|encryption)[_-]keys?"
    r"|signature|appsecret_proof|credentials?|code_verifier"
)
_SECRET_NAME = re.compile(rf"(?:{_WORDS}|authorization|cookie)s?$", re.IGNORECASE)


class _Rule(NamedTuple):
    needle: str
    pattern: re.Pattern[str]
    put: str


def _rule(needle: str, pattern: str, put: str = MASK) -> _Rule:
    return _Rule(needle, re.compile(pattern, re.IGNORECASE | re.DOTALL), put)


_RULES = (
    _rule("hms_", r"(hms_(?:live|test|at|rt)_)\w{4,}", rf"\1{MASK}"),
    _rule("/bot", r"(/bot)(?=\d)[^/\s?#\"'<>]+", rf"\1{MASK}"),
    _rule("/media/", r"(/media/)[\w.-]{20,}", rf"\1{MASK}"),
    _rule("/invitation/", r"(/portal/invitation/)[\w.-]{6,}", rf"\1{MASK}"),
    _rule("/account/", r"(/account/(?:confirm-email|password/reset/key)/)[\w:-]{6,}", rf"\1{MASK}"),
    _rule(":", r"(?<!\d)\d{6,}:[\w-]{30,}"),
    _rule("bearer", r"(\bbearer\s+)[\w.~+/=:-]{6,}", rf"\1{MASK}"),
    _rule("basic", r"(\bbasic\s+)[a-z0-9+/=]{12,}", rf"\1{MASK}"),
    _rule("bot ", r"(\bbot\s+)[\w-]{20,}\.[\w-]+\.[\w-]+", rf"\1{MASK}"),
    _rule("authorization", r"(\bauthorization\\?[\"']?\s*[:=]\s*\\?[\"']?)[^\r\n\"'\\]+", rf"\1{MASK}"),
    _rule("cookie", r"(\bcookie\\?[\"']?\s*[:=]\s*\\?[\"']?)[^\r\n\"'\\]+", rf"\1{MASK}"),
    _rule("=", rf"((?:{_WORDS})=)[^&\s\"'<>#;,)\\]+", rf"\1{MASK}"),
    _rule("%3d", rf"((?:{_WORDS})%3d)[^&%\s\"'<>#;,)\\]+", rf"\1{MASK}"),
    _rule("=", r"([?&](?:code|state|sig|key|auth|hmac)=)[^&\s\"'<>#;,)\\]+", rf"\1{MASK}"),
    _rule(":", rf"((?:{_WORDS})\\?[\"']\s*:\s*\\?[\"'])[^\"'\\]+", rf"\1{MASK}"),
    _rule(":", r"((?:x-api-key|x-hub-signature(?:-256)?|stripe-signature):\s*)[^\r\n\"'\\]+", rf"\1{MASK}"),
    _rule("@", r"(://)[^/\s@\"']+@", rf"\1{MASK}@"),
    _rule("eyj", r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"),
    _rule("eaa", r"(?<![a-z0-9])EAA[a-z0-9]{20,}"),
    _rule("_", r"(?<![a-z0-9])(?:[sr]k_(?:live|test)|whsec)_[a-z0-9]{10,}"),
    _rule("private key", r"-----BEGIN [a-z ]*PRIVATE KEY.*?(?:-----END[^-]*-----|\Z)"),
)

_hidden: ContextVar[tuple[str, ...]] = ContextVar("hermes_hidden", default=())


def hide(*secrets: str) -> None:
    """Mask these values in every log line and error report of the current request or task.

    Values under 6 characters are left: masking them would shred ordinary text.
    """
    known = _hidden.get()
    new = tuple(secret for secret in secrets if len(secret) >= _SHORTEST_HIDDEN and secret not in known)
    if new:
        _hidden.set((*known, *new)[-_MOST_HIDDEN:])


def is_secret_name(name: str) -> bool:
    """Whether what is stored under this name is masked whatever it is: `access_token`, `Cookie`, `apiKey`."""
    return _SECRET_NAME.search(name) is not None


def redact_text(text: str) -> str:
    """`text` without secrets; what is beyond 64,000 characters is dropped."""
    text = text[:_READ_CHARS]
    for secret in sorted(_hidden.get(), key=len, reverse=True):
        text = text.replace(secret, MASK).replace(quote(secret, safe=""), MASK)
    lower = text.lower()
    for needle, pattern, put in _RULES:
        if needle in lower:
            text = pattern.sub(put, text)
    return text


def redact(value: Any, *, depth: int = _LIMIT_DEPTH) -> Any:
    """`value` as plain JSON data without secrets, long texts and large or deep structures cut.

    Anything that is not JSON is shown by its repr, so that a Secret stays `***`.
    """
    match value:
        case str():
            return cut(redact_text(value))
        case bytes():
            return cut(redact_text(value[:_READ_CHARS].decode("utf-8", "backslashreplace")))
        case Mapping() | list() | tuple() | set() | frozenset() if depth == 0:
            return "…"
        case Mapping():
            named = ((cut(str(name)), item) for name, item in list(value.items())[:_LIMIT_ITEMS])
            return {name: _member(name, item, depth - 1) for name, item in named}
        case list() | tuple() | set() | frozenset():
            return [redact(item, depth=depth - 1) for item in list(value)[:_LIMIT_ITEMS]]
        case _:
            return _scalar(value)


def cut(text: str, limit_chars: int = LIMIT_CHARS) -> str:
    """`text`, or its two ends where it is longer than the limit."""
    if len(text) <= limit_chars:
        return text
    half = limit_chars // 2
    return f"{text[:half]}…{text[-half:]}"


def _member(name: str, item: Any, depth: int) -> Any:
    if is_secret_name(name) and not (item is None or isinstance(item, bool)):
        return MASK
    return redact(item, depth=depth)


def _scalar(value: object) -> Any:
    match value:
        case None | bool():
            return value
        case int():
            return value if abs(value) < 1 << 63 else cut(f"{value:#x}")
        case float():
            return value if math.isfinite(value) else str(value)
        case _:
            return cut(redact_text(_shown(value)))


def _shown(value: object) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001  (a broken repr must not cost the line)
        return f"<{type(value).__name__}>"
