"""Write all that is kept of a customer to a ZIP file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hermes.core.errors import HermesError
from tenants import actors, customers, export


class Command(BaseCommand):
    """`export_customer <customer> [--output FILE]`."""

    help = "Export a customer: every row that belongs to it and the files of its vaults, without secrets."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("customer", help="Id of the customer: cus_...")
        parser.add_argument("--output", type=Path, help="File to write; default: <customer>.zip here.")

    def handle(self, *_: Any, **options: Any) -> None:
        """Export and say what there was."""
        target = options["output"] or Path(f"{options['customer']}.zip")
        try:
            customer = customers.get(options["customer"])
            counts = export.export(customer, target, by=actors.of_command("export_customer"))
        except HermesError as error:
            raise CommandError(error.message) from None
        except FileExistsError:
            raise CommandError(f"{target} is there already; choose another file.") from None
        for name, count in counts.items():
            self.stdout.write(f"{count:>8} {name}")
        self.stdout.write(f"Written to {target}")
