"""People as callers: a member at work in the portal calls tools by the same road as an agent."""

from asgiref.sync import async_to_sync

from mcp_gateway.calls import Answer, Caller, ToolCall
from mcp_gateway.executor import execute
from tenants.models import Membership
from tenants.principals import Credential, connections_of, principal_of
from tenants.roles import scopes_of

KIND, SURFACE = "user", "portal"


def caller_of(membership: Membership, *, mode: str, address: str = "", client: str = "") -> Caller:
    """The member as a caller in mode live or test, with what the role grants and no key.

    Read from the database at each request, so that a changed role and a disconnected account count at once.
    The trail names the person as everywhere else: `user:<id>`, surface `portal`.
    """
    credential = Credential(
        kind=KIND,
        public_id=str(membership.user_id),
        name=membership.role,
        mode=mode,
        scopes=scopes_of(membership.role),
        profile="full",
    )
    customer = membership.customer
    principal = principal_of(customer, credential, connections_of(customer, mode))
    return Caller(principal=principal, surface=SURFACE, client=client, address=address)


def run(caller: Caller, call: ToolCall) -> Answer:
    """`executor.execute` for synchronous code, whose error it raises: never inside a transaction."""
    return async_to_sync(execute)(caller, call)
