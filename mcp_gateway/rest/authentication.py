"""Who calls a management path: the same look-up of a credential as for a tool call, never a session."""

from typing import Any

from asgiref.sync import async_to_sync
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from hermes.core import limits
from hermes.core.errors import RateLimited
from mcp_gateway import auth
from mcp_gateway.calls import Caller

REQUESTS = limits.Bucket("manage", capacity=300, per_minute=600)
_CREDENTIALS = {b"authorization": "HTTP_AUTHORIZATION", b"x-api-key": "HTTP_X_API_KEY"}


class KeyAuthentication(BaseAuthentication):
    """The Caller behind the Authorization or X-API-Key header becomes `request.user`."""

    def authenticate(self, request: Request) -> tuple[Any, None]:
        """Raises Unauthenticated, Forbidden and RateLimited."""
        return async_to_sync(_caller)(request._request), None


async def _caller(request: HttpRequest) -> Caller:
    given = {name: request.META.get(variable, "") for name, variable in _CREDENTIALS.items()}
    caller = await auth.authenticate(
        [(name, value.encode("latin-1", "replace")) for name, value in given.items()],
        address=request.META["REMOTE_ADDR"],
        surface="rest",
        client=request.headers.get("User-Agent", "")[:120],
    )
    taken = await limits.take(caller.principal.customer, (REQUESTS,))
    if not taken.allowed:
        raise RateLimited("Too many requests a minute. Wait, then go on.", retry_after_s=taken.retry_after_s)
    return await auth.refreshed(caller, taken.epoch)
