"""Django's registration of this app."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """The inbox app."""

    name = "inbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Bring in what the sandbox's platforms post, and what waited for an account that is now linked."""
        from inbox import tasks  # noqa: PLC0415  (models exist only now)
        from tenants import linking, sandbox_http  # noqa: PLC0415

        sandbox_http.deliver_by(tasks.deliver)
        linking.account_linked.connect(tasks.wake)
