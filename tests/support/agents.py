"""An agent that a customer's owner connected, without the way there: a consent and its tokens."""

import dataclasses
import uuid
from datetime import timedelta
from typing import Any


@dataclasses.dataclass(frozen=True)
class Connected:
    """The agent's public id, its tokens and the client they were given to."""

    id: str
    access: str
    refresh: str
    client: str
    member: Any


def connect_agent(
    customer: Any, *, role: str = "owner", scope: str = "", mode: str = "live", profile: str = "core"
) -> Connected:
    """Connect an agent of a new client by the member with this role; by default with all the role allows."""
    from hermes.core import clock
    from mcp_gateway.oauth import agents, families, token_texts
    from mcp_gateway.oauth.models import AuthorizationCode, OAuthClient
    from tenants import actors
    from tenants.roles import scopes_of

    member = customer.memberships.get(role=role)
    redirect = "https://agent.example/callback"
    client = OAuthClient(
        name="Agent",
        redirect_uris=redirect,
        client_type=OAuthClient.CLIENT_PUBLIC,
        authorization_grant_type=OAuthClient.GRANT_AUTHORIZATION_CODE,
    )
    client.save()
    agent = agents.consent(
        member,
        client,
        redirect_uri=redirect,
        scopes=frozenset(scope.split()) or scopes_of(role),
        mode=mode,
        profile=profile,
        by=actors.of_member(member, surface="oauth"),
    )
    code = AuthorizationCode.objects.create(
        application=client,
        user=member.user,
        agent=agent,
        code=uuid.uuid4().hex,
        expires=clock.now() + timedelta(minutes=1),
        redirect_uri=redirect,
        scope=agent.scope,
    )
    pair = families.Pair(token_texts.mint_access(), token_texts.mint_refresh(), agent.scope)
    families.begin(code, pair)
    return Connected(agent.public_id, pair.access, pair.refresh, client.client_id, member)
