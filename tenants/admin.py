"""Customers, members, keys and connections on the staff's site: their facts, and never a secret."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminSelectWidget

from audit.staff import reasons
from audit.staff.acts import act
from audit.staff.pages import StaffAdmin
from audit.staff.shown import lines
from billing import subscriptions
from billing.plans import PLANS
from tenants import actors, connections, customers, keys
from tenants.actors import Actor
from tenants.models import ApiKey, Connection, Customer, Membership

_STATUS = {
    "active": "success",
    "suspended": "danger",
    "needs_reauth": "warning",
    "paused": "info",
    "revoked": "danger",
}


class PlanForm(reasons.ReasonForm):
    """Asks which plan, and why."""

    plan = forms.ChoiceField(
        choices=[(p.slug, f"{p.name}, {p.calls_per_month:,} calls a month") for p in PLANS.values()],
        widget=UnfoldAdminSelectWidget,
    )


def _by(request: HttpRequest) -> Actor:
    return actors.of_staff(int(request.user.pk or 0), address=reasons.address_of(request))


@admin.register(Customer)
class CustomerAdmin(StaffAdmin):
    """The customers. Their names are the one list that is open without a reason."""

    owner = ""
    list_display = ("name", "public_id", "shown_status", "shown_plan", "created_at")
    list_filter = ("status",)
    list_select_related = ("subscription",)
    search_fields = ("public_id__exact", "name__istartswith", "memberships__user__email__exact")
    search_help_text = "Customer id, beginning of the name, or a member's whole e-mail"
    ordering = ("-pk",)
    fields = ("name", "public_id", "shown_status", "shown_plan", "created_at", "instructions")
    readonly_fields = ("shown_status", "shown_plan")
    actions_detail = ("change_plan", "suspend", "resume")

    def customer_of(self, row: Customer) -> Customer:
        """Itself."""
        return row

    @display(description="Status", label=_STATUS)
    def shown_status(self, customer: Customer) -> str:
        """Whether it may work."""
        return customer.status

    @display(description="Plan")
    def shown_plan(self, customer: Customer) -> str:
        """The plan it is on."""
        row = getattr(customer, "subscription", None)
        return row.plan if row else "free"

    def has_suspend_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Superusers, while the customer is active."""
        return self.has_act_permission(request) and _is(object_id, Customer.Status.ACTIVE)

    def has_resume_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Superusers, while the customer is suspended."""
        return self.has_act_permission(request) and _is(object_id, Customer.Status.SUSPENDED)

    @action(description="Suspend", permissions=["suspend"], variant=ActionVariant.DANGER, icon="block")
    def suspend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Refuse every key, token and page of the customer."""

        def do(customer: Customer, answers: Mapping[str, Any]) -> str:
            customers.suspend(customer, reason=answers["reason"], by=_by(request))
            return f"{customer.name} is suspended; every process knows within 5 s."

        warning = "Its keys and agents are refused everywhere within 5 s. Messages that come in are kept."
        return act(self, request, object_id, title="Suspend the customer", warning=warning, do=do)

    @action(description="Resume", permissions=["resume"], variant=ActionVariant.SUCCESS, icon="play_arrow")
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let the customer work again."""

        def do(customer: Customer, _answers: Mapping[str, Any]) -> str:
            customers.resume(customer, by=_by(request))
            return f"{customer.name} works again."

        warning = "Its keys and agents work again within 5 s."
        return act(self, request, object_id, title="Resume the customer", warning=warning, do=do)

    @action(description="Change plan", permissions=["act"], icon="sell")
    def change_plan(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give the customer another plan."""

        def do(customer: Customer, answers: Mapping[str, Any]) -> str:
            customers.change_plan(customer, answers["plan"], by=_by(request))
            return f"{customer.name} is on the plan {subscriptions.plan_of(customer.pk).name}."

        warning = (
            "The plan is given without payment and holds from the next call. A better one that is paid stays."
        )
        return act(
            self, request, object_id, title="Change the plan", warning=warning, do=do, form_class=PlanForm
        )


