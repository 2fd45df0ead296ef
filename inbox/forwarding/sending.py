"""One attempt to tell an endpoint one event, and what becomes of both."""

import dataclasses
import functools
import time
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError

from connectors.kit.statuses import retry_after_s
from hermes.core import clock, metrics
from hermes.core.errors import InvalidArgument
from hermes.core.http_sync import SyncHttpClient
from hermes.core.http_types import CutOff, HttpResponse, NotReached
from inbox.forwarding import endpoints, payload, signing
from inbox.forwarding.models import ForwardedEvent, WebhookEndpoint
from tenants.models import Customer

WAITS_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)  # after the first try, the second, …
DEADLINE_S = 15.0
LEASE_S = 60  # of a try that was begun; longer than any try takes
LIMIT_RETRY_AFTER_S = 36_000
LIMIT_LOG = 20  # attempts kept of one event
FAILING_FOR = timedelta(days=5)
IN_A_ROW = timedelta(hours=24)  # failures further apart are not one outage; the longest wait is 10 h
HEADERS = {"Content-Type": "application/json", "User-Agent": "Hermes-Webhooks/1"}
State = ForwardedEvent.State
log = structlog.get_logger(__name__)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How a try ended: the receiver's status (None: none came), or the kind of failure."""

    at: datetime
    duration_ms: int
    status: int | None = None
    error: str = ""
    retry_after_s: float | None = None

    @property
    def is_delivered(self) -> bool:
        """Whether the receiver took it: any 2xx."""
        return self.status is not None and 200 <= self.status < 300

    def logged(self) -> dict[str, Any]:
        """As the log keeps it."""
        return {
            "at": clock.iso(self.at),
            "status": self.status,
            "duration_ms": self.duration_ms,
            "error": self.error,
        }


def attempt(pk: int) -> bool:
    """Try an event that is due, unless another worker does; whether its endpoint took it.

    The try is counted before it is sent, so one that was sent and not recorded (the worker was killed) is
    sent again under the same id: receivers get every event at least once.
    """
    event = _claim(pk)
    if event is None:
        return True
    try:
        tried = _tried(event)
        _close(event, tried)
    except (OperationalError, InterfaceError) as away:
        log.warning("forwarding_interrupted", id=event.event_id, error=type(away).__name__)
        return False
    return tried.is_delivered


def _claim(pk: int) -> ForwardedEvent | None:
    """The event with this try counted; None where it is not to be sent now."""
    now = clock.now()
    rows = ForwardedEvent.objects.unscoped()
    due = rows.filter(
        pk=pk,
        state=State.PENDING,
        next_try_at__lte=now,
        endpoint__enabled=True,
        customer__status=Customer.Status.ACTIVE,
    )
    event = due.select_related("endpoint__customer").first()
    if event is None:
        return None
    claimed = rows.filter(pk=pk, state=State.PENDING, tries=event.tries, next_try_at=event.next_try_at)
    event.tries += 1
    event.next_try_at = now + timedelta(seconds=LEASE_S)
    if event.tries > len(WAITS_S) + 1:
        claimed.update(state=State.FAILED)
        return None
    return event if claimed.update(tries=event.tries, next_try_at=event.next_try_at) else None


def _tried(event: ForwardedEvent) -> Attempt:
    at, began = clock.now(), time.perf_counter()
    response, error = _sent(event, at)
    took = int((time.perf_counter() - began) * 1000)
    if response is None:
        return Attempt(at=at, duration_ms=took, error=error)
    return Attempt(
        at=at,
        duration_ms=took,
        status=response.status,
        error="" if 200 <= response.status < 300 else "status",
        retry_after_s=retry_after_s(response),
    )


def _sent(event: ForwardedEvent, at: datetime) -> tuple[HttpResponse | None, str]:
    endpoint = event.endpoint
    try:
        body = payload.body_of(event)
        proof = signing.headers(endpoint, event.event_id, body, at)
        response = client().request(
            "POST",
            endpoint.url,
            headers={**HEADERS, **proof},
            content=body,
            deadline_s=DEADLINE_S,
            wants_body=False,
        )
    except (OperationalError, InterfaceError):
        raise
    except (NotReached, InvalidArgument):
        return None, "unreachable"
    except CutOff:
        return None, "no_answer"
    except Exception:
        log.exception("forwarding_failed", id=event.event_id, endpoint=endpoint.public_id)
        return None, "internal"
    return response, ""


def _close(event: ForwardedEvent, tried: Attempt) -> None:
    now = clock.now()
    changes: dict[str, Any] = {"attempts": [*event.attempts, tried.logged()][-LIMIT_LOG:]}
    if tried.is_delivered:
        changes["state"] = State.DELIVERED
    elif event.tries > len(WAITS_S):
        changes["state"] = State.FAILED
    else:
        wait_s = max(WAITS_S[event.tries - 1], _asked_for_s(tried))
        changes["next_try_at"] = now + timedelta(seconds=wait_s)
    # Nothing is found where it was given up, disabled or redelivered meanwhile.
    rows = ForwardedEvent.objects.of(event.customer_id).filter(pk=event.pk)
    rows.filter(state=State.PENDING, tries=event.tries).update(**changes)
    metrics.count("forwarded", "delivered" if tried.is_delivered else tried.error)
    if tried.is_delivered:
        _note_success(event.endpoint)
    else:
        _note_failure(event.endpoint, tried, now)


def _note_success(endpoint: WebhookEndpoint) -> None:
    failing = WebhookEndpoint.objects.of(endpoint.customer_id).filter(pk=endpoint.pk)
    if endpoint.failed_at is not None:
        failing.update(failing_since=None, failed_at=None)


def _note_failure(endpoint: WebhookEndpoint, tried: Attempt, now: datetime) -> None:
    if tried.error == "internal":
        return
    goes_on = endpoint.failed_at is not None and now - endpoint.failed_at <= IN_A_ROW
    since = endpoint.failing_since if goes_on and endpoint.failing_since else now
    # One that does not answer is not asked for each of the events that wait.
    rest_s = WAITS_S[0] if tried.status is None else _asked_for_s(tried)
    WebhookEndpoint.objects.of(endpoint.customer_id).filter(pk=endpoint.pk).update(
        failing_since=since, failed_at=now, rests_until=now + timedelta(seconds=rest_s)
    )
    if tried.status == 410:
        endpoints.give_up(endpoint.customer_id, endpoint.public_id, "It answered 410 Gone.")
    elif now - since >= FAILING_FOR:
        endpoints.give_up(endpoint.customer_id, endpoint.public_id, "It failed for five days.")


def _asked_for_s(tried: Attempt) -> float:
    return min(tried.retry_after_s or 0.0, LIMIT_RETRY_AFTER_S)


@functools.cache
def client() -> SyncHttpClient:
    """The client of customers' addresses, for which the operator's base addresses are no exception."""
    return SyncHttpClient(bases=())
