"""`/api/webhooks/<id>/…`: what an endpoint was told, telling it again, and testing it."""

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.forwarding import history
from inbox.forwarding.models import ForwardedEvent
from mcp_gateway.rest import paging, reading
from mcp_gateway.rest.endpoint import Endpoint
from mcp_gateway.rest.openapi import operation
from mcp_gateway.rest.webhook_shapes import (
    DeliveryAnswer,
    DeliveryPage,
    DeliveryQuery,
    Redelivered,
    RedeliveryRange,
    delivery_info,
)

_TAG = "webhooks"
_SCOPE = "manage"


class Deliveries(Endpoint):
    """The log."""

    @operation(
        "list_webhook_deliveries",
        "List what a webhook was told in the last 30 days, and what it is to be told",
        tag=_TAG,
        scope=_SCOPE,
        query=DeliveryQuery,
        answer=DeliveryPage,
    )
    def get(self, request: Request, webhook_id: str) -> Response:
        """A page, newest first."""
        wanted = reading.query(request, DeliveryQuery)
        rows = history.listed(
            self.principal.customer_id, webhook_id, state=wanted.state, event=wanted.event, by=self.actor
        )
        found, after = paging.page(
            rows,
            limit=wanted.limit,
            cursor=wanted.cursor,
            listing=f"deliveries:{webhook_id}",
            principal=self.principal,
        )
        told = DeliveryPage(deliveries=[delivery_info(row) for row in found], next_cursor=after)
        return Response(msgspec.to_builtins(told))


class Trial(Endpoint):
    """Trying it out."""

    @operation(
        "test_webhook",
        "Have a webhook told a test event; the log says how it went",
        tag=_TAG,
        scope=_SCOPE,
        answer=DeliveryAnswer,
        status=202,
    )
    def post(self, _request: Request, webhook_id: str) -> Response:
        """202 with the delivery that waits."""
        return _answer(history.send_test(self.principal.customer_id, webhook_id, by=self.actor))


class Redelivery(Endpoint):
    """One event again."""

    @operation(
        "redeliver_event", "Send an event again", tag=_TAG, scope=_SCOPE, answer=DeliveryAnswer, status=202
    )
    def post(self, _request: Request, webhook_id: str, event_id: str) -> Response:
        """202 with the delivery that waits."""
        return _answer(history.redeliver(self.principal.customer_id, webhook_id, event_id, by=self.actor))


class RangeRedelivery(Endpoint):
    """The events of a time again."""

    @operation(
        "redeliver_events",
        "Send the events of a time again",
        tag=_TAG,
        scope=_SCOPE,
        body=RedeliveryRange,
        answer=Redelivered,
        status=202,
    )
    def post(self, request: Request, webhook_id: str) -> Response:
        """202 with how many there are."""
        history.listed(self.principal.customer_id, webhook_id, by=self.actor)
        wanted = reading.body(request, RedeliveryRange)
        count = history.redeliver_range(
            self.principal.customer_id, webhook_id, **msgspec.structs.asdict(wanted), by=self.actor
        )
        return Response(msgspec.to_builtins(Redelivered(count=count)), status=202)


def _answer(row: ForwardedEvent) -> Response:
    return Response(msgspec.to_builtins(DeliveryAnswer(delivery=delivery_info(row))), status=202)
