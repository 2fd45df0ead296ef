"""Exports that owners ask for: one at a time, made once, fetched by an owner, gone soon after."""

import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from hermes.core import clock
from hermes.core.errors import Conflict, InsufficientScope, NotFound
from hermes.core.ids import new
from tenants import actors, archived, export
from tenants.models import DataExport
from tenants.roles import ROLES
from tenants.tests.conftest import acts

OWNER = actors.Actor(name="user:1", surface="portal", permissions=ROLES["owner"])


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    """What another test left waiting is not made here."""
    DataExport.objects.unscoped().update(leased_until=clock.now() + timedelta(days=1))
    yield
    DataExport.objects.unscoped().update(leased_until=clock.now() + timedelta(days=1))


@pytest.fixture
def ready(acme: Any) -> DataExport:
    """Acme's archive."""
    row = archived.ask(acme.customer.pk, by=OWNER)
    assert archived.make_due() == 1
    row.refresh_from_db()
    return row


def test_archive_is_made_with_progress_and_says_who_asked(acme: Any, ready: DataExport) -> None:
    assert (ready.state, ready.tries) == ("ready", 1)
    assert ready.rows_done == ready.rows_total > 0
    _, path = archived.fetch(acme.customer.pk, ready.public_id, by=OWNER)
    assert (path.stat().st_size, path.stat().st_mode & 0o777) == (ready.size_bytes, 0o600)
    with zipfile.ZipFile(path) as archive:
        assert acme.email in archive.read("members.jsonl").decode()
        assert "members.jsonl" in archive.read("README.txt").decode()
    asked = ["customer.export_asked", "customer.exported", "customer.export_fetched"]
    assert acts(acme.customer)[-3:] == asked


def test_ad13_once_fetched_it_goes_after_15_minutes_and_unfetched_after_a_day(
    acme: Any, ready: DataExport
) -> None:
    assert ready.expires_at is not None
    assert ready.expires_at - clock.now() > timedelta(hours=23)
    row, path = archived.fetch(acme.customer.pk, ready.public_id, by=OWNER)
    assert row.expires_at is not None
    assert row.expires_at - clock.now() <= timedelta(minutes=15)
    archived.forget_expired()
    assert path.exists()
    DataExport.objects.of(acme.customer).update(expires_at=clock.now())
    with pytest.raises(NotFound):
        archived.fetch(acme.customer.pk, ready.public_id, by=OWNER)
    archived.forget_expired()
    assert not path.exists()
    assert archived.newest(acme.customer.pk, by=OWNER) is None


def test_another_one_takes_its_place_but_not_while_one_is_made(acme: Any, ready: DataExport) -> None:
    _, path = archived.fetch(acme.customer.pk, ready.public_id, by=OWNER)
    second = archived.ask(acme.customer.pk, by=OWNER)
    assert not path.exists()
    for act in (
        lambda: archived.ask(acme.customer.pk, by=OWNER),
        lambda: archived.delete(acme.customer.pk, second.public_id, by=OWNER),
    ):
        with pytest.raises(Conflict):
            act()


def test_worker_that_is_lost_is_followed_by_another_and_one_that_fails_thrice_by_none(
    acme: Any, monkeypatch: Any
) -> None:
    row = archived.ask(acme.customer.pk, by=OWNER)
    mine = DataExport.objects.of(acme.customer)
    mine.update(state="running", tries=1, leased_until=clock.now() + timedelta(seconds=60))
    assert archived.make_due() == 0
    folder = export.folder(acme.customer.public_id)
    folder.mkdir(parents=True)
    (folder / f"{row.public_id}.part").write_bytes(b"half")
    with monkeypatch.context() as patched:
        patched.setattr(export, "export", lambda *_, **__: 1 / 0)
        for tries, state in ((2, "waiting"), (3, "failed")):
            mine.update(leased_until=clock.now())
            archived.make_due()
            row.refresh_from_db()
            assert (row.tries, row.state) == (tries, state)
    assert list(folder.iterdir()) == []
    mine.update(state="running", tries=1, leased_until=clock.now())
    assert archived.make_due() == 1


@pytest.mark.parametrize("role", sorted(ROLES.keys() - {"owner"}))
def test_only_an_owner_asks_sees_fetches_and_deletes(acme: Any, ready: DataExport, role: str) -> None:
    by = actors.Actor(name="user:1", surface="portal", permissions=ROLES[role])
    customer, export_id = acme.customer.pk, ready.public_id
    for act in (
        lambda: archived.newest(customer, by=by),
        lambda: archived.ask(customer, by=by),
        lambda: archived.fetch(customer, export_id, by=by),
        lambda: archived.delete(customer, export_id, by=by),
    ):
        with pytest.raises(InsufficientScope):
            act()


def test_te01_foreign_and_unknown_archive_are_the_same(globex: Any, ready: DataExport) -> None:
    for export_id in (ready.public_id, new("exp"), "../x"):
        for act in (archived.fetch, archived.delete):
            with pytest.raises(NotFound):
                act(globex.customer.pk, export_id, by=OWNER)
    ready.refresh_from_db()
    assert ready.fetched_at is None
