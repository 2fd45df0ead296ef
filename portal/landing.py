"""The page at `/`: what Hermes is, for whoever comes by."""

import dataclasses
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.plans import CURRENCY, PLANS, Plan
from connectors.registry import all_connectors
from mcp_gateway.setup import clients
from portal.documentation import pages

SHOWN = {"claude-code": 0, "vscode": 0, "generic": 2}  # clients and which of their ways


@dataclasses.dataclass(frozen=True, slots=True)
class Offer:
    """A plan that can be had here, with what it costs a month as people write it."""

    plan: Plan
    price: str


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """The page; what it offers follows from how this deployment is set up."""
    told = {
        "platforms": [
            {"slug": c.slug, "name": c.name, "summary": c.summary} for c in all_connectors().values()
        ],
        "snippets": _snippets(),
        "offers": offers(),
        "is_open": settings.OPEN_SIGNUP,
        "has_operator": bool(settings.MCP_API_KEY),
        "is_signed_in": request.user.is_authenticated,
        "has_docs": bool(pages()),
    }
    return render(request, "landing.html", told)


def offers() -> list[Offer]:
    """The plans that can be bought here, after the free one; none where nothing is sold."""
    sold = {*settings.STRIPE_PRICES.values()}
    return [Offer(p, price(p)) for p in PLANS.values() if sold and (p.slug in sold or p.price_minor == 0)]


def price(plan: Plan) -> str:
    """What a plan costs a month: `29 EUR`, `Free`, or how else it is agreed."""
    if plan.price_minor is None:
        return "By agreement"
    whole, cents = divmod(plan.price_minor, 100)
    amount = f"{whole}.{cents:02}" if cents else f"{whole}"
    return f"{amount} {CURRENCY.upper()} a month" if plan.price_minor else "Free"


def _snippets() -> list[dict[str, Any]]:
    known = {client.id: client for client in clients.clients(settings.PUBLIC_URL)}
    return [
        {"id": name, "client": known[name].name, "way": known[name].ways[at]} for name, at in SHOWN.items()
    ]
