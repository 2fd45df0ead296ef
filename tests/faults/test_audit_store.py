"""Where a call cannot be recorded it is not made (F31): no platform is asked, and nothing is charged."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from audit.models import AuditEntry
from billing.models import UsagePeriod
from tests.support.api import Api
from tests.support.probed import Probed
from tests.support.surfaces import SURFACES
from tests.support.upstream import Upstream

TABLE = AuditEntry._meta.db_table
SEND = {"to": "x", "text": "y"}
REFUSE = {
    "sqlite": """
        CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN NEW.customer_id = {customer}
        BEGIN SELECT RAISE(ABORT, 'the audit store is broken'); END""",
    "mysql": """
        CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW
        BEGIN IF NEW.customer_id = {customer}
        THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the audit store is broken'; END IF; END""",
}


@contextmanager
def broken_for(owner: Probed, act: str) -> Iterator[None]:
    """The audit table refuses an act on the rows of one customer."""
    name = f"broken_for_{owner.customer.pk}_{act.lower()}"
    with connection.cursor() as cursor:
        cursor.execute(
            REFUSE[connection.vendor].format(name=name, act=act, table=TABLE, customer=owner.customer.pk)
        )
        try:
            yield
        finally:
            cursor.execute(f"DROP TRIGGER {name}")


def used(owner: Probed) -> int:
    return sum(
        UsagePeriod.objects.filter(customer=owner.customer, mode="live").values_list("used", flat=True)
    )


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("probe_send", SEND),
        ("probe_send", {**SEND, "idempotency_key": "k"}),
        ("probe_fetch", {"item": "a"}),
        ("probe_send", {}),
    ],
)
def test_f31_a_call_that_cannot_be_recorded_is_put_off_and_the_platform_never_asked(
    api: Api, upstream: Upstream, probed: Probed, surface: str, tool: str, arguments: dict[str, Any]
) -> None:
    call = SURFACES[surface]
    with broken_for(probed, "INSERT"):
        told = call(api, probed.key, tool, arguments)
    assert (told.code, told.error["retry_after"] > 0) == ("internal", True)
    assert "broken" not in told.response.text
    if surface == "rest":
        assert told.response.status_code == 503
    assert upstream.asked == []
    assert used(probed) == 0
    if arguments:
        assert call(api, probed.key, tool, arguments).code == "ok"
        assert used(probed) == len(upstream.asked) == 1


def test_f31_another_customers_calls_of_the_same_moment_go_through(
    api: Api, upstream: Upstream, connect: Callable[..., Probed]
) -> None:
    """They share a transaction until one of them fails."""
    import asyncio

    import httpx2

    from hermes.asgi import application

    broken, well = connect("acme"), connect("globex")

    async def both() -> list[int]:
        transport = httpx2.ASGITransport(app=application)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            calls = (
                client.post("/api/tools/probe_send", json=SEND, headers={"X-API-Key": owner.key})
                for _ in range(20)
                for owner in (broken, well)
            )
            return [answer.status_code for answer in await asyncio.gather(*calls)]

    with broken_for(broken, "INSERT"):
        statuses = api.run(both())
    assert statuses == [503, 200] * 20
    assert (used(broken), used(well), len(upstream.asked)) == (0, 20, 20)
    assert not AuditEntry.objects.filter(customer=broken.customer, action="tool.call").exists()


@pytest.mark.parametrize("surface", SURFACES)
def test_f31_a_send_whose_end_cannot_be_recorded_is_of_unknown_outcome(
    api: Api, upstream: Upstream, probed: Probed, surface: str
) -> None:
    with broken_for(probed, "UPDATE"):
        told = SURFACES[surface](api, probed.key, "probe_send", SEND)
    assert told.code == "outcome_unknown"
    assert len(upstream.asked) == 1
    row = AuditEntry.objects.get(customer=probed.customer, action="tool.call")
    assert (row.outcome, used(probed)) == ("started", 1)
