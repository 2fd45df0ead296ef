"""The portal: all pages for people, above everything else."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Keeps no rows of its own; what pages show and do belongs to the apps below."""

    name = "portal"

    def ready(self) -> None:
        """Hear of changes of what people sign in with."""
        from portal.people import sessions  # noqa: PLC0415  (on models, which are not loaded before)

        sessions.watch()
