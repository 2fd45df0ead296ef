"""The first page of the staff site: whether Hermes works, and what waits for somebody."""

import dataclasses
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timesince import timesince

from hermes.core import health
from inbox import backlog
from portal.staff import queues
from tenants import connections

GOOD, WARN, BAD = "success", "warning", "danger"


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """One line of the page; `level` is GOOD, WARN, BAD or nothing, `link` where to look on."""

    name: str
    value: str
    level: str = ""
    link: str = ""
    note: str = ""


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The page's context with its parts: (title, figures)."""
    parts = (
        ("Ready", _readiness()),
        ("Workers", _workers()),
        ("Webhook deliveries", _deliveries()),
        ("Customers' webhooks", _forwarding()),
        ("Connections", _connections()),
    )
    return {**context, "title": "Health", "parts": parts}


def _readiness() -> list[Figure]:
    report = health.readyz()
    return [
        Figure(
            name,
            f"{found.ms:.0f} ms" if found.ok else "failing",
            GOOD if found.ok else BAD,
            note=found.detail,
        )
        for name, found in report.checks.items()
    ]


def _workers() -> list[Figure]:
    has_beat = queues.has_beat()
    return [
        Figure("beat", "running" if has_beat else "none", GOOD if has_beat else BAD),
        *(
            Figure(
                queue.name,
                "unknown" if queue.waiting is None else f"{queue.waiting} waiting",
                BAD if queue.is_late else GOOD,
                note="no task finished today" if queue.age_s is None else f"last task {queue.age_s} s ago",
            )
            for queue in queues.states()
        ),
    ]


def _deliveries() -> list[Figure]:
    levels, since = {"quarantined": BAD, "unrouted": WARN}, backlog.oldest_due()
    listed = reverse("admin:inbox_webhookdelivery_changelist")
    return [
        Figure(
            state,
            _counted(count),
            levels.get(state, "") if count else GOOD,
            f"{listed}?state__exact={state}",
            f"due for {timesince(since)}" if since and state == "received" else "",
        )
        for state, count in backlog.deliveries().items()
    ]


def _forwarding() -> list[Figure]:
    levels = {"failing": WARN, "disabled": WARN}
    listed = reverse("admin:inbox_webhookendpoint_changelist")
    return [
        Figure(
            name,
            _counted(count),
            levels.get(name, "") if count else GOOD,
            "" if name == "pending" else listed,
        )
        for name, count in backlog.forwarding().items()
    ]


def _connections() -> list[Figure]:
    levels = {"active": GOOD, "needs_reauth": WARN}
    listed, counts = reverse("admin:tenants_connection_changelist"), connections.totals()
    return [
        Figure(
            status.replace("_", " "),
            f"{counts.get(status, 0):,}",
            levels.get(status, "") if counts.get(status) else "",
            f"{listed}?status__exact={status}",
        )
        for status in ("active", "needs_reauth", "pending", "paused")
    ]


def _counted(count: int) -> str:
    return f"{count:,}" if count < backlog.LIMIT_COUNTED else f"{count:,} or more"
