"""The journal: a call is recorded before it runs, settled once when it ends, and its key runs it once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from audit.log import Opening
from audit.models import AuditEntry
from billing.models import UsagePeriod
from billing.quota import Want
from hermes.core import clock, ids
from hermes.core.errors import (
    Conflict,
    HermesError,
    InvalidArgument,
    OutcomeUnknown,
    QuotaExceeded,
    UnknownTool,
)
from inbox.filing import SentRow
from inbox.models import Message
from mcp_gateway import idempotency, journal
from mcp_gateway.calls import Answer
from mcp_gateway.idempotency import Keyed
from mcp_gateway.journal import Opened, Outcome
from mcp_gateway.models import IdempotencyRecord
from tenants.models import Connection
from tests.support.probed import Probed

ANSWER = Answer(data={"id": "m1", "text": "ü"}, meta={"units": 1}, content=[{"type": "text", "text": "x"}])
PERIOD = "2031-05"


@pytest.fixture
def customer_id(acme: Any) -> int:
    return int(acme.customer.pk)


def opening(customer_id: int, **changes: Any) -> Opening:
    told: dict[str, Any] = {
        "tool": "probe_send",
        "mode": "live",
        "actor": "key:key_1",
        "surface": "mcp",
        "units": 1,
    }
    return Opening(call_id=ids.new("call"), customer_id=customer_id, at=clock.now(), **(told | changes))


def want(customer_id: int, units: int = 1, quota: int = 10) -> Want:
    return Want(customer_id, "live", PERIOD, quota, units)


def open_one(customer_id: int, key: str | None = None, fingerprint: str = "f", **options: Any) -> Opened:
    keyed = Keyed(customer_id, key, fingerprint) if key is not None else None
    return asyncio.run(journal.open_call(opening(customer_id), want(customer_id, **options), keyed))


def close(opened: Opened, outcome: Outcome) -> None:
    asyncio.run(journal.close_call(opened, outcome, duration_ms=12))


def entry(opened: Opened) -> AuditEntry:
    return AuditEntry.objects.get(public_id=opened.call_id)


def newest(customer_id: int) -> AuditEntry:
    return AuditEntry.objects.filter(customer=customer_id).latest("pk")


def used(customer_id: int) -> int:
    return UsagePeriod.objects.get(customer=customer_id, mode="live", period=PERIOD).used


def test_an_open_call_is_on_record_with_its_units_reserved(customer_id: int) -> None:
    opened = open_one(customer_id, units=3)
    assert (opened.left, opened.answer) == (7, None)
    row = entry(opened)
    assert (row.outcome, row.action, row.units, row.closed_at) == ("started", "tool.call", 1, None)
    assert used(customer_id) == 3


def test_a_call_that_went_well_costs_its_units_and_tells_how_it_ended(customer_id: int) -> None:
    opened = open_one(customer_id)
    close(opened, Outcome("ok", upstream_id="wamid.1"))
    row = entry(opened)
    assert (row.outcome, row.units, row.duration_ms, row.upstream_id) == ("ok", 1, 12, "wamid.1")
    assert row.closed_at is not None
    assert row.closed_at >= row.at
    assert used(customer_id) == 1


@pytest.mark.parametrize(
    "code", ["platform_unavailable", "needs_reauth", "internal", "cancelled", "rehearsed"]
)
def test_a_call_that_did_nothing_costs_nothing(customer_id: int, code: str) -> None:
    opened = open_one(customer_id)
    close(opened, Outcome(code, detail="It was not reached."))
    row = entry(opened)
    assert (row.outcome, row.detail, row.units) == (code, "It was not reached.", 0)
    assert used(customer_id) == 0


def test_a_call_of_unknown_outcome_is_charged_once(customer_id: int) -> None:
    opened = open_one(customer_id)
    close(opened, Outcome("outcome_unknown"))
    assert entry(opened).units == used(customer_id) == 1


def test_a_call_is_settled_once_whatever_is_told_afterwards(customer_id: int) -> None:
    opened = open_one(customer_id)
    close(opened, Outcome("platform_rejected"))
    close(opened, Outcome("platform_rejected"))
    close(opened, Outcome("ok"))
    assert entry(opened).outcome == "platform_rejected"
    assert used(customer_id) == 0


def test_a_call_that_costs_nothing_touches_no_quota(customer_id: int) -> None:
    opened = asyncio.run(journal.open_call(opening(customer_id, units=0)))
    close(opened, Outcome("ok"))
    assert opened.left is None
    assert not UsagePeriod.objects.filter(customer=customer_id, period=PERIOD).exists()


def test_a_call_beyond_the_quota_is_refused_on_record_and_leaves_no_key(customer_id: int) -> None:
    open_one(customer_id, units=10)
    with pytest.raises(QuotaExceeded) as refused:
        open_one(customer_id, key="k")
    assert refused.value.details["quota_left"] == 0
    assert (newest(customer_id).outcome, newest(customer_id).units) == ("quota_exceeded", 0)
    assert newest(customer_id).closed_at is not None
    assert not IdempotencyRecord.objects.filter(customer=customer_id).exists()
    assert used(customer_id) == 10


def test_a_call_refused_before_it_was_opened_is_on_record(customer_id: int) -> None:
    asyncio.run(
        journal.refuse_call(opening(customer_id, tool="x" * 500), UnknownTool("There is no such tool."))
    )
    row = newest(customer_id)
    assert (row.outcome, row.detail, row.units) == ("unknown_tool", "There is no such tool.", 0)
    assert row.tool == "x" * 64
    assert row.closed_at == row.at


def test_a_repetition_gets_the_answer_of_the_first_call_and_costs_nothing(customer_id: int) -> None:
    first = open_one(customer_id, key="k")
    close(first, Outcome("ok", answer=ANSWER))
    again = open_one(customer_id, key="k")
    assert again.answer == ANSWER
    assert newest(customer_id).outcome == "replayed"
    assert used(customer_id) == 1


def test_the_key_itself_is_not_kept(customer_id: int) -> None:
    open_one(customer_id, key="order-4711")
    record = IdempotencyRecord.objects.get(customer=customer_id)
    assert len(record.key) == 64
    assert "4711" not in record.key


def test_rc02_of_fifty_calls_at_once_with_one_key_one_runs(customer_id: int) -> None:
    async def scenario() -> list[Any]:
        calls = (
            journal.open_call(opening(customer_id), want(customer_id), Keyed(customer_id, "k", "f"))
            for _ in range(50)
        )
        return list(await asyncio.gather(*calls, return_exceptions=True))

    results = asyncio.run(scenario())
    assert sorted(type(each).__name__ for each in results) == ["Conflict"] * 49 + ["Opened"]
    assert used(customer_id) == 1
    running = next(each for each in results if isinstance(each, Opened))
    close(running, Outcome("ok", answer=ANSWER))
    assert open_one(customer_id, key="k").answer == ANSWER


def test_rc03_the_same_key_with_other_arguments_is_refused_in_every_state(customer_id: int) -> None:
    opened = open_one(customer_id, key="k")
    for outcome in (None, Outcome("ok", answer=ANSWER)):
        if outcome is not None:
            close(opened, outcome)
        with pytest.raises(InvalidArgument) as refused:
            open_one(customer_id, key="k", fingerprint="other")
        assert refused.value.details["argument"] == "idempotency_key"


def test_two_customers_may_use_the_same_key(customer_id: int, globex: Any) -> None:
    close(open_one(customer_id, key="k"), Outcome("ok", answer=ANSWER))
    assert open_one(int(globex.customer.pk), key="k").answer is None


@pytest.mark.parametrize(
    ("outcome", "expected"), [("outcome_unknown", OutcomeUnknown), ("started", Conflict)]
)
def test_a_key_whose_call_may_have_been_done_is_not_used_again(
    customer_id: int, outcome: str, expected: type[HermesError]
) -> None:
    opened = open_one(customer_id, key="k")
    if outcome != "started":
        close(opened, Outcome(outcome))
    with pytest.raises(expected):
        open_one(customer_id, key="k")
    assert newest(customer_id).outcome == expected.code
    assert used(customer_id) == 1


def test_a_key_whose_call_did_nothing_may_be_used_again(customer_id: int) -> None:
    close(open_one(customer_id, key="k"), Outcome("needs_reauth"))
    second = open_one(customer_id, key="k", fingerprint="repaired")
    assert second.answer is None
    close(second, Outcome("ok", answer=ANSWER))
    assert open_one(customer_id, key="k", fingerprint="repaired").answer == ANSWER


def test_a_late_end_of_an_earlier_call_leaves_the_key_to_its_new_owner(customer_id: int) -> None:
    first = open_one(customer_id, key="k")
    close(first, Outcome("platform_unavailable"))
    second = open_one(customer_id, key="k")
    close(first, Outcome("ok", answer=Answer(data={}, meta={})))
    close(second, Outcome("ok", answer=ANSWER))
    assert open_one(customer_id, key="k").answer == ANSWER


@pytest.mark.parametrize("state", [idempotency.STARTED, idempotency.DONE, idempotency.UNKNOWN])
def test_an_expired_key_is_free(customer_id: int, state: str) -> None:
    close(open_one(customer_id, key="k"), Outcome("ok", answer=ANSWER))
    record = IdempotencyRecord.objects.filter(customer=customer_id)
    record.update(state=state, expires_at=clock.now() - timedelta(seconds=1))
    assert open_one(customer_id, key="k", fingerprint="other").answer is None
    with pytest.raises(Conflict):
        open_one(customer_id, key="k", fingerprint="other")


def test_what_was_sent_is_filed_when_the_call_is_closed(probed: Probed) -> None:
    customer_id = probed.customer.pk
    connection_id = Connection.objects.of(customer_id).get(public_id=probed.connection).pk
    opened = open_one(customer_id)
    sent = SentRow(
        customer_id=customer_id,
        connection_id=connection_id,
        call_id=opened.call_id,
        contact="+491701234567",
        upstream_id="wamid.9",
        kind="text",
        at=clock.now(),
        text="hello",
    )
    close(opened, Outcome("ok", sent=[sent]))
    message = Message.objects.of(customer_id).get(upstream_id="wamid.9")
    assert (message.text, message.direction, message.call_id) == ("hello", "out", opened.call_id)


def test_calls_of_many_customers_share_a_batch_and_nothing_else(customer_id: int, globex: Any) -> None:
    other = int(globex.customer.pk)

    async def scenario() -> list[Any]:
        calls = [
            journal.open_call(
                opening(who), Want(who, "live", PERIOD, quota, 1), Keyed(who, f"k{number}", "f")
            )
            for number in range(10)
            for who, quota in ((customer_id, 4), (other, 100))
        ]
        return list(await asyncio.gather(*calls, return_exceptions=True))

    results = asyncio.run(scenario())
    assert [type(each).__name__ for each in results[::2]] == ["Opened"] * 4 + ["QuotaExceeded"] * 6
    assert [each.left for each in results[1::2]] == list(range(99, 89, -1))
    assert IdempotencyRecord.objects.filter(customer=customer_id).count() == 4
    assert AuditEntry.objects.filter(customer=other, tool="probe_send", outcome="started").count() == 10
