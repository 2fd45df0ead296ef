"""A MySQL or MariaDB server that goes away, is full or breaks off: 503 for the while, and nothing twice."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

from audit.models import AuditEntry
from billing.models import UsagePeriod
from mcp_gateway.tests.database_door import DatabaseDoor, database_door
from mcp_gateway.tests.journal_program import PERIOD

pytestmark = [
    pytest.mark.skipif(connection.vendor != "mysql", reason="a database behind a connection"),
    pytest.mark.timeout(120),
]
RECOVERED_WITHIN_S = 10.0


class Serving:
    """A process that opens a call whenever it is asked."""

    def __init__(self, customer_id: int, database_url: str) -> None:
        command = [sys.executable, "-m", "mcp_gateway.tests.journal_program", "serve", str(customer_id), "1"]
        self.process = subprocess.Popen(
            [*command, "100000"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "DATABASE_URL": database_url},
        )

    def ask(self) -> list[str]:
        """How one call went: `granted` or the error with its retry time, and the call's id."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().split()

    def ask_until_granted(self) -> float:
        began = time.monotonic()
        while self.ask()[0] != "granted":
            assert time.monotonic() - began < RECOVERED_WITHIN_S
        return time.monotonic() - began

    def end(self) -> None:
        self.process.communicate(timeout=20)


@pytest.fixture
def door() -> Iterator[DatabaseDoor]:
    target = urlsplit(os.environ["DATABASE_URL"])
    with database_door(target.hostname or "127.0.0.1", target.port or 3306) as door:
        yield door


@pytest.fixture
def serving(acme: Any, door: DatabaseDoor) -> Iterator[Serving]:
    """A process whose database stands behind the door, warmed up by one call."""
    url = urlsplit(os.environ["DATABASE_URL"])
    login = url.netloc.rpartition("@")[0]
    serving = Serving(acme.customer.pk, url._replace(netloc=f"{login}@127.0.0.1:{door.port}").geturl())
    assert serving.ask()[0] == "granted"
    yield serving
    serving.end()


def test_f12_while_the_database_is_away_calls_are_put_off_and_go_on_when_it_is_back(
    serving: Serving, door: DatabaseDoor
) -> None:
    door.shut()
    for _ in range(5):
        began = time.monotonic()
        assert serving.ask()[:2] == ["Unavailable", "2"]
        assert time.monotonic() - began < 5
    door.open()
    serving.ask_until_granted()


def test_f13_too_many_connections_put_calls_off(serving: Serving, door: DatabaseDoor) -> None:
    door.is_full = True
    door.break_connections()
    assert serving.ask()[:2] == ["Unavailable", "2"]
    door.is_full = False
    serving.ask_until_granted()


def test_a_connection_that_died_while_idle_is_replaced_unnoticed(
    serving: Serving, door: DatabaseDoor
) -> None:
    door.break_connections()
    assert serving.ask()[0] == "granted"


@pytest.mark.parametrize("reached", [True, False])
def test_a_connection_that_breaks_during_the_commit_is_told_and_nothing_is_written_twice(
    serving: Serving, door: DatabaseDoor, acme: Any, reached: bool
) -> None:
    door.forwards_before_cut, door.cut_at = reached, b"COMMIT"
    answer, _, call_id = serving.ask()
    assert answer == "Unavailable"
    serving.ask_until_granted()
    written = AuditEntry.objects.filter(public_id=call_id).count()
    assert written == reached
    counted = UsagePeriod.objects.get(customer=acme.customer, mode="live", period=PERIOD).used
    assert counted == AuditEntry.objects.filter(customer=acme.customer, outcome="started").count()


def test_a_connection_that_breaks_before_the_commit_is_replaced_and_the_call_granted_once(
    serving: Serving, door: DatabaseDoor, acme: Any
) -> None:
    door.forwards_before_cut, door.cut_at = True, b"INSERT INTO audit_auditentry"
    answer, call_id = serving.ask()
    assert answer == "granted"
    assert AuditEntry.objects.filter(public_id=call_id).count() == 1
    assert UsagePeriod.objects.get(customer=acme.customer, mode="live", period=PERIOD).used == 2
