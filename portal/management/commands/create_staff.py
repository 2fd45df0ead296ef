"""Make a member of the operator's staff."""

import getpass
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from hermes.core.errors import HermesError
from portal.staff import people


class Command(BaseCommand):
    """`create_staff --email E [--superuser] [--again]`; asks for the password, or reads it from a pipe."""

    help = "Make a member of the staff for /admin/. A second factor is set up at the first sign-in."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--email", required=True, help="An address that no customer's member uses.")
        parser.add_argument("--superuser", action="store_true", help="May act, not only look.")
        parser.add_argument(
            "--again",
            action="store_true",
            help="For one who has lost password or second factor: sets the one, drops the other.",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Make them and say where to sign in."""
        password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            people.create(options["email"], password, superuser=options["superuser"], again=options["again"])
        except HermesError as refused:
            raise CommandError(refused.message) from None
        self.stdout.write(f"Sign in at {settings.PUBLIC_URL}/admin/ and set up a second factor.")
