"""Which thread belongs to a contact, however the platform names the contact this time.

A person may come as a stable id with a phone number, as the id alone or as the number alone. A thread is
found by either and ends up under the stable id; two threads that turn out to be one person become one.
"""

import dataclasses
from datetime import datetime

from django.db.models import Q

from inbox.models import Message, Thread
from tenants.models import Connection

QUIET_KINDS = frozenset({"reaction", "system"})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """The other side of an event as the platform named it; `phone` and `name` may be empty."""

    id: str
    phone: str
    name: str
    at: datetime

    @property
    def is_number_only(self) -> bool:
        """Whether no id but the phone number itself is known."""
        return self.phone in ("", self.id)


def thread_of(connection: Connection, contact: Contact) -> Thread:
    """The contact's thread, locked until the transaction ends; found, joined from several, or made.

    What the event tells of the contact is set on the row; the caller saves it (`save(thread)`).
    """
    found = _known_by(connection, contact)
    if found:
        return _updated(_joined(found), contact)
    thread, _ = (
        Thread.objects.of(connection.customer_id)
        .select_for_update()
        .get_or_create(
            connection=connection,
            contact=contact.id,
            defaults={
                "customer_id": connection.customer_id,
                "last_at": contact.at,
            },
        )
    )
    return _updated(thread, contact)


def save(thread: Thread) -> None:
    """Write back what `thread_of` and its caller set."""
    thread.save(
        update_fields=(
            "contact",
            "contact_name",
            "contact_phone",
            "named_at",
            "last_at",
            "last_in_at",
            "read_at",
            "unread",
        )
    )


def _known_by(connection: Connection, contact: Contact) -> list[Thread]:
    ids = {contact.id, contact.phone} - {""}
    named = Q(contact__in=ids)
    if contact.is_number_only:
        named |= Q(contact_phone=contact.id)
    rows = Thread.objects.of(connection.customer_id).filter(named, connection=connection)
    return list(rows.select_for_update().order_by("pk"))


def _joined(found: list[Thread]) -> Thread:
    kept, *others = found
    for other in others:
        Message.objects.of(kept.customer_id).filter(thread=other).update(thread=kept)
        kept.last_at = max(kept.last_at, other.last_at)
        kept.last_in_at = _latest(kept.last_in_at, other.last_in_at)
        kept.read_at = _latest(kept.read_at, other.read_at)
        if other.contact_name and (
            kept.named_at is None or (other.named_at or kept.named_at) > kept.named_at
        ):
            kept.contact_name, kept.named_at = other.contact_name, other.named_at
        kept.contact_phone = kept.contact_phone or other.contact_phone
        if kept.contact in (kept.contact_phone, other.contact_phone):
            kept.contact = other.contact
        Thread.objects.of(kept.customer_id).filter(pk=other.pk).delete()
    if others:
        kept.unread = unread_of(kept)
    return kept


def _updated(thread: Thread, contact: Contact) -> Thread:
    is_newest = thread.last_in_at is None or contact.at >= thread.last_in_at
    if not contact.is_number_only and thread.contact == contact.phone:
        thread.contact = contact.id
    if contact.phone not in ("", thread.contact_phone) and (is_newest or not thread.contact_phone):
        thread.contact_phone = contact.phone
        _settle_number(thread, contact.at)
    known = (thread.named_at, thread.contact_name)
    if contact.name and (known[0] is None or (contact.at, contact.name) > known):
        thread.contact_name, thread.named_at = contact.name, contact.at
    return thread


def _settle_number(thread: Thread, at: datetime) -> None:
    """Numbers are given to other people in time: the one who wrote from it last has it."""
    others = (
        Thread.objects.of(thread.customer_id)
        .filter(connection_id=thread.connection_id, contact_phone=thread.contact_phone)
        .exclude(pk=thread.pk)
    )
    if others.filter(last_in_at__gt=at).exists():
        thread.contact_phone = ""
    else:
        others.update(contact_phone="")


def unread_of(thread: Thread) -> int:
    """How many inbound messages of the thread came after it was last read."""
    rows = Message.objects.of(thread.customer_id).filter(thread=thread, direction=Message.Direction.IN)
    if thread.read_at:
        rows = rows.filter(at__gt=thread.read_at)
    return rows.exclude(kind__in=QUIET_KINDS).count()


def _latest(*moments: datetime | None) -> datetime | None:
    return max((m for m in moments if m is not None), default=None)
