"""Wrap all data keys with the first key of the ring."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import rotation, startup


class Command(BaseCommand):
    """`rotate_credentials [--verify]`."""

    help = (
        "Rotate CREDENTIAL_ENCRYPTION_KEYS while Hermes runs: put the new key first, restart all processes, "
        "run this, then remove the old key. A run that was stopped goes on where it was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--verify",
            action="store_true",
            help="Then open every stored credential and report what does not.",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Rotate, say how far it is, and fail where something does not open."""
        startup.check_keys()
        failed = self._follow("rewrapped", rotation.rewrap_all())
        if options["verify"]:
            failed += self._follow("verified", rotation.verify_all())
        for public_id, reason in failed:
            self.stderr.write(f"{public_id}: {reason}")
        if failed:
            raise CommandError(
                f"{len(failed)} did not open; they are unchanged. Keep the old key in the ring."
            )
        self.stdout.write("All data keys are wrapped by the first key of the ring.")

    def _follow(self, what: str, run: Any) -> list[tuple[str, str]]:
        failed: list[tuple[str, str]] = []
        for progress in run:
            failed = list(progress.failed)
            self.stdout.write(f"{progress.done}/{progress.total} {what}")
            self.stdout.flush()
        return failed
