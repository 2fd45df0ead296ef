"""Make a customer with its owner and first keys."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.plans import PLANS
from hermes.core.errors import HermesError
from tenants import actors, customers, startup


class Command(BaseCommand):
    """`create_customer --email E [--name N] [--plan P] [--json]`."""

    help = "Make a customer, its owner, a live key and a test key. The keys are shown once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--email", required=True, help="E-mail of the owner, new to this installation.")
        parser.add_argument("--name", default="", help="Name of the business; default: the e-mail.")
        parser.add_argument("--plan", default="free", choices=list(PLANS), help="Default: free.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *_: Any, **options: Any) -> None:
        """Make the customer and print its id and keys."""
        startup.check_keys()
        try:
            made = customers.create(
                email=options["email"],
                name=options["name"],
                plan=options["plan"],
                by=actors.of_command("create_customer"),
            )
        except HermesError as error:
            raise CommandError(error.message) from None
        told = {
            "customer_id": made.customer.public_id,
            "live_key": made.live_key,
            "test_key": made.test_key,
        }
        lines = [json.dumps(told)] if options["json"] else [f"{k:<12} {v}" for k, v in told.items()]
        self.stdout.write("\n".join(lines))
