"""`/api/sandbox/<platform>/inbound`: a person of the sandbox writes to the account of a test key."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response

from connectors.registry import all_connectors
from connectors.sandbox import Inbound
from hermes.core.errors import AmbiguousAccount, Forbidden, NotConnected, NotFound
from inbox.simulation import simulate
from mcp_gateway.rest import reading
from mcp_gateway.rest.endpoint import Endpoint
from mcp_gateway.rest.openapi import operation
from mcp_gateway.rest.shapes import Given, Told
from tenants.principals import ConnectionView


class SandboxInbound(Given, frozen=True):
    """What the person does."""

    sender: Annotated[str, Meta(min_length=1, max_length=64, description="Phone number or id of the person.")]
    text: Annotated[str, Meta(max_length=4096, description="What it says.")] = ""
    name: Annotated[str, Meta(max_length=100, description="The person's name.")] = "Sandbox contact"
    kind: Annotated[str, Meta(max_length=24, description="Such as `text` or `image`.")] = "text"
    reply_to: Annotated[str, Meta(max_length=191, description="Id of the message it is about.")] = ""
    content: Annotated[dict[str, Any], Meta(description="Further members of the platform's message.")] = {}
    account: Annotated[str, Meta(max_length=80, description="Label, if there are several.")] = ""


class SandboxPosted(Told, frozen=True):
    """The webhook body that the platform's stand-in posted; `kept` where it waits there to be found."""

    status: Literal["posted", "kept"]
    payload: dict[str, Any] | UnsetType = UNSET


class Simulation(Endpoint):
    """Simulating."""

    @operation(
        "simulate_inbound",
        "Simulate a message of a contact in the sandbox (test keys)",
        tag="sandbox",
        scope="tools:write",
        body=SandboxInbound,
        answer=SandboxPosted,
        status=202,
    )
    def post(self, request: Request, platform: str) -> Response:
        """202 once the signed delivery is stored; it reaches the inbox as a platform's would.

        Of a platform that does not push, the message is found by the next look, which begins at once.
        """
        if platform not in all_connectors():
            raise NotFound("There is no such platform.")
        self.actor.require("tools:write")
        if self.principal.mode != "test":
            raise Forbidden("Only a test key may simulate; use a key of form hms_test_….")
        wanted = reading.body(request, SandboxInbound)
        connection = self._connection(platform, wanted.account)
        event = Inbound(
            sender=wanted.sender,
            name=wanted.name,
            kind=wanted.kind,
            text=wanted.text,
            reply_to=wanted.reply_to,
            content=wanted.content,
        )
        payload = simulate(self.principal.customer, connection.public_id, platform, event)
        if payload is None:
            told = SandboxPosted(status="kept")
        else:
            told = SandboxPosted(status="posted", payload=dict(payload))
        return Response(msgspec.to_builtins(told), status=202)

    def _connection(self, platform: str, label: str) -> ConnectionView:
        held = [c for c in self.principal.connections if c.platform == platform]
        found = [c for c in held if label in ("", c.account)]
        if not found:
            raise NotConnected("There is no such sandbox account. Connect one with a test key.")
        if len(found) > 1:
            accounts = sorted(c.account for c in found)
            raise AmbiguousAccount(
                "Several accounts fit. Name one in 'account'.", details={"accounts": accounts}
            )
        return found[0]
