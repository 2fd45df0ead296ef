"""The portal: all pages for people, above everything else."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Keeps letters on their way; what pages show and do belongs to the apps below."""

    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hear of what people sign in with, and of what they are written about."""
        from portal.letters import happenings, sign_ins  # noqa: PLC0415  (models are not loaded before)
        from portal.people import sessions  # noqa: PLC0415

        sessions.watch()
        happenings.watch()
        sign_ins.watch()
