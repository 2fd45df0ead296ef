"""Django's registration of this app."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """The billing app."""

    name = "billing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the plan say how long audit entries are kept; refuse prices of plans that do not exist."""
        from audit import retention  # noqa: PLC0415  (models are not loaded before)
        from billing import paid  # noqa: PLC0415
        from billing.subscriptions import retention_days  # noqa: PLC0415

        paid.check_prices()
        retention.keep_by(retention_days)
