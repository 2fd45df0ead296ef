"""Messages that change their thread, and threads told anew by what stands in them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from inbox.contacts import Numbers
from inbox.models import Message, Thread
from tenants.models import Connection

QUIET_KINDS = frozenset({"reaction", "system"})
_IN = Q(direction=Message.Direction.IN)
_BATCH = 500


def hand_over(connection: Connection, numbers: Sequence[str]) -> set[int]:
    """Bring what names only one of these numbers to who held it then; the rows of the threads concerned."""
    touched = set[int]()
    for number in numbers:
        names = [number, *Numbers(connection, [number]).claimants(number)]
        claims = Numbers(connection, names)
        threads = {t.contact: t for t in _threads(connection).filter(contact__in=names)}
        for home, messages in _astray(connection, number, claims, threads).items():
            if home not in threads:
                owner = {"customer_id": connection.customer_id, "connection": connection}
                threads[home] = Thread(**owner, contact=home, last_at=messages[0][1])
                threads[home].save()
            pks = [pk for pk, _ in messages]
            for start in range(0, len(pks), _BATCH):
                some = _messages(connection).filter(pk__in=pks[start : start + _BATCH])
                some.update(thread=threads[home])
        own = threads.get(number)
        for thread in threads.values():
            if thread is not own:
                thread.contact_phone = claims.current(thread.contact)
                thread.read_at = latest(thread.read_at, own.read_at if own else None)
                thread.save(update_fields=("contact_phone", "read_at"))
        touched |= {thread.pk for thread in threads.values()}
    return touched


def reckon(connection: Connection, threads: Sequence[int]) -> None:
    """Tell threads anew by their messages; one that has none left is deleted."""
    for thread in _threads(connection).filter(pk__in=threads):
        messages = _messages(connection).filter(thread=thread)
        heard = Max("at", filter=_IN & ~Q(kind="system"))
        told = messages.aggregate(last_at=Max("at"), last_in_at=heard)
        if told["last_at"] is None:
            thread.delete()
            continue
        thread.last_at, thread.last_in_at = told["last_at"], told["last_in_at"]
        thread.unread = unread_of(thread)
        named = messages.exclude(contact_name="").exclude(telling="").order_by("-at", "-contact_name").first()
        if named or thread.named_at:
            thread.contact_name = named.contact_name if named else ""
            thread.named_at = named.at if named else None
        thread.save(update_fields=("last_at", "last_in_at", "unread", "contact_name", "named_at"))


def unread_of(thread: Thread) -> int:
    """How many inbound messages of the thread came after it was last read."""
    rows = Message.objects.of(thread.customer_id).filter(_IN, thread=thread)
    if thread.read_at:
        rows = rows.filter(at__gt=thread.read_at)
    return rows.exclude(kind__in=QUIET_KINDS).count()


def latest(*moments: datetime | None) -> datetime | None:
    """The latest of some times that may be missing."""
    return max((m for m in moments if m is not None), default=None)


def _astray(
    connection: Connection, number: str, claims: Numbers, threads: Mapping[str, Thread]
) -> dict[str, list[tuple[int, datetime]]]:
    """The messages that name the number and stand elsewhere than with who held it then, by who that is."""
    rows = _messages(connection).filter(thread__in=list(threads.values()), contact=number)
    found: dict[str, list[tuple[int, datetime]]] = {}
    for pk, at, place in rows.values_list("pk", "at", "thread"):
        home = claims.holder(number, at)
        if home not in threads or threads[home].pk != place:
            found.setdefault(home, []).append((pk, at))
    return found


def _threads(connection: Connection) -> "QuerySet[Thread]":
    rows: QuerySet[Thread] = Thread.objects.of(connection.customer_id)
    return rows.filter(connection=connection).select_for_update().order_by("pk")


def _messages(connection: Connection) -> "QuerySet[Message]":
    rows: QuerySet[Message] = Message.objects.of(connection.customer_id)
    return rows.filter(connection=connection)
