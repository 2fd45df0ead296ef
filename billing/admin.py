"""Plans, payments and usage on the staff's site."""

from django.contrib import admin
from unfold.decorators import display

from audit.staff.pages import StaffAdmin
from billing.models import StripeSubscription, Subscription, UsagePeriod


@admin.register(Subscription)
class SubscriptionAdmin(StaffAdmin):
    """Who is on which plan; it is changed on the customer's page."""

    plural = "plans"
    list_display = ("customer", "plan", "given", "changed_at")
    list_filter = ("plan", "given")
    list_select_related = ("customer",)
    search_fields = ("customer__public_id__exact",)
    search_help_text = "Customer id, whole"
    ordering = ("-pk",)
    fields = ("customer", "plan", "given", "changed_at")


@admin.register(StripeSubscription)
class StripeSubscriptionAdmin(StaffAdmin):
    """What Stripe last said; it is changed at Stripe."""

    list_display = ("stripe_id", "customer", "plan", "status", "payment", "period_end", "doubtful")
    list_filter = ("plan", "status", "payment", "doubtful")
    list_select_related = ("customer",)
    search_fields = ("stripe_id__exact",)
    search_help_text = "Stripe's id, whole"
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("customer", "stripe_id", "status", "plan", "payment", "doubtful")}),
        ("Time", {"fields": ("period_start", "period_end", "ends_at", "past_due_since", "next_payment_at")}),
        ("Told", {"fields": ("told_at", "told_by", "invoice_at", "asked_at")}),
    )


@admin.register(UsagePeriod)
class UsagePeriodAdmin(StaffAdmin):
    """Units of one customer, month by month."""

    of_one_customer = True
    plural = "usage"
    list_display = ("period", "mode", "used", "quota", "share")
    list_filter = ("mode",)
    ordering = ("-period", "mode")
    fields = ("customer", "period", "mode", "used", "quota")

    @display(description="Share")
    def share(self, period: UsagePeriod) -> str:
        """How much of the quota is used."""
        return f"{100 * period.used / period.quota:.0f} %" if period.quota else "none granted"
