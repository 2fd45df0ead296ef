"""What the management paths have in common."""

from typing import Any, cast

from rest_framework.response import Response
from rest_framework.views import APIView

from mcp_gateway.calls import Caller
from tenants import actors
from tenants.actors import Actor
from tenants.principals import Principal


class Endpoint(APIView):
    """A management path; its answers are not to be kept by anybody on the way."""

    http_method_names = ("get", "head", "post", "patch", "delete")

    @property
    def caller(self) -> Caller:
        """Who asks."""
        return cast("Caller", self.request.user)

    @property
    def principal(self) -> Principal:
        """The customer's credential that was presented."""
        return self.caller.principal

    @property
    def actor(self) -> Actor:
        """Who acts, as management's functions take it."""
        return actors.of_key(self.principal, surface="rest", address=self.caller.address)

    def finalize_response(self, *args: Any, **kwargs: Any) -> Response:
        """Every answer, errors included."""
        response = super().finalize_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        return response
