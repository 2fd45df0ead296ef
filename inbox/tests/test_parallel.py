"""Several workers on the same conversation at the same time."""

import concurrent.futures
from collections.abc import Callable

from django.db import OperationalError, connection, transaction

from inbox.filing import file_sent
from inbox.models import Message, Thread
from inbox.tests.conftest import Line, sent

WORKERS = 6


def _patiently(work: Callable[[], object]) -> None:
    """As the task does: a transaction that lost a deadlock is run again."""
    for _ in range(20):
        try:
            work()
            break
        except OperationalError:
            connection.close()
    else:
        raise AssertionError("never got through")
    connection.close()


def test_equal_deliveries_in_parallel_have_one_effect(line: Line) -> None:
    """WH04: by several workers, beside calls that send to the same people."""
    bodies = [line.message(f"wamid.{n}", n, user_id="US.1" if n % 2 else "") for n in range(4)]
    bodies.append(line.status("wamid.SENT", "read", 9))
    rows = [sent(line, "wamid.SENT"), sent(line, "wamid.SENT2")]

    def receive() -> None:
        line.receive(*bodies)

    def send() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            file_sent(cursor, rows)

    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(_patiently, [receive, send, receive] * 10))
    mine = {"connection": line.connection}
    assert Message.objects.of(line.connection.customer_id).filter(**mine).count() == 6
    line.receive(line.message("wamid.LAST", 20, user_id="US.1"))
    (thread,) = Thread.objects.of(line.connection.customer_id).filter(**mine)
    assert (thread.contact, thread.unread) == ("US.1", 5)
    assert line.stored("wamid.SENT").status == "read"
