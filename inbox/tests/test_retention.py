"""Messages are kept as long as the plan says, and threads tell what is left."""

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

from billing import subscriptions
from inbox.models import Message, Thread
from inbox.tasks import tidy_messages
from inbox.tests.conftest import T0, Line

START = datetime.fromtimestamp(T0, UTC)
DAY_S = 86_400


def _left(line: Line) -> list[str]:
    rows = Message.objects.of(line.connection.customer_id).order_by("at")
    return list(rows.values_list("upstream_id", flat=True))


def test_what_is_older_than_the_plan_keeps_goes_and_the_thread_tells_the_rest(line: Line) -> None:
    days = subscriptions.retention_days(line.connection.customer_id)
    line.receive(line.message("wamid.old", 0))
    line.receive(line.message("wamid.new", 10 * DAY_S))
    line.receive(line.message("wamid.other", 0, sender="16505550002"))
    line.receive(line.status("wamid.heard-of", "sent", 0))
    with time_machine.travel(START + timedelta(days=days + 1)):
        tidy_messages()
    assert _left(line) == ["wamid.new"]
    [thread] = Thread.objects.of(line.connection.customer_id)
    assert (thread.contact, thread.unread) == ("16505551234", 1)


def test_a_larger_plan_keeps_longer_and_another_customer_is_not_concerned(
    line: Line, other_line: Line
) -> None:
    subscriptions.change_plan(line.connection.customer_id, "starter")
    subscriptions.change_plan(other_line.connection.customer_id, "growth")
    for one in (line, other_line):
        one.receive(one.message("wamid.old", 0))
    with time_machine.travel(START + timedelta(days=100)):
        tidy_messages()
    assert (_left(line), _left(other_line)) == ([], ["wamid.old"])


def test_what_is_young_enough_stays(line: Line, monkeypatch: Any) -> None:
    from inbox import retention

    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(7):
        line.receive(line.message(f"wamid.{number}", number * DAY_S))
    days = subscriptions.retention_days(line.connection.customer_id)
    with time_machine.travel(START + timedelta(days=days + 4, hours=1)):
        tidy_messages()
    assert _left(line) == ["wamid.5", "wamid.6"]
