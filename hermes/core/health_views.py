"""`/healthz`, `/readyz` and `/metrics` for probes and Prometheus."""

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from hermes.core import health, metrics

_NO_STORE = {"Cache-Control": "no-store"}


@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 while the process answers at all."""
    return JsonResponse(health.healthz(), headers=_NO_STORE)


@require_safe
async def readyz(_request: HttpRequest) -> JsonResponse:
    """200 where every check passes, else 503; the body says which do not."""
    report = await health.areadyz()
    return JsonResponse(report.as_json(), status=200 if report.ok else 503, headers=_NO_STORE)


@require_safe
def prometheus(request: HttpRequest) -> HttpResponse:
    """The metrics of this process.

    With HERMES_METRICS_TOKEN set it asks for `Authorization: Bearer <token>`; without, production is closed.
    """
    if not settings.METRICS_OPEN:
        return HttpResponse("Set HERMES_METRICS_TOKEN to open this.\n", status=404, content_type="text/plain")
    presented = request.headers.get("Authorization", "").encode()
    if settings.METRICS_TOKEN and not hmac.compare_digest(
        presented, f"Bearer {settings.METRICS_TOKEN}".encode()
    ):
        return HttpResponse(
            "Send the metrics token: 'Authorization: Bearer <token>'.\n",
            status=401,
            content_type="text/plain",
            headers={"WWW-Authenticate": 'Bearer realm="metrics"'},
        )
    return HttpResponse(metrics.render(), content_type=metrics.CONTENT_TYPE, headers=_NO_STORE)
