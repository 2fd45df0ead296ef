"""Agents and the programs they are, on the staff's site: no secret, code or token of theirs is shown."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from audit.staff import reasons
from audit.staff.acts import act
from audit.staff.pages import StaffAdmin
from mcp_gateway.oauth import agents
from mcp_gateway.oauth.models import Agent, OAuthClient
from tenants import actors


@admin.register(OAuthClient)
class OAuthClientAdmin(StaffAdmin):
    """Programs that may ask people for access; they are no customer's."""

    owner = ""
    plural = "OAuth clients"
    list_display = ("shown_name", "client_id", "auth_method", "created", "used_at")
    list_filter = ("auth_method",)
    search_fields = ("client_id__exact", "name__istartswith")
    search_help_text = "Client id, whole, or the beginning of the name"
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("shown_name", "client_id", "client_type", "auth_method", "redirect_uris")}),
        ("Time", {"fields": ("created", "updated", "used_at")}),
    )
    readonly_fields = ("shown_name",)

    @display(description="Name")
    def shown_name(self, client: OAuthClient) -> str:
        """What it calls itself."""
        return client.name or "(no name)"


@admin.register(Agent)
class AgentAdmin(StaffAdmin):
    """What members of one customer let programs do."""

    of_one_customer = True
    list_display = ("public_id", "client", "redirect_host", "mode", "scope", "last_used_at")
    list_filter = ("mode", "profile")
    list_select_related = ("client",)
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("customer", "public_id", "client", "redirect_host", "member")}),
        ("May", {"fields": ("mode", "scope", "profile")}),
        ("Time", {"fields": ("created_at", "last_used_at")}),
    )
    readonly_fields = ("member",)
    actions_detail = ("revoke",)

    @display(description="Let in by")
    def member(self, agent: Agent) -> str:
        """Who consented."""
        return agent.membership.user.email

    @action(description="Disconnect", permissions=["act"], variant=ActionVariant.DANGER, icon="link_off")
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End all tokens of the agent."""

        def do(agent: Agent, _answers: Mapping[str, Any]) -> str:
            by = actors.of_staff(int(request.user.pk or 0), address=reasons.address_of(request))
            agents.revoke(agent.customer_id, agent.public_id, by=by)
            return "The agent is disconnected; every process knows within 5 s."

        warning = "All its tokens end within 5 s. The person can connect it again."
        return act(self, request, object_id, title="Disconnect the agent", warning=warning, do=do)
