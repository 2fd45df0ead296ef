"""Group commit: few transactions for many callers, each with its own answer, also when something fails."""

import asyncio
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from hermes.core import group_commit, rows, write_transaction
from hermes.core.errors import Unavailable

TABLE = "group_commit_probe"


@pytest.fixture(scope="module", autouse=True)
def _table() -> Iterator[None]:
    """A table of words, each at most once."""
    auto = "AUTOINCREMENT" if connection.vendor == "sqlite" else "AUTO_INCREMENT"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {TABLE} (id INTEGER PRIMARY KEY {auto}, word VARCHAR(60) NOT NULL UNIQUE)"
        )
    yield
    group_commit.close()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")


@pytest.fixture
def word() -> str:
    """A word that is not there yet."""
    return uuid.uuid4().hex


def stored(like: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {TABLE} WHERE word LIKE %s", [f"{like}%"])  # noqa: S608
        return int(cursor.fetchone()[0])


def write(cursor: Any, words: list[str]) -> list[str | Exception]:
    rows.insert(cursor, TABLE, ("word",), [(word,) for word in words])
    return [word.upper() for word in words]


def submit_all(apply: Any, items: list[Any]) -> list[Any]:
    async def scenario() -> list[Any]:
        return list(
            await asyncio.gather(
                *(group_commit.submit(apply, item) for item in items), return_exceptions=True
            )
        )

    return asyncio.run(scenario())


def test_every_caller_gets_the_result_for_its_item(word: str) -> None:
    words = [f"{word}{number}" for number in range(300)]
    assert submit_all(write, words) == [each.upper() for each in words]
    assert stored(word) == 300


def test_callers_at_the_same_time_share_transactions(word: str) -> None:
    batches: list[int] = []

    def counting(cursor: Any, words: list[str]) -> list[Any]:
        batches.append(len(words))
        return write(cursor, words)

    submit_all(counting, [f"{word}{number}" for number in range(500)])
    assert sum(batches) == 500
    assert len(batches) <= 10
    assert max(batches) <= group_commit.BATCH_LIMIT


def test_different_writes_share_a_transaction_and_keep_their_callers(word: str) -> None:
    def other(cursor: Any, words: list[str]) -> list[Any]:
        return [len(each) for each in write(cursor, words)]  # type: ignore[arg-type]

    async def scenario() -> list[Any]:
        return list(
            await asyncio.gather(
                *(group_commit.submit([write, other][n % 2], f"{word}{n}") for n in range(10))
            )
        )

    results = asyncio.run(scenario())
    assert results[::2] == [f"{word}{n}".upper() for n in range(0, 10, 2)]
    assert results[1::2] == [len(word) + 1] * 5


def test_an_item_whose_data_is_wrong_spoils_no_other(word: str) -> None:
    submit_all(write, [f"{word}taken"])
    results = submit_all(write, [f"{word}{n}" for n in range(20)] + [f"{word}taken"])
    assert results[:20] == [f"{word}{n}".upper() for n in range(20)]
    assert isinstance(results[20], IntegrityError)
    assert stored(word) == 21


def test_an_item_may_be_answered_with_an_error_while_others_stand(word: str) -> None:
    def picky(cursor: Any, words: list[str]) -> list[Any]:
        good = [each for each in words if not each.endswith("bad")]
        write(cursor, good)
        return [each if each in good else KeyError(each) for each in words]

    results = submit_all(picky, [f"{word}1", f"{word}bad", f"{word}2"])
    assert isinstance(results[1], KeyError)
    assert stored(word) == 2


def test_what_an_item_wrote_before_it_failed_is_undone(word: str) -> None:
    def half(cursor: Any, words: list[str]) -> list[Any]:
        write(cursor, words)
        raise ValueError("after the write")

    assert isinstance(submit_all(half, [word])[0], ValueError)
    assert stored(word) == 0


def test_a_wrong_number_of_answers_is_an_error_and_writes_nothing(word: str) -> None:
    def forgetful(cursor: Any, words: list[str]) -> list[Any]:
        write(cursor, words)
        return []

    assert isinstance(submit_all(forgetful, [word])[0], ValueError)
    assert stored(word) == 0


def test_a_caller_that_gives_up_does_not_stop_the_write(word: str) -> None:
    async def scenario() -> None:
        given_up = group_commit.submit(write, f"{word}1")
        given_up.cancel()
        await group_commit.submit(write, f"{word}2")

    asyncio.run(scenario())
    assert stored(word) == 2


def test_a_loop_that_ended_takes_nothing_with_it(word: str) -> None:
    async def leave() -> None:
        group_commit.submit(write, f"{word}1")

    asyncio.run(leave())
    submit_all(write, [f"{word}2"])
    assert stored(word) == 2


def test_synchronous_callers_write_too(word: str) -> None:
    assert group_commit.submit_sync(write, word) == word.upper()
    with pytest.raises(IntegrityError):
        group_commit.submit_sync(write, word)


def test_inside_a_transaction_a_synchronous_write_is_refused(word: str) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        group_commit.submit_sync(write, word)


def test_many_threads_may_write(word: str) -> None:
    done: list[str] = []

    def work(number: int) -> None:
        done.extend(group_commit.submit_sync(write, f"{word}{number}-{n}") for n in range(20))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(done) == stored(word) == 160


def test_closing_writes_what_waits_and_the_next_write_starts_anew(word: str) -> None:
    async def scenario() -> list[str]:
        waiting = [group_commit.submit(write, f"{word}{n}") for n in range(50)]
        await asyncio.to_thread(group_commit.close)
        assert await asyncio.to_thread(stored, word) == 50
        return list(await asyncio.gather(*waiting, group_commit.submit(write, f"{word}-after")))

    assert len(asyncio.run(scenario())) == 51
    assert stored(word) == 51


def test_a_backlog_is_refused_rather_than_grown(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "QUEUE_LIMIT", 5)
    release = threading.Event()

    def slow(cursor: Any, words: list[str]) -> list[Any]:
        release.wait(10)
        return write(cursor, words)

    async def scenario() -> None:
        first = group_commit.submit(slow, f"{word}first")
        while group_commit._writer._waiting:
            await asyncio.sleep(0.001)
        waiting = [group_commit.submit(write, f"{word}{n}") for n in range(5)]
        with pytest.raises(Unavailable) as refused:
            group_commit.submit(write, f"{word}more")
        assert refused.value.retry_after_s
        release.set()
        await asyncio.gather(first, *waiting)

    asyncio.run(scenario())
    assert stored(word) == 6


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's lock on the whole file")
def test_f31_while_nothing_can_be_written_callers_are_told_to_come_again(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "timeout", 0.1)
    group_commit.close()
    with transaction.atomic():
        results = submit_all(write, [f"{word}{n}" for n in range(600)])
        assert {type(result) for result in results} == {Unavailable}
        assert results[0].retry_after_s == write_transaction.RETRY_AFTER_S
    began = time.monotonic()
    while isinstance(submit_all(write, [f"{word}-back"])[0], Unavailable):
        assert time.monotonic() - began < 5
    assert stored(word) == 1
    group_commit.close()


@pytest.mark.skipif(connection.vendor != "mysql", reason="row locks")
def test_a_batch_that_loses_a_deadlock_is_repeated(word: str) -> None:
    one, two = f"{word}one", f"{word}two"
    submit_all(write, [one, two])
    attempts: list[int] = []
    holds_one, holds_two = threading.Event(), threading.Event()

    def lock(cursor: Any, locked: str) -> None:
        cursor.execute(f"SELECT id FROM {TABLE} WHERE word = %s FOR UPDATE", [locked])  # noqa: S608
        cursor.fetchall()

    def crossing(cursor: Any, words: list[str]) -> list[Any]:
        attempts.append(len(words))
        lock(cursor, one)
        holds_one.set()
        holds_two.wait(10)
        lock(cursor, two)
        return write(cursor, words)

    with ThreadPoolExecutor(1) as other, connection.cursor() as cursor:
        with transaction.atomic():
            # The server ends the transaction that has changed fewer rows: not this one.
            write(cursor, [f"{word}ballast{number}" for number in range(50)])
            lock(cursor, two)
            written = other.submit(group_commit.submit_sync, crossing, f"{word}three")
            assert holds_one.wait(10)
            holds_two.set()
            lock(cursor, one)
        assert written.result(20) == f"{word}three".upper()
    assert attempts == [1, 1]
