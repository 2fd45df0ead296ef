"""What platforms posted, and what is forwarded to customers' own systems, on the staff's site."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action, display

from audit.staff import reasons
from audit.staff.acts import ACTED, act
from audit.staff.pages import StaffAdmin
from audit.staff.shown import lines
from inbox import deliveries, nudge
from inbox.forwarding import history
from inbox.forwarding.models import ForwardedEvent, WebhookEndpoint
from inbox.models import WebhookDelivery
from tenants import actors, customers, routing

_STATE = {
    "received": "info",
    "pending": "info",
    "done": "success",
    "delivered": "success",
    "unrouted": "warning",
    "quarantined": "danger",
    "failed": "danger",
}


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(StaffAdmin):
    """Deliveries and what became of them; what was posted is shown to nobody."""

    owner = ""
    plural = "webhook deliveries"
    list_display = ("public_id", "platform", "shown_state", "tries", "received_at", "next_try_at", "reason")
    list_filter = ("state", "platform")
    search_fields = ("public_id__exact", "lane__exact", "addressee__exact")
    search_help_text = "Delivery, connection or the platform's account id, whole"
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("public_id", "platform", "shown_state", "reason", "tries")}),
        ("For", {"fields": ("addressee", "lane", "awaits")}),
        ("Body", {"fields": ("kept_bytes", "digest")}),
        ("Time", {"fields": ("received_at", "next_try_at")}),
    )
    readonly_fields = ("shown_state", "kept_bytes")
    actions = ("replay_chosen",)
    actions_detail = ("replay",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[WebhookDelivery]":
        """Without the bodies, with their lengths."""
        rows: QuerySet[WebhookDelivery] = super().get_queryset(request)
        return rows.defer("body").annotate(body_bytes=Length("body"))

    def customer_of(self, row: WebhookDelivery) -> Any:
        """Whose account the first id in it is, if anyone's."""
        owner = routing.owners([row.lane]).get(row.lane)
        return customers.by_row(owner) if owner else None

    @display(description="State", label=_STATE)
    def shown_state(self, delivery: WebhookDelivery) -> str:
        """What became of it."""
        return delivery.state

    @display(description="Bytes kept")
    def kept_bytes(self, delivery: Any) -> int:
        """The length of the body; 0 once everything in it has reached its connections."""
        return int(delivery.body_bytes)

    @action(description="Replay", permissions=["act"], icon="replay")
    def replay(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Have the delivery tried again."""

        def do(delivery: WebhookDelivery, _answers: Mapping[str, Any]) -> str:
            return _replay(WebhookDelivery.objects.filter(pk=delivery.pk))

        warning = "It is tried again within seconds. What it did before is not done twice."
        return act(self, request, object_id, title="Replay the delivery", warning=warning, do=do)

    @admin.action(description="Replay the chosen", permissions=["act"])
    def replay_chosen(self, request: HttpRequest, chosen: "QuerySet[WebhookDelivery]") -> None:
        """Have the chosen deliveries tried again."""
        rows = list(chosen.values_list("public_id", "lane")[: deliveries.BATCH])
        owners = routing.owners([lane for _, lane in rows])
        for public_id, lane in rows:
            if lane in owners:
                reasons.note(
                    request, owners[lane], ACTED, f"Replay the delivery {public_id}", "chosen in the list"
                )
        messages.success(request, _replay(WebhookDelivery.objects.filter(public_id__in=[i for i, _ in rows])))


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(StaffAdmin):
    """Where customers' events go. Of an address only the host is shown: the rest often is its password."""

    plural = "webhooks"
    list_display = ("public_id", "customer", "mode", "enabled", "failing_since", "disabled_at")
    list_filter = ("mode", "enabled")
    list_select_related = ("customer",)
    search_fields = ("public_id__exact", "customer__public_id__exact")
    search_help_text = "Webhook or customer id, whole"
    ordering = ("-pk",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "customer",
                    "public_id",
                    "host",
                    "mode",
                    "shown_events",
                    "description",
                    "created_at",
                )
            },
        ),
        ("State", {"fields": ("enabled", "disabled_reason", "disabled_at", "failing_since", "failed_at")}),
    )
    readonly_fields = ("host", "shown_events")
    shown_events = lines("events")

    @display(description="Host")
    def host(self, endpoint: WebhookEndpoint) -> str:
        """Where it is."""
        return urlsplit(endpoint.url).hostname or ""


@admin.register(ForwardedEvent)
class ForwardedEventAdmin(StaffAdmin):
    """The events of one customer on their way out."""

    of_one_customer = True
    list_display = ("event_id", "endpoint", "type", "shown_state", "tries", "created_at", "next_try_at")
    list_filter = ("state", "type")
    list_select_related = ("endpoint",)
    search_fields = ("event_id__exact",)
    search_help_text = "Event id, whole"
    ordering = ("-pk",)
    fields = (
        "customer",
        "event_id",
        "endpoint",
        "type",
        "shown_state",
        "tries",
        "next_try_at",
        "at",
        "shown_attempts",
    )
    readonly_fields = ("shown_state", "shown_attempts")
    actions_detail = ("redeliver",)
    shown_attempts = lines("attempts")

    @display(description="State", label=_STATE)
    def shown_state(self, event: ForwardedEvent) -> str:
        """Whether it has arrived."""
        return event.state

    @action(description="Redeliver", permissions=["act"], icon="replay")
    def redeliver(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Have the event sent again."""

        def do(event: ForwardedEvent, _answers: Mapping[str, Any]) -> str:
            by = actors.of_staff(int(request.user.pk or 0), address=reasons.address_of(request))
            history.redeliver(event.customer_id, event.endpoint.public_id, event.event_id, by=by)
            return "The event is sent again within seconds."

        warning = "The customer's system gets the event once more, under the same id."
        return act(self, request, object_id, title="Redeliver the event", warning=warning, do=do)


def _replay(chosen: "QuerySet[WebhookDelivery]") -> str:
    count = deliveries.again(chosen)
    nudge.nudge()
    return f"{count} tried again, within seconds." if count else "Nothing to try again: the body is gone."