@admin.register(Membership)
class MembershipAdmin(StaffAdmin):
    """The people of one customer."""

    of_one_customer = True
    plural = "members"
    list_display = ("email", "role", "created_at", "last_login", "is_active")
    list_filter = ("role",)
    list_select_related = ("user",)
    ordering = ("pk",)
    fields = ("customer", "email", "role", "created_at", "last_login", "is_active")
    readonly_fields = ("email", "last_login", "is_active")

    @display(description="E-mail")
    def email(self, membership: Membership) -> str:
        """Who it is."""
        return membership.user.email

    @display(description="Last sign-in")
    def last_login(self, membership: Membership) -> Any:
        """When they last signed in."""
        return membership.user.last_login

    @display(description="May sign in", boolean=True)
    def is_active(self, membership: Membership) -> bool:
        """Whether the user is open."""
        return membership.user.is_active


@admin.register(ApiKey)
class ApiKeyAdmin(StaffAdmin):
    """The keys of one customer: what they may, and four characters to tell them apart."""

    of_one_customer = True
    plural = "API keys"
    list_display = (
        "name",
        "public_id",
        "mode",
        "ends_in",
        "profile",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    list_filter = ("mode", "profile")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("customer", "name", "public_id", "mode", "ends_in", "replaced_by_id")}),
        ("May", {"fields": ("shown_scopes", "shown_tools", "profile", "shown_addresses")}),
        ("Time", {"fields": ("created_at", "last_used_at", "expires_at", "revoked_at")}),
    )
    readonly_fields = ("ends_in", "replaced_by_id", "shown_scopes", "shown_tools", "shown_addresses")
    shown_scopes, shown_tools, shown_addresses = lines("scopes"), lines("tools"), lines("addresses")
    actions_detail = ("revoke",)

    @display(description="Ends in")
    def ends_in(self, key: ApiKey) -> str:
        """The last four characters."""
        return f"…{key.last_four}"

    @display(description="Replaced by")
    def replaced_by_id(self, key: ApiKey) -> str:
        """The key that followed it by rotation."""
        return key.replaced_by.public_id if key.replaced_by else ""

    @action(description="Revoke", permissions=["act"], variant=ActionVariant.DANGER, icon="key_off")
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End the key."""

        def do(key: ApiKey, _answers: Mapping[str, Any]) -> str:
            keys.revoke(key.customer_id, key.public_id, by=_by(request))
            return "The key is revoked; every process knows within 5 s."

        warning = (
            "Whatever uses this key is refused within 5 s. It cannot be undone; the customer makes a new key."
        )
        return act(self, request, object_id, title="Revoke the key", warning=warning, do=do)


@admin.register(Connection)
class ConnectionAdmin(StaffAdmin):
    """The accounts. Over all customers only how they are, for one customer also what they are."""

    list_display = ("public_id", "customer", "platform", "mode", "shown_status", "updated_at")
    list_filter = ("status", "platform", "mode", "source")
    list_select_related = ("customer",)
    search_fields = ("public_id__exact", "customer__public_id__exact")
    search_help_text = "Connection or customer id, whole"
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("customer", "public_id", "platform", "account", "mode", "source")}),
        ("State", {"fields": ("shown_status", "status_reason", "verified_at", "created_at", "updated_at")}),
        ("At the platform", {"fields": ("external_id", "shown_identity", "webhook_fault")}),
    )
    readonly_fields = ("shown_status", "shown_identity")
    actions_detail = ("pause", "resume")
    shown_identity = lines("identity")

    @display(description="Status", label=_STATUS)
    def shown_status(self, connection: Connection) -> str:
        """Whether it works."""
        return connection.status

    @action(description="Pause", permissions=["act"], icon="pause")
    def pause(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Stop all calls to the account."""

        def do(connection: Connection, _answers: Mapping[str, Any]) -> str:
            connections.pause(connection.customer_id, connection.public_id, by=_by(request))
            return "The account is paused."

        warning = "Calls to this account are refused until it is resumed; its credentials stay as they are."
        return act(self, request, object_id, title="Pause the account", warning=warning, do=do)

    @action(description="Resume", permissions=["act"], icon="play_arrow")
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let calls go on."""

        def do(connection: Connection, _answers: Mapping[str, Any]) -> str:
            connections.resume(connection.customer_id, connection.public_id, by=_by(request))
            return "The account works again."

        return act(self, request, object_id, title="Resume the account", warning="Calls to it go on.", do=do)


def _is(object_id: Any, status: str) -> bool:
    return Customer.objects.filter(pk=object_id, status=status).exists()
