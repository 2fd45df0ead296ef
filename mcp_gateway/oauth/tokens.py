"""Access tokens as credentials: whom one stands for, and what it may still do."""

from hermes.core import clock
from hermes.core.errors import Unauthenticated
from mcp_gateway.oauth import agents, audience, token_texts
from mcp_gateway.oauth.models import AccessToken
from tenants import key_format, sandboxes
from tenants.models import ApiKey
from tenants.principals import Credential, Principal, connections_of, principal_of
from tenants.roles import scopes_of


class Expired(Unauthenticated):
    """A token that was good: its client gets a new one, and nobody was guessing."""


def is_token(presented: str) -> bool:
    """Whether a credential claims to be an access token rather than a key."""
    return presented.startswith(token_texts.ACCESS)


def load_principal(presented: str) -> Principal:
    """Who an access token stands for, with the connections of its mode. Reads the database.

    It may do what its member's role includes of what was consented to. Raises Expired, and Unauthenticated
    with one sentence for a token that is malformed, unknown, revoked or for another resource. A suspended
    customer's principal says so in `customer_status`.
    """
    row = _find(presented) if key_format.is_sealed(presented, token_texts.ACCESS) else None
    if row is None or row.agent is None or row.resource != [audience.canonical()]:
        raise Unauthenticated(key_format.UNKNOWN)
    agent, now = row.agent, clock.now()
    if not agent.membership.user.is_active:
        raise Unauthenticated(key_format.UNKNOWN)
    if row.expires <= now:
        raise Expired(key_format.UNKNOWN)
    agents.note_use(agent, now)
    credential = Credential(
        kind="agent",
        public_id=agent.public_id,
        name=str(agent.client),
        mode=agent.mode,
        scopes=agent.scopes & set(row.scope.split()) & scopes_of(agent.membership.role),
        profile=agent.profile,
        expires_at=row.expires,
    )
    if agent.mode == ApiKey.Mode.TEST:
        sandboxes.ensure(agent.customer)
    return principal_of(agent.customer, credential, connections_of(agent.customer, agent.mode))


def _find(presented: str) -> AccessToken | None:
    rows = AccessToken.objects.select_related("agent__customer", "agent__client", "agent__membership__user")
    return rows.filter(token_checksum=token_texts.digest(presented)).first()
