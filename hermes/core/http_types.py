"""What outbound HTTP hands in and out, whichever client does it."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypedDict

import msgspec

from hermes.core.errors import OutcomeUnknown, PlatformUnavailable, TooLarge


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """A platform's answer. Header names are lower case; `body` is capped and decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON, or None where it is none."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a multipart body."""

    name: str
    content: bytes | str
    filename: str | None = None
    content_type: str | None = None


class Revealing(Protocol):
    """A secret that gives its value only when asked (`connectors.kit.secret.Secret`)."""

    def reveal(self) -> str:
        """The plain value."""
        ...


class RequestContent(TypedDict, total=False):
    """What a request says: at most one of json, form, parts and content; `limit_bytes` caps the answer."""

    headers: Mapping[str, str] | None
    bearer: Revealing | None
    params: Mapping[str, str] | None
    json: Any
    form: Mapping[str, str] | None
    parts: Sequence[Part] | None
    content: bytes | None
    limit_bytes: int


class RequestOptions(RequestContent, total=False):
    """The same and how long the whole exchange may take, in seconds (30 by default)."""

    deadline_s: float


class NotReached(PlatformUnavailable):
    """No byte of the request was accepted: name, address guard, connection or TLS failed.

    The text is the same for all of these, so that an answer never maps an inner network.
    """

    def __init__(self) -> None:
        super().__init__("The host could not be reached; check its address or try again in a minute.")


class CutOff(OutcomeUnknown):
    """The exchange broke after the request may have been received, the deadline included."""

    def __init__(self) -> None:
        super().__init__(
            "The connection ended before the answer; check whether it was done before you repeat it."
        )


class ResponseTooLarge(TooLarge):
    """The answer, decompressed, is larger than the caller takes."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The answer is larger than {limit_bytes:,} bytes; ask for less.")
