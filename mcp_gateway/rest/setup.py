"""`GET /api/setup` and `/.well-known/ai-plugin.json`: how to reach this deployment, for anybody."""

import dataclasses

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from mcp_gateway.setup import clients, manifests

_PUBLIC = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}


@require_safe
def setup(_request: HttpRequest) -> HttpResponse:
    """What to paste into which client, and the entry for the MCP registry."""
    return _json(
        {
            "endpoint": f"{settings.PUBLIC_URL}/mcp",
            "key_placeholder": clients.PLACEHOLDER,
            "clients": [dataclasses.asdict(client) for client in clients.clients(settings.PUBLIC_URL)],
            "registry": manifests.registry_entry(settings.PUBLIC_URL),
        }
    )


@require_safe
def plugin(_request: HttpRequest) -> HttpResponse:
    """The manifest for plugins."""
    return _json(manifests.plugin_manifest(settings.PUBLIC_URL))


def _json(told: object) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(told), content_type="application/json", headers=_PUBLIC)
