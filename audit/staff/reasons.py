"""Why one of the staff looks at a customer: asked once for each customer, good for an hour of the session."""

import time
from typing import Any

from django import forms
from django.http import HttpRequest

from audit import records
from audit.models import AuditEntry

KEPT_S = 3600
LIMIT_REASON = 200
SURFACE = "admin"
_SESSION = "staff_reasons"


class ReasonForm(forms.Form):
    """Asks why; a ticket's number with a few words is enough."""

    reason = forms.CharField(
        min_length=8,
        max_length=LIMIT_REASON,
        label="Reason",
        help_text="The customer reads it in the audit trail: a ticket and a few words, no names of people.",
    )

    def clean_reason(self) -> str:
        """The reason in one line."""
        return " ".join(str(self.cleaned_data["reason"]).split())


def actor_of(request: HttpRequest) -> str:
    """The name of a member of the staff in a trail: `staff:7`."""
    return f"staff:{request.user.pk}"


def address_of(request: HttpRequest) -> str:
    """Where the request came from."""
    return str(request.META.get("REMOTE_ADDR", ""))


def give(request: HttpRequest, customer: str, reason: str) -> None:
    """Remember in the session why this customer (public id) is looked at."""
    kept = {name: told for name, told in _kept(request).items() if told[0] > time.time()}
    request.session[_SESSION] = {**kept, customer: [time.time() + KEPT_S, reason]}


def given(request: HttpRequest, customer: str) -> str:
    """The reason that still holds for this customer; empty where one has to be asked for."""
    until, reason = _kept(request).get(customer, (0, ""))
    return reason if until > time.time() else ""


def note(
    request: HttpRequest, customer_id: int, action: str, what: str, reason: str, *, outcome: str = "ok"
) -> AuditEntry:
    """Write into the customer's trail that one of the staff did `action` to `what`, and why."""
    return records.record(
        customer_id=customer_id,
        action=action,
        actor=actor_of(request),
        surface=SURFACE,
        detail=f"{what}: {reason}",
        outcome=outcome,
        address=address_of(request),
    )


def _kept(request: HttpRequest) -> dict[str, Any]:
    return dict(request.session.get(_SESSION, {}))
