"""Times are UTC in and out."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st

from hermes.core import clock
from hermes.core.errors import InvalidArgument


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 22, 10, tzinfo=UTC), "2026-11-22T10:00:00Z"),
        (datetime(2026, 11, 22, 10, 0, 0, 250_000, tzinfo=UTC), "2026-11-22T10:00:00.250Z"),
        (datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=2))), "2026-11-22T10:00:00Z"),
    ],
)
def test_a_moment_is_written_in_utc_with_milliseconds_only_where_there_are_any(
    moment: datetime, text: str
) -> None:
    assert clock.iso(moment) == text


def test_a_naive_time_is_not_written() -> None:
    with pytest.raises(ValueError, match="zone"):
        clock.iso(datetime(2026, 11, 22))  # noqa: DTZ001


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001
def test_what_is_written_reads_back_to_the_millisecond(moment: datetime) -> None:
    assert abs(clock.parse(clock.iso(moment)) - moment) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "text", ["2026-11-22T11:00:00+01:00", "2026-11-22T10:00:00", "2026-11-22T10:00:00.000Z"]
)
def test_offsets_are_taken_and_their_absence_means_utc(text: str) -> None:
    assert clock.parse(text) == datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_a_date_alone_is_its_midnight() -> None:
    assert clock.parse("2026-11-22") == datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "0001-01-01T00:00:00+14:00", "9" * 5000])
def test_what_is_no_time_is_refused_as_an_argument(text: str) -> None:
    with pytest.raises(InvalidArgument, match="2026-11-22T10:00:00Z"):
        clock.parse(text)
