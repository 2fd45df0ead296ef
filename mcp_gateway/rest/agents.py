"""`/api/agents`: the agents that members connected. A test key sees those of the sandbox only."""

from typing import Annotated

import msgspec
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response

from hermes.core import clock
from mcp_gateway.oauth import agents
from mcp_gateway.oauth.models import Agent
from mcp_gateway.rest import paging, reading
from mcp_gateway.rest.endpoint import Endpoint
from mcp_gateway.rest.openapi import operation
from mcp_gateway.rest.shapes import KeyMode, PageQuery, Time, Told, iso

_TAG = "agents"
_SCOPE = "manage"


class AgentInfo(Told, frozen=True):
    """A connected agent."""

    id: str
    client: Annotated[str, Meta(description="What the client calls itself.")]
    redirect_host: Annotated[str, Meta(description="Where people were sent back to.")]
    member: Annotated[str, Meta(description="Who connected it; it may do no more than they.")]
    mode: KeyMode
    scopes: list[str]
    profile: str
    created_at: Time
    last_used_at: Time | None


class AgentPage(Told, frozen=True):
    """Agents, newest first."""

    agents: list[AgentInfo]
    next_cursor: str | None


class AgentAnswer(Told, frozen=True):
    """One agent."""

    agent: AgentInfo


class Agents(Endpoint):
    """The list."""

    @operation(
        "list_agents", "List connected agents", tag=_TAG, scope=_SCOPE, query=PageQuery, answer=AgentPage
    )
    def get(self, request: Request) -> Response:
        """A page, newest first; those whose tokens have all ended are gone."""
        self.actor.require("keys:manage")
        wanted = reading.query(request, PageQuery)
        rows = agents.listed(self.principal.customer_id)
        if self.principal.mode == "test":
            rows = rows.filter(mode="test")
        found, after = paging.page(
            rows, limit=wanted.limit, cursor=wanted.cursor, listing="agents", principal=self.principal
        )
        told = AgentPage(agents=[_info(row) for row in found], next_cursor=after)
        return Response(msgspec.to_builtins(told))


class AgentById(Endpoint):
    """Ending one."""

    @operation("revoke_agent", "Disconnect an agent at once", tag=_TAG, scope=_SCOPE, answer=AgentAnswer)
    def delete(self, _request: Request, agent_id: str) -> Response:
        """The agent as it was; all its tokens have ended."""
        row = agents.revoke(self.principal.customer_id, agent_id, by=self.actor)
        return Response(msgspec.to_builtins(AgentAnswer(agent=_info(row))))


def _info(row: Agent) -> AgentInfo:
    user = row.membership.user
    return AgentInfo(
        id=row.public_id,
        client=str(row.client),
        redirect_host=row.redirect_host,
        member=user.email or user.get_username(),
        mode="live" if row.mode == "live" else "test",
        scopes=sorted(row.scopes),
        profile=row.profile,
        created_at=clock.iso(row.created_at),
        last_used_at=iso(row.last_used_at),
    )
