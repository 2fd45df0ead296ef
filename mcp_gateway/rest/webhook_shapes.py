"""Forwarding over REST."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from hermes.core import clock
from inbox.forwarding import event_types
from inbox.forwarding.models import ForwardedEvent, WebhookEndpoint
from mcp_gateway.rest.shapes import Cursor, Given, KeyMode, Limit, Moment, Time, Told, iso

DeliveryState = Literal["pending", "delivered", "failed"]
Url = Annotated[str, Meta(max_length=2048, description="https:// on port 443 of a public host.")]
Events = Annotated[list[str], Meta(description=f"`*` for all, or of: {', '.join(event_types.EVERY_TYPE)}.")]
Description = Annotated[str, Meta(max_length=200)]


class NewWebhook(Given, frozen=True):
    """An endpoint to make."""

    url: Url
    events: Events = msgspec.field(default_factory=lambda: [event_types.ALL])
    mode: Annotated[KeyMode, Meta(description="That of the key, and so by default.")] | None = None
    description: Description = ""


class WebhookChange(Given, frozen=True):
    """What to change of an endpoint; enabling one forgets why it was disabled."""

    url: Url | None = None
    events: Events | None = None
    description: Description | None = None
    enabled: bool | None = None


class Overlap(Given, frozen=True):
    """How long deliveries bear the signature of the secret before as well."""

    overlap_s: Annotated[int, Meta(ge=0, le=604_800, description="Seconds.")] = 86_400


class DeliveryQuery(Given, frozen=True):
    """Which deliveries."""

    limit: Limit = 50
    cursor: Cursor | None = None
    state: DeliveryState | None = None
    event: Annotated[str, Meta(max_length=32, description="Of this type only.")] | None = None


class RedeliveryRange(Given, frozen=True):
    """Which events to send again, by the time they were noted."""

    since: Moment
    until: Annotated[Moment | None, Meta(description="By default now.")] = None
    only_failed: Annotated[bool, Meta(description="Leave out what was delivered.")] = True


class WebhookInfo(Told, frozen=True):
    """An endpoint. Its secret is never shown again."""

    id: str
    url: str
    mode: KeyMode
    events: list[str]
    description: str
    enabled: bool
    disabled_reason: str
    disabled_at: Time | None
    failing_since: Annotated[str | None, Meta(description="Of the failures in a row; null: all is well.")]
    previous_secret_until: Time | None
    created_at: Time


class WebhookAnswer(Told, frozen=True):
    """One endpoint."""

    webhook: WebhookInfo


class IssuedWebhook(Told, frozen=True):
    """An endpoint with its new secret, which is shown this once."""

    webhook: WebhookInfo
    secret: str


class WebhookPage(Told, frozen=True):
    """Endpoints, oldest first."""

    webhooks: list[WebhookInfo]
    next_cursor: str | None


class DeliveryInfo(Told, frozen=True):
    """An event on its way to an endpoint: `id` is the `webhook-id` that the receiver gets."""

    id: str
    type: str
    timestamp: Annotated[str, Meta(description="When it happened.")]
    created_at: Time
    state: DeliveryState
    next_attempt_at: Time | None
    attempts: Annotated[
        list[dict[str, Any]],
        Meta(description="`at`, `status` (null: no answer), `duration_ms`, `error`; the latest last."),
    ]


class DeliveryAnswer(Told, frozen=True):
    """One delivery."""

    delivery: DeliveryInfo


class DeliveryPage(Told, frozen=True):
    """Deliveries, newest first."""

    deliveries: list[DeliveryInfo]
    next_cursor: str | None


class Redelivered(Told, frozen=True):
    """How many events are sent again."""

    count: int


def webhook_info(row: WebhookEndpoint) -> WebhookInfo:
    """An endpoint as clients see it."""
    return WebhookInfo(
        id=row.public_id,
        url=row.url,
        mode="live" if row.mode == "live" else "test",
        events=row.events,
        description=row.description,
        enabled=row.enabled,
        disabled_reason=row.disabled_reason,
        disabled_at=iso(row.disabled_at),
        failing_since=iso(row.failing_since),
        previous_secret_until=iso(row.before_until),
        created_at=clock.iso(row.created_at),
    )


def delivery_info(row: ForwardedEvent) -> DeliveryInfo:
    """A delivery as clients see it."""
    is_pending = row.state == ForwardedEvent.State.PENDING
    return DeliveryInfo(
        id=row.event_id,
        type=row.type,
        timestamp=clock.iso(row.at),
        created_at=clock.iso(row.created_at),
        state=msgspec.convert(str(row.state), DeliveryState),
        next_attempt_at=clock.iso(row.next_try_at) if is_pending else None,
        attempts=row.attempts,
    )
