"""Staff's view of customers: to look at, never to edit, and without anything secret."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from tenants.models import ApiKey, Connection, Customer, Membership

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class LookOnly(_ModelAdmin):
    """Pages without a way to change a row: what staff may do is done by the functions of this app."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Never."""
        return False


class TenantAdmin(LookOnly):
    """Rows of all customers."""

    list_select_related = ("customer",)
    search_fields = ("customer__public_id", "customer__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:  # noqa: ARG002
        """All rows: staff serve every customer."""
        rows: QuerySet[Any] = self.model.objects.unscoped()
        return rows


@admin.register(Customer)
class CustomerAdmin(LookOnly):
    """Customers."""

    list_display = ("public_id", "name", "status", "created_at")
    list_filter = ("status",)
    search_fields = ("public_id", "name")
    fields = ("public_id", "name", "status", "data_key_kid", "created_at")


@admin.register(Membership)
class MembershipAdmin(TenantAdmin):
    """Who belongs to which customer."""

    list_display = ("customer", "user", "role", "created_at")
    fields = list_display


@admin.register(ApiKey)
class ApiKeyAdmin(TenantAdmin):
    """Keys, by name and last four characters."""

    list_display = (
        "public_id",
        "customer",
        "name",
        "mode",
        "last_four",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    fields = (*list_display, "scopes", "tools", "profile", "addresses", "created_at", "replaced_by")


@admin.register(Connection)
class ConnectionAdmin(TenantAdmin):
    """Connected accounts."""

    list_display = ("public_id", "customer", "platform", "account", "mode", "status", "verified_at")
    list_filter = ("platform", "mode", "status")
    fields = (*list_display, "status_reason", "source", "external_id", "created_at", "updated_at")
