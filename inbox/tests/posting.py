"""Posting as Meta does, and what became of what was posted."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from connectors.kit.meta import sign
from hermes.core import clock
from inbox import deliveries, watches
from inbox.models import Watch, WebhookDelivery
from tests.support.api import Api

SECRET, PREVIOUS = "meta-app-secret-current", "meta-app-secret-previous"
PATH = "/webhook/whatsapp"


def encoded(body: Any) -> bytes:
    """A body as it goes over the wire."""
    return body if isinstance(body, bytes) else msgspec.json.encode(body)


def post(api: Api, body: Any, *, secret: str = SECRET, headers: Mapping[str, str] | None = None) -> int:
    """Post a body, signed unless the headers are given; the status of the answer."""
    raw = encoded(body)
    status: int = api.post(
        PATH, content=raw, headers=sign(secret, raw) if headers is None else headers
    ).status_code
    return status


def kept(body: Any) -> WebhookDelivery | None:
    """The row of a body that was posted."""
    digest = hashlib.sha256(b"whatsapp\n\n" + encoded(body)).hexdigest()
    return WebhookDelivery.objects.filter(digest=digest).first()


def settle(row: WebhookDelivery) -> WebhookDelivery:
    """Let a worker try the delivery now; the row as it is then."""
    WebhookDelivery.objects.filter(pk=row.pk, state="received").update(next_try_at=clock.now())
    deliveries.settle(row.pk)
    row.refresh_from_db()
    return row


def bring(api: Api, *bodies: Any) -> list[WebhookDelivery]:
    """Post the bodies, then have each settled."""
    assert [post(api, body) for body in bodies] == [200] * len(bodies)
    rows = [kept(body) for body in bodies]
    return [settle(row) for row in rows if row is not None]


def take_broker_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Celery's broker is nowhere for the rest of the test."""
    import hermes.celery

    app = hermes.celery.app
    nowhere = app.connection_for_write("redis+socket:///nowhere/redis.sock")
    monkeypatch.setattr(app, "connection_for_write", lambda: nowhere)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)


def let_others_rest() -> None:
    """Nobody is looked at but whom this test asks for: accounts of other tests have no platform any more."""
    watches.enrol()
    Watch.objects.unscoped().update(next_at=clock.now() + timedelta(days=1))
