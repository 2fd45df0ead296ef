"""Who holds a phone number, so that a person stands in one thread however the platform names him.

A person comes as a stable id with a phone number, as the id alone or as the number alone. Whoever was named
by both has claimed the number from that time on. What names the number alone is its holder's: of those who
claimed it the last one by then, before all claims the first one, and without claims the number's own. All of
this depends on what was told, never on the order in which it came.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from inbox.models import ContactNumber
from tenants.models import Connection


class Numbers:
    """The claims of one connection that some names (contacts and numbers) are about."""

    def __init__(self, connection: Connection, names: Collection[str]) -> None:
        self._connection = connection
        self._rows: dict[tuple[str, str], ContactNumber] = {}
        self._of_number: dict[str, list[ContactNumber]] = {}
        self._of_contact: dict[str, list[ContactNumber]] = {}
        self._new: list[ContactNumber] = []
        self._earlier: dict[int, ContactNumber] = {}
        self._load(Q(phone__in=names) | Q(contact__in=names))
        further = self._of_number.keys() - set(names)
        if further:
            self._load(Q(phone__in=further))

    def claim(self, number: str, contact: str, at: datetime) -> bool:
        """Note that `contact` had `number` at a time; whether that tells anything new."""
        row = self._rows.get((number, contact))
        if row is None:
            owner = {"customer_id": self._connection.customer_id, "connection": self._connection}
            row = ContactNumber(**owner, phone=number, contact=contact, since=at)
            self._keep(row)
            self._new.append(row)
            return True
        if row.since <= at:
            return False
        row.since = at
        if row.pk is not None:
            self._earlier[row.pk] = row
        return True

    def claimants(self, number: str) -> list[str]:
        """Who has had the number, the first one first."""
        return [row.contact for row in self._claims(number)]

    def numbers(self, contact: str) -> list[str]:
        """The numbers a contact has had, the latest one last."""
        rows = self._of_contact.get(contact, ())
        return [row.phone for row in sorted(rows, key=lambda row: (row.since, row.phone))]

    def holder(self, contact: str, at: datetime) -> str:
        """Whose a message is that names `contact` at a time."""
        claims = self._claims(contact)
        if not claims:
            return contact
        by_then = [row for row in claims if row.since <= at]
        return by_then[-1].contact if by_then else claims[0].contact

    def current(self, contact: str) -> str:
        """The number a contact holds now: its latest, empty where another has that."""
        numbers = self.numbers(contact)
        return numbers[-1] if numbers and self.claimants(numbers[-1])[-1] == contact else ""

    def everybody(self) -> set[str]:
        """Whoever has claimed one of the numbers."""
        return set(self._of_contact)

    def write(self) -> None:
        """Store what was added."""
        self._stored().bulk_create(self._new)
        for row in self._earlier.values():
            row.save(update_fields=("since",))

    def _claims(self, number: str) -> list[ContactNumber]:
        return sorted(self._of_number.get(number, ()), key=lambda row: (row.since, row.contact))

    def _load(self, wanted: Q) -> None:
        for row in self._stored().filter(wanted):
            if (row.phone, row.contact) not in self._rows:
                self._keep(row)

    def _keep(self, row: ContactNumber) -> None:
        self._rows[row.phone, row.contact] = row
        self._of_number.setdefault(row.phone, []).append(row)
        self._of_contact.setdefault(row.contact, []).append(row)

    def _stored(self) -> "QuerySet[ContactNumber]":
        rows: QuerySet[ContactNumber] = ContactNumber.objects.of(self._connection.customer_id)
        return rows.filter(connection=self._connection)
