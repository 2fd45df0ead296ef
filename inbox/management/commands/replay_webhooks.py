"""Have stored webhook deliveries tried again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hermes.core import clock
from hermes.core.errors import InvalidArgument
from inbox import deliveries
from inbox.models import WebhookDelivery

State = WebhookDelivery.State
SHOWN = 50


class Command(BaseCommand):
    """`replay_webhooks [--id whd_…] [--since T] [--until T] [--platform P] [--state S] [--dry-run]`."""

    help = (
        "Have quarantined webhook deliveries tried again, one (--id, whatever its state) or all that were "
        "received in a time. What a delivery did before is not done twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--id", help="One delivery, as the log and this command name it.")
        parser.add_argument("--since", help="Received at this time or later: 2026-11-22T10:00:00Z.")
        parser.add_argument("--until", help="Received before this time.")
        parser.add_argument("--platform", help="Only this platform's, such as whatsapp.")
        parser.add_argument("--state", choices=State.values, default=State.QUARANTINED)
        parser.add_argument("--dry-run", action="store_true", help="Only list them.")

    def handle(self, *_: Any, **options: Any) -> None:
        """List them, then put them back in line."""
        found = self._chosen(options)
        chosen = deliveries.repeatable(found)
        count = chosen.count()
        if options["id"] and not count:
            known = "is done, and its body was dropped" if found.exists() else "does not exist"
            raise CommandError(f"Delivery {options['id']} {known}.")
        for row in chosen.order_by("received_at")[:SHOWN]:
            told = (row.public_id, row.platform, clock.iso(row.received_at), row.state, f"tries={row.tries}")
            self.stdout.write(" ".join([*told, row.reason]).rstrip())
        if count > SHOWN:
            self.stdout.write(f"and {count - SHOWN} more")
        if options["dry_run"]:
            self.stdout.write(f"{count} deliveries would be tried again.")
            return
        self.stdout.write(f"{deliveries.again(chosen)} deliveries are tried again, within seconds.")

    def _chosen(self, options: dict[str, Any]) -> Any:
        rows = WebhookDelivery.objects.all()
        if options["id"]:
            return rows.filter(public_id=options["id"])
        if not (options["since"] or options["until"]):
            raise CommandError("Say which: --id, or --since and --until.")
        rows = rows.filter(state=options["state"])
        try:
            if options["since"]:
                rows = rows.filter(received_at__gte=clock.parse(options["since"]))
            if options["until"]:
                rows = rows.filter(received_at__lt=clock.parse(options["until"]))
        except InvalidArgument as wrong:
            raise CommandError(wrong.message) from None
        return rows.filter(platform=options["platform"]) if options["platform"] else rows
