"""The audit trail on the staff's site: of one customer at a time."""

from typing import Any

from django.contrib import admin
from unfold.decorators import display

from audit.models import AuditEntry
from audit.staff.pages import StaffAdmin


@admin.register(AuditEntry)
class AuditEntryAdmin(StaffAdmin):
    """What was called and done for one customer; there is no way to ask over several."""

    of_one_customer = True
    plural = "audit entries"
    list_display = (
        "at",
        "act",
        "actor",
        "surface",
        "platform",
        "shown_outcome",
        "duration_ms",
        "units",
        "address",
    )
    list_filter = ("action", "surface", "outcome", "mode")
    search_fields = ("public_id__exact",)
    search_help_text = "Call or entry id, whole"
    ordering = ("-pk",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("public_id", "at", "closed_at", "action", "tool", "outcome", "detail")}),
        ("Who", {"fields": ("actor", "surface", "client", "address", "mode")}),
        (
            "What",
            {"fields": ("platform", "connection", "arguments", "upstream_id", "units", "duration_ms", "seq")},
        ),
    )

    @display(description="Act")
    def act(self, entry: AuditEntry) -> str:
        """The tool that was called, or what else was done."""
        return entry.tool or entry.action

    @display(description="Outcome", label={"ok": "success", "started": "info", "outcome_unknown": "warning"})
    def shown_outcome(self, entry: AuditEntry) -> Any:
        """How it ended."""
        return entry.outcome
