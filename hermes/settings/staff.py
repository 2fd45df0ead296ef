"""The staff site at /admin/: its name and its menu (django-unfold)."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy


def _page(title: str, icon: str, name: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}")}


def _security(_request: HttpRequest) -> Any:
    return reverse_lazy("mfa_index")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Hermes staff",
    "SITE_HEADER": "Hermes",
    "SITE_SUBHEADER": "Staff",
    "SITE_SYMBOL": "forum",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SITE_URL": None,
    "DASHBOARD_CALLBACK": "portal.staff.dashboard.fill",
    "ACCOUNT": {"navigation": [{"title": "Password and second factor", "link": _security}]},
    "SIDEBAR": {
        "navigation": [
            {
                "title": "Operation",
                "items": [
                    _page("Health", "monitor_heart", "index"),
                    _page("Webhook deliveries", "move_to_inbox", "inbox_webhookdelivery_changelist"),
                    _page("Connections", "cable", "tenants_connection_changelist"),
                    _page("Customers' webhooks", "webhook", "inbox_webhookendpoint_changelist"),
                ],
            },
            {
                "title": "Customers",
                "items": [
                    _page("Customers", "groups", "tenants_customer_changelist"),
                    _page("Plans", "sell", "billing_subscription_changelist"),
                    _page("OAuth clients", "smart_toy", "mcp_gateway_oauthclient_changelist"),
                    _page("Stripe subscriptions", "credit_card", "billing_stripesubscription_changelist"),
                ],
            },
        ],
    },
}
