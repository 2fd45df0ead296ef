"""Django's registration of this app."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """The inbox app."""

    name = "inbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take up what the floor below tells: sandboxes' posts, what became of accounts and customers."""
        from inbox import forgetting, tasks  # noqa: PLC0415  (models exist only now)
        from inbox.forwarding import outbox  # noqa: PLC0415
        from tenants import erasure, linking, sandbox_http, states  # noqa: PLC0415

        sandbox_http.deliver_by(tasks.deliver)
        linking.account_linked.connect(tasks.wake)
        states.moved.connect(outbox.put_state)
        states.ending.connect(outbox.put_ending)
        erasure.erasing.connect(forgetting.forget)
