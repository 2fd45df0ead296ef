"""What the endpoints for machines have in common: any web page may ask, bodies are small, nothing is kept."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse, JsonResponse

from hermes.core import limits

LIMIT_BODY_BYTES = 65_536
_OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, MCP-Protocol-Version",
    "Access-Control-Max-Age": "7200",
}
View = Callable[..., Any]


def for_machines(*, kept: bool = False) -> Callable[[View], View]:
    """A view without cookies: browsers' clients may read its answers, which nobody keeps unless `kept`."""

    def opened(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method == "OPTIONS":
                response = HttpResponse(status=204)
            elif is_too_large(request):
                response = refusal("invalid_request", "The body is larger than 64 KiB.", status=413)
            else:
                response = view(request, *args, **kwargs)
            for name, value in _OPEN.items():
                response.headers[name] = value
            response.headers["Cache-Control"] = "max-age=3600" if kept else "no-store"
            return response

        return answer

    return opened


def is_too_large(request: HttpRequest) -> bool:
    """Whether the body is more than any client needs to say; it has been taken in by then (4 MB at most)."""
    declared = request.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > LIMIT_BODY_BYTES:
        return True
    return len(request.body) > LIMIT_BODY_BYTES


def refusal(error: str, description: str, *, status: int = 400) -> JsonResponse:
    """An error as OAuth writes it (RFC 6749, 5.2)."""
    return JsonResponse({"error": error, "error_description": description}, status=status)


def throttled(request: HttpRequest, bucket: limits.Bucket) -> JsonResponse | None:
    """A 429 where the bucket of the request's address is empty, or None."""
    taken = async_to_sync(limits.take)(request.META["REMOTE_ADDR"], (bucket,))
    if taken.allowed:
        return None
    response = refusal("slow_down", "Too many of these from this address. Wait, then go on.", status=429)
    response.headers["Retry-After"] = str(max(1, int(taken.retry_after_s)))
    return response
