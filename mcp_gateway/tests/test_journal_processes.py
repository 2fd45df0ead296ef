"""The journal under several processes, and in front of a database that goes away."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.db.models import Sum

from audit.models import AuditEntry
from billing.models import UsagePeriod
from mcp_gateway.tests.journal_program import PERIOD

PROCESSES, CALLS, QUOTA = 8, 400, 1_000


@pytest.mark.timeout(180)
def test_rc01_eight_processes_are_granted_exactly_the_quota(acme: Any) -> None:
    customer_id = acme.customer.pk
    command = [sys.executable, "-m", "mcp_gateway.tests.journal_program", "reserve"]
    arguments = [str(number) for number in (customer_id, CALLS, QUOTA)]
    processes = [
        subprocess.Popen(
            command + arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
        )
        for _ in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    granted = [int(process.communicate(timeout=120)[0]) for process in processes]
    rows = AuditEntry.objects.filter(customer=customer_id, tool="probe_send")
    assert sum(granted) == QUOTA
    assert UsagePeriod.objects.get(customer=customer_id, mode="live", period=PERIOD).used == QUOTA
    assert rows.filter(outcome="started").aggregate(units=Sum("units"))["units"] == QUOTA
    assert rows.filter(outcome="quota_exceeded", units=0).count() == PROCESSES * CALLS - QUOTA
