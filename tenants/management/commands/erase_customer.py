"""Erase a customer for good."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hermes.core.errors import HermesError
from tenants import actors, customers, erasure


class Command(BaseCommand):
    """`erase_customer <customer> --yes`."""

    help = "Erase a customer: keys, platform access, credentials, rows, files. This cannot be undone."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("customer", help="Id of the customer: cus_...")
        parser.add_argument("--yes", action="store_true", help="Do it without asking.")

    def handle(self, *_: Any, **options: Any) -> None:
        """Ask, erase, and say what went."""
        try:
            customer = customers.get(options["customer"])
            if (
                not options["yes"]
                and input(f"Erase {customer} for good? Type its id: ") != customer.public_id
            ):
                raise CommandError("Nothing was erased.")
            erased = erasure.erase(customer, by=actors.of_command("erase_customer"))
        except HermesError as error:
            raise CommandError(error.message) from None
        for label, count in erased.rows.items():
            self.stdout.write(f"{count:>8} {label}")
        self.stdout.write(f"{erased.redis_keys:>8} Redis keys")
        for sentence in erased.told:
            self.stdout.write(sentence)
        self.stdout.write(f"{customer.public_id} is erased.")
