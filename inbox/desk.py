"""What some events of a connection are about: read together, changed in memory, written together."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.kit.webhook import InboundMessage, StatusChange
from inbox import moves
from inbox.contacts import Numbers
from inbox.models import Message, Thread, Turnstile
from inbox.sheets import Sheet
from tenants.models import Connection

AMENDMENTS = frozenset({"edit", "revoke"})
Event = InboundMessage | StatusChange


def subject(event: Event) -> str:
    """The platform's id of the message that an event is about."""
    if isinstance(event, InboundMessage) and event.kind in AMENDMENTS:
        return event.reply_to
    return event.upstream_id


class Desk:
    """The messages, threads and numbers that the events name, to be changed and then written.

    `retold` are the ids of messages of which another telling was known before.

    Until its transaction ends nobody else brings events into the connection's inbox.
    """

    def __init__(self, connection: Connection, events: Sequence[Event]) -> None:
        Turnstile.objects.select_for_update().get_or_create(connection=connection)
        told = [e for e in events if isinstance(e, InboundMessage) and e.kind not in AMENDMENTS]
        names = {name for e in told for name in (e.contact, e.contact_phone) if name}
        self.connection = connection
        self.numbers = Numbers(connection, names)
        self._threads = Sheet(Thread, connection, "contact", names | self.numbers.everybody())
        self._messages = Sheet(Message, connection, "upstream_id", {subject(e) for e in events})
        self._placed: dict[str, Thread] = {}
        self._disputed: set[str] = set()
        self._left: set[int] = set()
        self.retold: set[str] = set()
        self._entered: list[Thread] = []

    def message(self, upstream_id: str) -> Message | None:
        """The message with this id; None where nothing was heard of it."""
        return self._messages.get(upstream_id)

    def new_message(self, upstream_id: str, **content: Any) -> Message:
        """A message of which nothing was heard before."""
        return self._messages.add(upstream_id, **content)

    def is_placed(self, message: Message) -> bool:
        """Whether a message stands in a thread; else it was only heard of."""
        return message.thread_id is not None or message.upstream_id in self._placed

    def claim(self, number: str, contact: str, at: datetime) -> None:
        """Note that a contact was named by a number too."""
        if not self.numbers.claim(number, contact, at):
            return
        is_only = self.numbers.claimants(number) == [contact]
        if is_only and self._threads.get(number) and not self._threads.get(contact):
            self._threads.rename(number, contact)
        if not is_only or self._threads.get(contact):
            self._disputed.add(number)

    def thread(self, contact: str, at: datetime) -> Thread:
        """The contact's thread; a new one begins at `at`."""
        thread = self._threads.get(contact)
        if thread is None:
            thread = self._threads.add(contact, last_at=at, contact_phone=self.numbers.current(contact))
        return thread

    def place(self, message: Message, thread: Thread) -> bool:
        """Put a message in a thread; whether it stood in none before."""
        before = self._placed.get(message.upstream_id)
        if message.thread_id is not None:
            self._left.add(message.thread_id)
        self._placed[message.upstream_id] = thread
        if before is None and message.thread_id is None:
            return True
        self._entered += [thread] if before is None else [thread, before]
        self.retold.add(message.upstream_id)
        return False

    def write(self) -> None:
        """Store everything, then see to the threads that are not what they were plus what arrived."""
        self.numbers.write()
        self._threads.write()
        for upstream_id, thread in self._placed.items():
            self._messages.rows[upstream_id].thread_id = thread.pk
        for message in self._messages.rows.values():
            message.sign()
        self._messages.write()
        # A call may have begun a number's own thread before it could know who holds the number.
        self._disputed.update(name for name in self._threads.rows if self.numbers.claimants(name))
        left = self._left | {thread.pk for thread in self._entered}
        left |= moves.hand_over(self.connection, sorted(self._disputed))
        if left:
            moves.reckon(self.connection, sorted(left))

    def thread_ids(self) -> Mapping[int, str]:
        """The public ids of the messages' threads, by their rows."""
        known = {thread.pk: thread.public_id for thread in self._threads.rows.values()}
        others = {m.thread_id for m in self._messages.rows.values() if m.thread_id} - known.keys()
        if others:
            rows = Thread.objects.of(self.connection.customer_id).filter(pk__in=others)
            known |= dict(rows.values_list("pk", "public_id"))
        return known
