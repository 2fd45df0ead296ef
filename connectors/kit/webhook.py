"""What a connector reads out of a platform's event."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """A message a contact (or another device of the business: `direction="out"`) sent.

    `route` are the connection's platform ids to try in order. Text is third-party data as it came.
    `contact` is the most stable id of the other side (WhatsApp: the business-scoped user id, else the
    phone number); `contact_phone` is the number in the platform's own form where one is known.
    Three kinds speak of another message, named by `reply_to`: `reaction` (`text` is the emoji, empty
    takes it back), `edit` (`text` and `media` are the new ones) and `revoke`.
    """

    route: Sequence[str]
    upstream_id: str
    contact: str
    at: datetime
    kind: str
    contact_name: str = ""
    contact_phone: str = ""
    text: str = ""
    reply_to: str = ""
    media: Mapping[str, Any] | None = None
    direction: str = "in"
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """A delivery status of a message that was sent; `rank` of `status` only ever rises.

    `call_token` is the token of the call that sent it, where the platform hands it back.
    """

    route: Sequence[str]
    upstream_id: str
    status: str
    at: datetime
    contact: str = ""
    error: Mapping[str, Any] | None = None
    call_token: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OtherEvent:
    """An event kept as it came: account notices, template states, kinds nobody knows yet."""

    route: Sequence[str]
    kind: str
    dedupe: str
    data: Mapping[str, Any]
    at: datetime | None = None


InboundEvent = InboundMessage | StatusChange | OtherEvent


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """How a platform checks the address of a webhook by GET.

    `answer(token, query)` is the text to answer, None where the query does not prove the token of the
    setting; constant time.
    """

    token_setting: str
    answer: Callable[[str, Mapping[str, str]], str | None]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSpec:
    """How a platform's webhook is verified and read.

    `verify(secrets, headers, body)` is constant time over the raw bytes and tries every secret;
    header names are lower case. `sign(secret, body)` makes the headers that `verify` asks for.
    `parse(body)` never raises on shapes it does not know. `lane(body)` is the account a body names first,
    found without parsing: deliveries of one lane wait for each other, never for another lane's.
    """

    secret_setting: str
    verify: Callable[[Sequence[str], Mapping[str, str], bytes], bool]
    sign: Callable[[str, bytes], Mapping[str, str]]
    parse: Callable[[bytes], list[InboundEvent]]
    lane: Callable[[bytes], str]
    handshake: Handshake | None = None
