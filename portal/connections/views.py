"""What is connected: the list, and one account."""

import dataclasses

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control

from connectors.registry import all_connectors
from portal.access import MemberRequest, for_members
from portal.connections.forms import RenameForm
from portal.connections.guides import logo_bytes
from tenants import connections
from tenants.connections import connector_of
from tenants.models import ApiKey, Connection

KINDS = {"active": "good", "needs_reauth": "bad", "paused": "warn", "pending": "warn", "revoked": ""}
WORDS = {"needs_reauth": "Reconnect", "revoked": "Disconnected", "pending": "Not verified"}


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """A connection as pages show it: beside the row the platform's name, and the state as a badge."""

    row: Connection

    @property
    def platform(self) -> str:
        """What people call the platform."""
        connector = all_connectors().get(self.row.platform)
        return connector.name if connector else self.row.platform

    @property
    def kind(self) -> str:
        """The badge's kind."""
        return KINDS[self.row.status]

    @property
    def word(self) -> str:
        """The state in a word."""
        return WORDS.get(self.row.status, self.row.status.title())


@for_members("tools:read")
def index(request: MemberRequest) -> HttpResponse:
    """The accounts, live ones first; those of the sandbox apart."""
    accounts = [Account(row) for row in connections.listed(request.visit.customer.pk)]
    return render(
        request,
        "portal/connections/index.html",
        {
            "live": [a for a in accounts if a.row.mode == ApiKey.Mode.LIVE],
            "sandbox": [a for a in accounts if a.row.mode == ApiKey.Mode.TEST],
            "may_manage": request.visit.may("connections:manage"),
        },
    )


@for_members("tools:read")
def detail(request: MemberRequest, connection_id: str) -> HttpResponse:
    """One account: state, identity, limits, and what can be done about it."""
    row = connections.get(request.visit.customer.pk, connection_id)
    connector = connector_of(row.platform)
    return render(
        request,
        "portal/connections/detail.html",
        {
            "account": Account(row),
            "connection": row,
            "connector": connector,
            "facts": {
                key.replace("_", " "): "yes" if value is True else value
                for key, value in row.identity.items()
                if value
            },
            "form": RenameForm({"label": row.account}),
            "may_manage": request.visit.may("connections:manage") and row.status != Connection.Status.REVOKED,
        },
    )


@cache_control(public=True, max_age=86_400)
def logo(_request: HttpRequest, platform: str) -> HttpResponse:
    """The platform's logo."""
    connector = all_connectors().get(platform)
    if connector is None:
        raise Http404
    return HttpResponse(logo_bytes(connector), content_type="image/svg+xml")
