"""Django's registration of this app."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """The tenants app."""

    name = "tenants"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the ground floor what it needs of this app."""
        from tenants import startup  # noqa: PLC0415  (models are not loaded before)

        startup.register()
