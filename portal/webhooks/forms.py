"""The forms of a webhook, and the filter of what it was told."""

from datetime import timedelta
from typing import Any

from django import forms

from inbox.forwarding import event_types
from inbox.forwarding.endpoints import LIMIT_URL
from inbox.forwarding.models import ForwardedEvent
from tenants.models import ApiKey

EVENT_WORDS = {
    event_types.ALL: "Everything, events of later versions too",
    "message.received": "a contact wrote",
    "message.sent": "your business wrote",
    "message.status": "a message was delivered, read or failed",
    "message.edited": "a message has another text",
    "message.revoked": "a message was taken back",
    "message.reaction": "an emoji on a message",
    "connection.active": "an account works",
    "connection.ending": "an account's access ends soon",
    "connection.needs_reauth": "an account must be reconnected",
    "connection.paused": "an account was paused",
    "connection.revoked": "an account was disconnected",
}
STATE_WORDS = {"pending": "Waiting", "delivered": "Delivered", "failed": "Failed"}
OVERLAPS = {"0": "Ends at once", "3600": "1 hour", "86400": "24 hours", "604800": "7 days"}
# Receivers verify with either secret for a day, which is what the REST path gives too.
OVERLAP = "86400"


def _worded(event: str) -> str:
    words = EVENT_WORDS.get(event, "")
    return words if event == event_types.ALL else f"{event}: {words}" if words else event


class WebhookForm(forms.Form):
    """What to change of a webhook: its address and what it is told."""

    url = forms.CharField(
        label="Address",
        max_length=LIMIT_URL,
        widget=forms.URLInput({"placeholder": "https://crm.example.com/hermes", "autocomplete": "off"}),
        help_text="Public, https, port 443. It answers 2xx within 15 seconds.",
    )
    description = forms.CharField(
        required=False, max_length=200, help_text="What receives it, such as “CRM” or “night archive”."
    )
    events = forms.MultipleChoiceField(
        label="It is told",
        choices=[(event, _worded(event)) for event in (event_types.ALL, *event_types.EVERY_TYPE)],
        widget=forms.CheckboxSelectMultiple,
        initial=[event_types.ALL],
    )


class NewWebhookForm(WebhookForm):
    """A webhook to make."""

    mode = forms.ChoiceField(
        label="Events of",
        choices=[(ApiKey.Mode.LIVE, "Live: your accounts"), (ApiKey.Mode.TEST, "Test: the sandbox")],
        widget=forms.RadioSelect,
        initial=ApiKey.Mode.LIVE,
    )
    field_order = ("url", "mode", "description", "events")


class RotationForm(forms.Form):
    """How long the old secret signs beside the new one."""

    overlap = forms.ChoiceField(
        choices=list(OVERLAPS.items()), initial=OVERLAP, label="The old secret signs too"
    )

    @property
    def lasting(self) -> timedelta:
        """The time in which both sign."""
        return timedelta(seconds=int(self.cleaned_data["overlap"]))


class DeliveryFilter(forms.Form):
    """Which deliveries to show, from the address. What is not chosen does not narrow."""

    state = forms.ChoiceField(
        required=False,
        choices=[("", "Any state"), *((s.value, STATE_WORDS[s.value]) for s in ForwardedEvent.State)],
    )
    event = forms.ChoiceField(
        required=False,
        choices=[("", "Any event"), *((e, e) for e in (*event_types.EVERY_TYPE, event_types.TEST))],
    )

    def chosen(self) -> dict[str, Any]:
        """As `history.listed` takes them; nothing where a filter is wrong."""
        return {n: v for n, v in self.cleaned_data.items() if v} if self.is_valid() else {}
