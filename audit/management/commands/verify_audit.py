"""`manage.py verify_audit`: does every sealed audit entry still stand as it was written?"""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import chain
from audit.models import AuditEntry, ChainHead
from hermes.core.errors import HermesError


class Command(BaseCommand):
    """Verify the audit chains of one customer or of all."""

    help = "Verify that no sealed audit entry was changed, removed or put in. Ends with 1 where one was."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--customer", metavar="ID", help="one customer only (cus_... or its number)")
        parser.add_argument(
            "--witness",
            metavar="FILE",
            type=Path,
            help="a log in JSON lines: its 'audit head' lines must still fit (shows removed newest entries)",
        )

    def handle(self, *_: Any, customer: str | None, witness: Path | None, **__: Any) -> None:
        """Run it."""
        try:
            chosen = [_number(customer)] if customer else chain.customers()
            broken = {customer_id for customer_id in chosen if not self._verify(customer_id)}
            seen = _heads(witness) if witness else []
            broken |= {head[0] for head in seen if head[0] in chosen and not self._compare(*head)}
        except HermesError as error:
            raise CommandError(error.message) from None
        if broken:
            raise CommandError(
                f"{len(broken)} of {len(chosen)} chains do not hold. Keep this database as it is, and "
                "compare the entries named above with a backup or an export from before."
            )
        self.stdout.write(self.style.SUCCESS(f"{len(chosen)} chains verified; all hold."))

    def _verify(self, customer_id: int) -> bool:
        bad = chain.verify(customer_id)
        entries = AuditEntry.objects.filter(customer=customer_id)
        if bad is None:
            waiting = entries.filter(seq__isnull=True).count()
            self.stdout.write(
                f"customer {customer_id}: {_extent(customer_id)}, {waiting} not sealed yet: holds"
            )
            return True
        found = entries.filter(seq=bad).first()
        what = (
            f"{found.public_id}, {found.action}, {found.at:%Y-%m-%d %H:%M:%S}" if found else "it is missing"
        )
        self.stdout.write(self.style.ERROR(f"customer {customer_id}: BROKEN at entry {bad} ({what})"))
        return False

    def _compare(self, customer_id: int, seq: int, mac: str) -> bool:
        if chain.fits(customer_id, seq, mac):
            return True
        self.stdout.write(
            self.style.ERROR(
                f"customer {customer_id}: BROKEN at entry {seq} (the log saw it sealed otherwise)"
            )
        )
        return False


def _number(customer: str) -> int:
    known = ChainHead.objects.filter(
        **({"customer": int(customer)} if customer.isdecimal() else {"customer__public_id": customer})
    )
    if not (found := known.values_list("customer_id", flat=True).first()):
        raise CommandError(f"There is no audit chain of a customer '{customer}'.")
    return found


def _extent(customer_id: int) -> str:
    head = ChainHead.objects.get(customer=customer_id)
    count = head.seq - head.base_seq
    return f"{count} entries sealed ({head.base_seq + 1} to {head.seq})" if count else "nothing sealed"


def _heads(witness: Path) -> list[tuple[int, int, str]]:
    try:
        with witness.open(errors="replace") as lines:
            seen = [head for line in lines if "audit head" in line and (head := _head(line))]
    except OSError as error:
        raise CommandError(f"The log cannot be read: {error.strerror}.") from None
    if not seen:
        raise CommandError(
            "The log holds no 'audit head' lines; give one written with HERMES_LOG_FORMAT=json."
        )
    return seen


def _head(line: str) -> tuple[int, int, str] | None:
    try:
        told = json.loads(line)
        return int(told["customer_id"]), int(told["seq"]), str(told["mac"])
    except (ValueError, TypeError, KeyError):
        return None
