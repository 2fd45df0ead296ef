"""Rate limits: exact, all or nothing, apart from one another, and kept up without Redis."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hermes.core import epoch, ids, limits
from hermes.core.limits import Bucket, Taken, take
from hermes.core.redis import hot, name, sync_client
from tests.support.redis import PrivateRedis

SLOW = 0.001


@pytest.fixture
def subject() -> str:
    """A subject nobody else uses."""
    return ids.new("cus")


@pytest.fixture
def server(tmp_path: Path, settings: Any) -> Iterator[PrivateRedis]:
    """A Redis of this test's own, which it may stop, empty and start."""
    server = PrivateRedis(tmp_path / "r.sock")
    server.start()
    settings.REDIS_URL = f"unix://{server.socket}"
    yield server
    server.stop()


def taken(subject: str, *buckets: Bucket, times: int = 1) -> list[Taken]:
    async def scenario() -> list[Taken]:
        return [await take(subject, buckets) for _ in range(times)]

    return asyncio.run(scenario())


def test_a_bucket_gives_its_capacity_and_says_when_the_next_token_comes(subject: str) -> None:
    answers = taken(subject, Bucket("calls", 3, 30), times=4)
    assert [answer.allowed for answer in answers] == [True, True, True, False]
    assert answers[0].retry_after_s == 0
    assert 1.5 < answers[3].retry_after_s <= 2
    assert answers[3].refused_by == 0


def test_a_token_comes_back_after_its_time(subject: str) -> None:
    bucket = Bucket("calls", 1, 1_200)

    async def scenario() -> float:
        assert (await take(subject, (bucket,))).allowed
        began = time.monotonic()
        while not (answer := await take(subject, (bucket,))).allowed:
            assert answer.retry_after_s <= 0.05
            assert time.monotonic() - began < 5
            await asyncio.sleep(0.005)
        return time.monotonic() - began

    assert asyncio.run(scenario()) > 0.03


def test_a_refusal_takes_nothing_from_the_other_buckets(subject: str) -> None:
    wide, narrow = Bucket("key", 5, SLOW), Bucket("tool", 1, SLOW)
    answers = taken(subject, wide, narrow, times=4)
    assert [answer.refused_by for answer in answers] == [None, 1, 1, 1]
    assert sum(answer.allowed for answer in taken(subject, wide, times=6)) == 4


def test_the_bucket_to_wait_longest_for_is_named(subject: str) -> None:
    minute, hour = Bucket("a", 1, 1), Bucket("b", 1, 1 / 60)
    refused = taken(subject, minute, hour, times=2)[1]
    assert refused.refused_by == 1
    assert 3_500 < refused.retry_after_s <= 3_600


def test_calls_at_the_same_time_get_exactly_the_capacity(subject: str) -> None:
    async def scenario() -> list[Taken]:
        return await asyncio.gather(*(take(subject, (Bucket("calls", 10, SLOW),)) for _ in range(100)))

    assert sum(answer.allowed for answer in asyncio.run(scenario())) == 10


def test_one_subject_takes_nothing_from_another() -> None:
    one, other = ids.new("cus"), ids.new("cus")
    assert [a.allowed for a in taken(one, Bucket("calls", 1, SLOW), times=2)] == [True, False]
    assert taken(other, Bucket("calls", 1, SLOW))[0].allowed


def test_a_bucket_leaves_redis_when_it_is_full_again(subject: str) -> None:
    taken(subject, Bucket("calls", 100, 60))
    assert 0 < sync_client().pttl(name("limit", subject, "calls")) <= 1_000


@pytest.mark.parametrize("planted", ["nonsense", "99999999999999999", "-5"])
def test_a_planted_or_future_value_locks_nobody_out_for_longer_than_a_filling(
    subject: str, planted: str
) -> None:
    sync_client().set(name("limit", subject, "calls"), planted, ex=60)
    assert taken(subject, Bucket("calls", 1, 60))[0].retry_after_s <= 1


def test_a_key_of_another_type_counts_as_a_full_bucket(subject: str) -> None:
    sync_client().lpush(name("limit", subject, "calls"), "x")
    assert taken(subject, Bucket("calls", 1, 60))[0].allowed


def test_a_forgotten_script_is_sent_again(server: PrivateRedis, subject: str) -> None:
    assert taken(subject, Bucket("calls", 9, SLOW))[0].epoch
    sync_client().script_flush()
    assert taken(subject, Bucket("calls", 9, SLOW))[0].epoch


def test_the_epoch_changes_when_it_is_raised_and_only_then(subject: str) -> None:
    before, again = (answer.epoch for answer in taken(subject, times=2))
    assert before == again == asyncio.run(epoch.current(subject))
    epoch.raise_epoch(subject)
    after = taken(subject)[0].epoch
    assert after != before
    assert after == asyncio.run(epoch.current(subject))
    assert taken(ids.new("cus"))[0].epoch != after


def test_f09_emptying_redis_changes_every_epoch_and_fills_the_buckets(
    server: PrivateRedis, subject: str
) -> None:
    epoch.raise_epoch(subject)
    raised = taken(subject, Bucket("calls", 1, SLOW), times=2)
    untouched = taken("cus_other")[0].epoch
    assert not raised[1].allowed
    sync_client().flushall()
    refilled = taken(subject, Bucket("calls", 1, SLOW))[0]
    assert refilled.allowed
    assert refilled.epoch != raised[0].epoch
    assert taken("cus_other")[0].epoch != untouched


def test_f08_without_redis_each_process_limits_by_itself_and_knows_no_epoch(
    server: PrivateRedis, subject: str
) -> None:
    server.stop()
    answers = taken(subject, Bucket("calls", 2, 30), times=3)
    assert [answer.allowed for answer in answers] == [True, True, False]
    assert 1.5 < answers[2].retry_after_s <= 2
    assert {answer.epoch for answer in answers} == {None}
    assert asyncio.run(epoch.current(subject)) is None
    epoch.raise_epoch(subject)


def test_f08_the_shared_buckets_are_used_again_within_seconds(server: PrivateRedis, subject: str) -> None:
    async def scenario() -> None:
        assert (await take(subject, ())).epoch
        server.stop()
        assert (await take(subject, ())).epoch is None
        server.start()
        began = time.monotonic()
        while (await take(subject, ())).epoch is None:
            assert time.monotonic() - began < 5
            await asyncio.sleep(0.01)

    asyncio.run(scenario())


def test_local_buckets_that_are_full_again_are_forgotten(
    server: PrivateRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LOCAL_LIMIT", 20)
    server.stop()
    for _ in range(50):
        taken(ids.new("cus"), Bucket("calls", 1, 60_000_000))
    assert len(limits._local._full_at) <= 21


def test_a_subject_cannot_reach_into_anothers_bucket() -> None:
    mine, theirs = ids.new("cus"), ids.new("cus")
    taken(theirs, Bucket("calls", 1, SLOW))
    assert taken(f"{mine}:x", Bucket("calls", 1, SLOW))[0].allowed

    async def kept() -> Any:
        return await hot().execute("EXISTS", name("limit", f"{mine}:x", "calls"))

    assert asyncio.run(kept()) == 1
