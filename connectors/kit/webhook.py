"""A platform's webhook: how it is set up, verified, read and answered."""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.kit.context import ToolContext
from connectors.kit.credentials import Credentials
from connectors.kit.secret import Secret


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
class Answer:
    """What a platform is answered."""

    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    status: int = 200


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """How a platform checks the address of a webhook by GET.

    `answer(token, query)` is what it is told, None where the query does not prove the token of the setting
    (the first one where the setting lists several); constant time.
    """

    token_setting: str
    answer: Callable[[str, Mapping[str, str]], Answer | None]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """How a platform is told where it is to post the events of one account.

    `add(ctx, address, secret)` runs once the account is linked, and again where that failed or the address
    changed; the platform may already post while it runs. `remove(ctx, address)` runs when the account is
    disconnected and leaves alone what is not `address`. Both may run twice; they raise HermesErrors, which
    the owner sees.
    """

    add: Callable[[ToolContext, str, Secret], Awaitable[None]]
    remove: Callable[[ToolContext, str], Awaitable[None]]


def _itself(secret: str) -> str:
    return secret


def _all_of_it(body: bytes) -> bytes:
    return body


def _no_lane(body: bytes) -> str:  # noqa: ARG001  (as every lane)
    return ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSpec:
    """How a platform's webhook is verified, read and answered.

    `secret_setting` names the setting with the secrets of the operator's app, which sign for all accounts.
    Without it each connection has a door of its own, `/webhook/<platform>/<connection>`, and keys of its
    own: the secret Hermes makes for it (`registration` hands it to the platform) and, with `key_of`, the
    key its credentials hold. An event that names no account (empty `route`) is then the connection's.

    `verify(keys, headers, body)` is constant time over the raw bytes and tries every key; header names are
    lower case. `sign(secret, body)` makes the headers that `verify` asks for, given `key_for(secret)`: the
    secret itself, or the public key where the platform signs with a key pair.
    `parse(body)` never raises on shapes it does not know. `lane(body)` is the account a body names first,
    found without parsing: deliveries of one lane wait for each other, never for another lane's.
    `identity(body)` is what makes two verified bodies the same delivery: their bytes unless given.
    `answer(body)` is what a verified request is told once it is stored, 200 and nothing unless given; it
    never raises.
    """

    verify: Callable[[Sequence[str], Mapping[str, str], bytes], bool]
    sign: Callable[[str, bytes], Mapping[str, str]]
    parse: Callable[[bytes], list[InboundEvent]]
    lane: Callable[[bytes], str] = _no_lane
    identity: Callable[[bytes], bytes] = _all_of_it
    secret_setting: str = ""
    key_of: Callable[[Credentials], str] | None = None
    key_for: Callable[[str], str] = _itself
    answer: Callable[[bytes], Answer] | None = None
    handshake: Handshake | None = None
    registration: Registration | None = None

    @property
    def is_per_connection(self) -> bool:
        """Whether each connection has a door and keys of its own, and no other door is open."""
        return not self.secret_setting
