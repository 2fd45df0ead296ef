"""`/api/webhooks`: where the customer has events forwarded to. A key sees the endpoints of its own mode."""

from datetime import timedelta

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response

from hermes.core.errors import InvalidArgument
from inbox.forwarding import endpoints
from inbox.forwarding.endpoints import Issued
from inbox.forwarding.models import WebhookEndpoint
from mcp_gateway.rest import paging, reading
from mcp_gateway.rest.endpoint import Endpoint
from mcp_gateway.rest.openapi import operation
from mcp_gateway.rest.shapes import PageQuery
from mcp_gateway.rest.webhook_shapes import (
    IssuedWebhook,
    NewWebhook,
    Overlap,
    WebhookAnswer,
    WebhookChange,
    WebhookPage,
    webhook_info,
)

_TAG = "webhooks"
_SCOPE = "manage"


class Webhooks(Endpoint):
    """The list, and making one."""

    @operation("list_webhooks", "List webhooks", tag=_TAG, scope=_SCOPE, query=PageQuery, answer=WebhookPage)
    def get(self, request: Request) -> Response:
        """A page, oldest first."""
        wanted = reading.query(request, PageQuery)
        found, after = paging.page(
            endpoints.listed(self.principal.customer_id, by=self.actor),
            limit=wanted.limit,
            cursor=wanted.cursor,
            listing="webhooks",
            principal=self.principal,
        )
        told = WebhookPage(webhooks=[webhook_info(row) for row in found], next_cursor=after)
        return Response(msgspec.to_builtins(told))

    @operation(
        "create_webhook",
        "Have events forwarded to an address; of messages only with the scope inbox:read",
        tag=_TAG,
        scope=_SCOPE,
        body=NewWebhook,
        answer=IssuedWebhook,
        status=201,
    )
    def post(self, request: Request) -> Response:
        """201 with the endpoint and its secret, which is shown this once."""
        wanted = reading.body(request, NewWebhook)
        issued = endpoints.create(
            self.principal.customer_id,
            url=wanted.url,
            mode=wanted.mode or self.principal.mode,
            events=wanted.events,
            description=wanted.description,
            by=self.actor,
        )
        return _issued(issued, 201)


class WebhookById(Endpoint):
    """One endpoint."""

    @operation("get_webhook", "Read one webhook", tag=_TAG, scope=_SCOPE, answer=WebhookAnswer)
    def get(self, _request: Request, webhook_id: str) -> Response:
        """The endpoint."""
        return _answer(endpoints.get(self.principal.customer_id, webhook_id, by=self.actor))

    @operation(
        "change_webhook",
        "Change, disable or enable a webhook",
        tag=_TAG,
        scope=_SCOPE,
        body=WebhookChange,
        answer=WebhookAnswer,
    )
    def patch(self, request: Request, webhook_id: str) -> Response:
        """The changed endpoint."""
        wanted = reading.body(request, WebhookChange)
        endpoints.get(self.principal.customer_id, webhook_id, by=self.actor)
        changes = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not None}
        if not changes:
            raise InvalidArgument(
                "Give 'url', 'events', 'description' or 'enabled'.", details={"argument": "url"}
            )
        return _answer(endpoints.change(self.principal.customer_id, webhook_id, **changes, by=self.actor))

    @operation(
        "delete_webhook", "Delete a webhook with its log", tag=_TAG, scope=_SCOPE, answer=WebhookAnswer
    )
    def delete(self, _request: Request, webhook_id: str) -> Response:
        """The ended endpoint."""
        return _answer(endpoints.delete(self.principal.customer_id, webhook_id, by=self.actor))


class SecretRotation(Endpoint):
    """Another secret."""

    @operation(
        "rotate_webhook_secret",
        "Change a webhook's secret; the one before signs too for the overlap",
        tag=_TAG,
        scope=_SCOPE,
        body=Overlap,
        answer=IssuedWebhook,
    )
    def post(self, request: Request, webhook_id: str) -> Response:
        """The endpoint and its new secret, which is shown this once."""
        overlap = timedelta(seconds=reading.body(request, Overlap).overlap_s)
        issued = endpoints.rotate(self.principal.customer_id, webhook_id, overlap=overlap, by=self.actor)
        return _issued(issued, 200)


def _issued(issued: Issued, status: int) -> Response:
    told = IssuedWebhook(webhook=webhook_info(issued.endpoint), secret=issued.secret)
    return Response(msgspec.to_builtins(told), status=status)


def _answer(row: WebhookEndpoint) -> Response:
    return Response(msgspec.to_builtins(WebhookAnswer(webhook=webhook_info(row))))
