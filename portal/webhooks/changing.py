"""What is done to a webhook beside editing it."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from hermes.core import clock
from hermes.core.errors import HermesError, NotFound
from inbox.forwarding import endpoints, history
from portal.access import MemberRequest, for_members


@require_POST
@for_members("webhooks:manage")
def change(request: MemberRequest, webhook_id: str, act: str) -> HttpResponse:
    """Pause, resume, test, send all that failed again, or delete; says how it went."""
    try:
        return _done(request, webhook_id, act)
    except NotFound:
        raise
    except HermesError as refusal:
        messages.error(request, refusal.message)
        return redirect("webhooks:detail", webhook_id)


@require_POST
@for_members("webhooks:manage")
def redeliver(request: MemberRequest, webhook_id: str, event_id: str) -> HttpResponse:
    """Send one event again."""
    try:
        history.redeliver(request.visit.customer.pk, webhook_id, event_id, by=request.visit.actor)
        messages.success(request, "It is sent again now.")
    except NotFound:
        raise
    except HermesError as refusal:
        messages.error(request, refusal.message)
    return redirect("webhooks:delivery", webhook_id, event_id)


def _done(request: MemberRequest, webhook_id: str, act: str) -> HttpResponse:
    customer_id, by = request.visit.customer.pk, request.visit.actor
    match act:
        case "pause":
            endpoints.change(customer_id, webhook_id, enabled=False, by=by)
            messages.success(request, "Paused. What happens from now on is not told to it.")
        case "resume":
            endpoints.change(customer_id, webhook_id, enabled=True, by=by)
            messages.success(request, "Enabled. It is told what happens from now on.")
        case "test":
            event = history.send_test(customer_id, webhook_id, by=by)
            return redirect("webhooks:delivery", webhook_id, event.event_id)
        case "failed":
            since = clock.now() - history.KEPT - timedelta(days=1)
            count = history.redeliver_range(customer_id, webhook_id, since=since, by=by)
            messages.success(request, f"Sent again, oldest first: {count}.")
        case "delete":
            endpoints.delete(customer_id, webhook_id, by=by)
            messages.success(request, "The webhook and its log are deleted.")
            return redirect("webhooks:index")
        case _:
            raise NotFound("There is no such act.")
    return redirect("webhooks:detail", webhook_id)
