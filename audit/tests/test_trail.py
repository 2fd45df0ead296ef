"""A customer reads its own trail: by pages, filtered, and as a file."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import given, strategies as st

from audit import export, records, trail
from hermes.core import clock
from hermes.core.errors import InvalidArgument


def write(customer_id: int, count: int, **given: str) -> list[str]:
    told = {"action": "sample", "actor": "key:1", "surface": "rest"} | given
    return [records.record(customer_id=customer_id, **told).public_id for _ in range(count)]


def test_pages_go_from_the_newest_to_the_oldest_without_a_gap(acme: Any) -> None:
    written = write(acme.customer.pk, 7, action="paged")
    seen: list[str] = []
    cursor = None
    while True:
        page = trail.page(acme.customer.pk, limit=3, cursor=cursor, action="paged")
        seen += [entry["id"] for entry in page.entries]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == written[::-1]


def test_pages_go_on_over_months_and_over_entries_of_one_moment(acme: Any) -> None:
    written = []
    for age in (timedelta(days=90), timedelta(days=45), timedelta(days=5), timedelta(hours=2)):
        with time_machine.travel(clock.now() - age, tick=False):
            written += write(acme.customer.pk, 5, action="paged")
    seen: list[str] = []
    until, cursor = clock.now(), None
    while not seen or cursor:
        page = trail.page(acme.customer.pk, limit=3, cursor=cursor, until=until, action="paged")
        seen += [entry["id"] for entry in page.entries]
        cursor = page.next_cursor
    assert seen == written[::-1]
    assert trail.page(acme.customer.pk, until=datetime(1, 1, 2, tzinfo=UTC)).entries == []


def test_what_is_written_meanwhile_does_not_shift_the_pages(acme: Any) -> None:
    written = write(acme.customer.pk, 4, action="paged")
    first = trail.page(acme.customer.pk, limit=2, action="paged")
    write(acme.customer.pk, 3, action="paged")
    second = trail.page(acme.customer.pk, limit=2, cursor=first.next_cursor, action="paged")
    assert [entry["id"] for entry in second.entries] == [written[1], written[0]]
    assert second.next_cursor is None


def test_a_stranger_s_entries_and_cursors_are_unknown(acme: Any, globex: Any) -> None:
    write(acme.customer.pk, 3)
    theirs = write(globex.customer.pk, 3)
    mine = trail.page(acme.customer.pk, limit=200)
    assert not {entry["id"] for entry in mine.entries} & set(theirs)
    for cursor in (theirs[1], "aud_unknown"):
        with pytest.raises(InvalidArgument, match="not known"):
            trail.page(acme.customer.pk, cursor=cursor)


def test_entries_are_filtered_exactly_and_by_time(acme: Any) -> None:
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    with time_machine.travel(moment, tick=False):
        early = write(acme.customer.pk, 1, platform="whatsapp")
    write(acme.customer.pk, 1, platform="telegram")
    day = timedelta(days=1)
    assert [e["id"] for e in trail.page(acme.customer.pk, platform="whatsapp").entries] == early
    assert [e["id"] for e in trail.page(acme.customer.pk, since=moment, until=moment + day).entries] == early
    assert trail.page(acme.customer.pk, since=moment + day, until=moment + 2 * day).entries == []


@pytest.mark.parametrize(
    "wrong", [{"limit": 0}, {"limit": 201}, {"customer": "x"}, {"actor__startswith": "x"}]
)
def test_other_limits_and_filters_are_refused(acme: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        trail.page(acme.customer.pk, **wrong)


def test_all_entries_come_oldest_first_over_several_reads(acme: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "_PAGE", 3)
    with time_machine.travel(clock.now(), tick=False):
        written = write(acme.customer.pk, 5, action="all")
    written += write(acme.customer.pk, 3, action="all")
    assert [entry["id"] for entry in trail.entries(acme.customer.pk, action="all")] == written


def test_a_csv_file_has_a_heading_and_a_line_for_each_entry(acme: Any) -> None:
    write(acme.customer.pk, 2, action="exported", detail='says "hello", then leaves\r\nand more')
    text = "".join(export.csv_lines(trail.entries(acme.customer.pk, action="exported")))
    read = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["detail"] for row in read] == ['says "hello", then leaves\r\nand more'] * 2
    assert tuple(read[0]) == export.COLUMNS
    assert read[0]["seq"] == ""


@pytest.mark.parametrize(
    "cell", ["=cmd|'/c calc'!A0", "@SUM(1+1)", "+1", "-1", "\t=1", "\r=1", "\n=1", "\uff1dSUM(1)", "=1;=2"]
)
def test_bd12_a_cell_that_would_be_a_formula_begins_with_an_apostrophe(acme: Any, cell: str) -> None:
    write(acme.customer.pk, 1, action="formula", detail=cell, client=cell)
    text = "".join(export.csv_lines(trail.entries(acme.customer.pk, action="formula")))
    row = next(csv.DictReader(io.StringIO(text, newline="")))
    assert (row["detail"], row["client"]) == (f"'{cell}", f"'{cell}")


@given(st.text())
def test_no_cell_of_a_csv_file_begins_as_a_formula(text: str) -> None:
    entry = dict.fromkeys(export.COLUMNS) | {"detail": text, "arguments": {"x": text}}
    cells = list(csv.reader(io.StringIO("".join(export.csv_lines([entry])), newline="")))[1]
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in cells)
    assert cells[export.COLUMNS.index("detail")].removeprefix("'") == text.removeprefix("'")


def test_json_lines_hold_one_whole_entry_each(acme: Any) -> None:
    write(acme.customer.pk, 2, action="exported", detail="two\nlines \u2028 and ä")
    lines = list(export.jsonl_lines(trail.entries(acme.customer.pk, action="exported")))
    assert [json.loads(line) for line in lines] == list(trail.entries(acme.customer.pk, action="exported"))
    assert all(line.endswith("\n") and "\n" not in line[:-1] for line in lines)


def test_an_export_streams(acme: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first line is there before the second page is read."""
    monkeypatch.setattr(trail, "_PAGE", 2)
    write(acme.customer.pk, 4, action="streamed")
    lines = export.csv_lines(trail.entries(acme.customer.pk, action="streamed"))
    next(lines), next(lines)
    late = write(acme.customer.pk, 1, action="streamed")
    assert late[0] in "".join(lines)


def test_times_are_iso_8601_in_utc(acme: Any) -> None:
    write(acme.customer.pk, 1)
    entry = trail.page(acme.customer.pk).entries[0]
    assert entry["at"].endswith("Z")
    assert clock.parse(entry["at"]) <= clock.now()
