"""`/api/usage`, `/api/subscription` and `/api/audit`: what was used, is paid for and was done.

A test key sees the sandbox's part of usage and trail.
"""

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response

from audit import trail
from billing import subscriptions
from mcp_gateway.rest import paging, reading
from mcp_gateway.rest.endpoint import Endpoint
from mcp_gateway.rest.openapi import operation
from mcp_gateway.rest.record_shapes import AuditPage, AuditQuery, SubscriptionNow, Usage


class UsageNow(Endpoint):
    """This month."""

    @operation("get_usage", "Read this month's usage", tag="usage", scope="tools:read", answer=Usage)
    def get(self, _request: Request) -> Response:
        """Units used and left, in the key's mode."""
        self.actor.require("billing:read")
        return Response(subscriptions.usage(self.principal.customer_id, self.principal.mode))


class SubscriptionOfNow(Endpoint):
    """What the customer pays for."""

    @operation(
        "get_subscription",
        "Read the plan and its payment",
        tag="usage",
        scope="tools:read",
        answer=SubscriptionNow,
    )
    def get(self, _request: Request) -> Response:
        """The plan, the subscription's status, period and last payment."""
        self.actor.require("billing:read")
        return Response(subscriptions.standing(self.principal.customer_id))


class AuditTrail(Endpoint):
    """The trail."""

    @operation(
        "list_audit_entries",
        "Read the audit trail",
        tag="audit",
        scope="manage",
        query=AuditQuery,
        answer=AuditPage,
    )
    def get(self, request: Request) -> Response:
        """A page, newest first."""
        self.actor.require("audit:read")
        wanted = reading.query(request, AuditQuery)
        chosen = msgspec.structs.asdict(wanted)
        if self.principal.mode == "test":
            chosen["mode"] = "test"
        chosen["cursor"] = paging.read(wanted.cursor, listing="audit", principal=self.principal)
        page = trail.page(self.principal.customer_id, **chosen)
        after = page.next_cursor and paging.sign(page.next_cursor, listing="audit", principal=self.principal)
        return Response(msgspec.to_builtins(AuditPage(entries=page.entries, next_cursor=after)))
