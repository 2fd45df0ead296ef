"""Connected agents: what a member lets a client do for a customer, listed, used and ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from hermes.core import clock
from hermes.core.deadlocks import repeated
from hermes.core.errors import Forbidden, InvalidArgument, NotFound
from hermes.core.ids import is_id
from mcp_gateway.oauth import redirects
from mcp_gateway.oauth.models import Agent, OAuthClient, RefreshToken
from tenants import changes, customers
from tenants.actors import SYSTEM, Actor
from tenants.key_limits import PROFILES
from tenants.models import ApiKey, Membership
from tenants.roles import parse_scopes, scopes_of

USE_GRAIN = timedelta(minutes=1)
log = structlog.get_logger(__name__)


def listed(customer_id: int) -> "QuerySet[Agent]":
    """The customer's agents that can still get tokens, newest first, with their clients and members."""
    alive = RefreshToken.objects.filter(agent=OuterRef("pk"), expires_at__gt=clock.now())
    rows = Agent.objects.of(customer_id).filter(Exists(alive))
    return rows.select_related("client", "membership__user").order_by("-pk")


def get(customer_id: int, public_id: str) -> Agent:
    """One agent. Raises NotFound, for a stranger's agent as for one that never was."""
    found = listed(customer_id).filter(public_id=public_id).first() if is_id(public_id, "agt") else None
    if found is None:
        raise NotFound("There is no such agent. List the agents and use an id from that list.")
    return found


@repeated
def revoke(customer_id: int, public_id: str, *, by: Actor = SYSTEM) -> Agent:
    """Disconnect an agent: all its tokens end, in every process within 5 s.

    Raises NotFound, InsufficientScope, and Forbidden where a test key reaches for a live agent.
    """
    by.require("keys:manage")
    with transaction.atomic():
        customer = customers.locked(customer_id)
        agent = get(customer_id, public_id)
        if by.mode == ApiKey.Mode.TEST:
            by.require_mode(agent.mode)
        by.record(customer_id, "agent.revoked", f"{public_id} {agent.client}")
        Agent.objects.of(customer_id).filter(pk=agent.pk).delete()
        changes.announce(customer.public_id)
    return agent


@repeated
def consent(
    membership: Membership,
    client: OAuthClient,
    *,
    redirect_uri: str,
    scopes: frozenset[str],
    mode: str,
    profile: str,
    by: Actor,
) -> Agent:
    """Remember that a member lets `client` act; the same consent given again is the same agent.

    Raises Forbidden where the member's role does not include a scope, and InvalidArgument.
    """
    if not scopes or not parse_scopes(scopes) <= scopes_of(membership.role):
        raise Forbidden("An agent may not have more than the person who connects it. Leave a scope out.")
    if mode not in ApiKey.Mode.values or profile not in PROFILES:
        raise InvalidArgument("Choose one of the offered modes and profiles.")
    same = {
        "membership": membership,
        "client": client,
        "redirect_host": redirects.host_of(redirect_uri)[:255],
        "scope": " ".join(sorted(scopes)),
        "mode": mode,
    }
    with transaction.atomic():
        customers.locked(membership.customer_id)
        agent = Agent.objects.of(membership.customer_id).filter(**same).first()
        if agent is None:
            agent = Agent(customer_id=membership.customer_id, **same)
        agent.profile = profile
        agent.save()
        by.record(
            membership.customer_id,
            "agent.connected",
            f"{agent.public_id} {client}, {agent.redirect_host}, {mode}, {agent.scope}",
        )
        changes.announce(membership.customer.public_id)
    return agent


def last_choice(memberships: "Sequence[Membership]", client: OAuthClient) -> dict[str, str]:
    """What the person chose when they last let this client act; empty where they never did."""
    found = max(
        (a for m in memberships for a in Agent.objects.of(m.customer_id).filter(membership=m, client=client)),
        key=lambda agent: agent.pk,
        default=None,
    )
    if found is None:
        return {}
    return {"customer": found.customer.public_id, "profile": found.profile, "mode": found.mode}


def note_use(agent: Agent, now: datetime) -> None:
    """Remember when the agent was last used, to the minute."""
    if agent.last_used_at is not None and now - agent.last_used_at < USE_GRAIN:
        return
    try:
        Agent.objects.of(agent.customer_id).filter(pk=agent.pk).update(last_used_at=now)
    except DatabaseError as error:
        log.warning("last_use_not_noted", agent=agent.public_id, error=type(error).__name__)
