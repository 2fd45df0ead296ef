"""Rotating the key ring while everything runs."""

import base64
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hermes.core import keyring, subkeys
from tenants import credentials, data_keys, keys, rotation, startup
from tenants.models import Connection, Customer
from tenants.tests.conftest import Link

NEW = "r2:" + base64.b64encode(bytes(range(100, 132))).decode()
KILLED_CUSTOMERS = 1_500


@pytest.fixture
def rings(settings: Any) -> Iterator[Any]:
    """Change this process's key ring: `rings(f"{NEW},{old}")`; afterwards all is as it was, rows too."""
    old = settings.CREDENTIAL_ENCRYPTION_KEYS

    def use(text: str) -> None:
        settings.CREDENTIAL_ENCRYPTION_KEYS = text
        keyring.ring.cache_clear()
        subkeys.forget()

    use.old = old  # type: ignore[attr-defined]
    yield use
    use(f"{old},{NEW}")
    startup.check_keys()
    list(rotation.rewrap_all())
    use(old)


def row(person: Any) -> Customer:
    return Customer.objects.get(pk=person.customer.pk)


def opens(person: Any) -> bool:
    principal = keys.load_principal(person.live_key)
    return credentials.opener(principal, principal.connections[0])().dump() == {"token": "rotated"}


def test_rotation_rewraps_data_keys_and_touches_no_credential(acme: Any, link: Link, rings: Any) -> None:
    sealed = link(acme.customer, token="rotated").sealed
    before, plain = row(acme), data_keys.unwrap(acme.customer.public_id, row(acme).data_key)
    held = keys.load_principal(acme.live_key)
    rings(f"{NEW},{rings.old}")
    startup.check_keys()
    assert opens(acme)
    list(rotation.rewrap_all())
    after = row(acme)
    assert (before.data_key_kid, after.data_key_kid) == ("t1", "r2")
    assert data_keys.unwrap(acme.customer.public_id, after.data_key) == plain
    assert Connection.objects.of(acme.customer).get().sealed == sealed
    # Other tests leave rows that do not open, so only acme's are looked at.
    unreadable = {public_id for progress in rotation.verify_all() for public_id, _ in progress.failed}
    assert not unreadable & {acme.customer.public_id, *(c.public_id for c in held.connections)}
    assert credentials.opener(held, held.connections[0])().dump() == {"token": "rotated"}
    rings(NEW)
    startup.check_keys()
    assert opens(acme)
    assert keys.load_principal(acme.live_key).customer == acme.customer.public_id


def test_a_second_run_finds_nothing_to_do(acme: Any, rings: Any) -> None:
    rings(f"{NEW},{rings.old}")
    list(rotation.rewrap_all())
    wrapped = row(acme).data_key
    list(rotation.rewrap_all())
    assert row(acme).data_key == wrapped


def test_what_changed_meanwhile_is_not_overwritten(acme: Any, rings: Any, monkeypatch: Any) -> None:
    rings(f"{NEW},{rings.old}")
    rewrap = data_keys.rewrap

    def destroyed_meanwhile(customer: str, wrapped: str) -> str:
        Customer.objects.filter(public_id=customer, pk=acme.customer.pk).update(data_key="")
        return rewrap(customer, wrapped)

    monkeypatch.setattr(data_keys, "rewrap", destroyed_meanwhile)
    list(rotation.rewrap_all())
    assert row(acme).data_key == ""


def test_what_does_not_open_is_named_and_left(acme: Any, globex: Any, link: Link, rings: Any) -> None:
    broken = link(acme.customer)
    Connection.objects.of(acme.customer).update(sealed="h1.d1.AAAA")
    wrapped = row(globex).data_key
    damaged = wrapped[:-2] + ("AA" if wrapped[-2:] != "AA" else "BB")
    Customer.objects.filter(pk=globex.customer.pk).update(data_key=damaged)
    rings(f"{NEW},{rings.old}")
    startup.check_keys()
    told = StringIO()
    with pytest.raises(CommandError, match="did not open"):
        call_command("rotate_credentials", verify=True, stdout=StringIO(), stderr=told)
    assert broken.public_id in told.getvalue()
    assert globex.customer.public_id in told.getvalue()
    assert row(globex).data_key == damaged
    assert row(acme).data_key_kid == "r2"
    Customer.objects.filter(pk=globex.customer.pk).update(data_key="")
    Connection.objects.of(acme.customer).update(sealed="")


MAKE = """
import django; django.setup()
from tenants.startup import check_keys
check_keys()
from hermes.core import ids
from tenants import data_keys
from tenants.models import Customer
made = [Customer(name="n", public_id=ids.new("cus")) for _ in range(%d)]
for c in made:
    c.data_key = data_keys.wrap_new(c.public_id)
    c.data_key_kid = data_keys.kid_of(c.data_key)
Customer.objects.bulk_create(made)
"""


def by_kid(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path, timeout=20)) as database:
        return dict(database.execute("SELECT data_key_kid, COUNT(*) FROM tenants_customer GROUP BY 1"))


@pytest.mark.kill
def test_f29_a_killed_rotation_goes_on_where_it_was(tmp_path: Path) -> None:
    database = tmp_path / "db.sqlite3"
    old = "r1:" + base64.b64encode(bytes(range(50, 82))).decode()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "hermes.settings.test",
        "DATABASE_URL": f"sqlite:///{database}",
        "CREDENTIAL_ENCRYPTION_KEYS": old,
    }
    command = [sys.executable, "manage.py"]
    subprocess.run([*command, "migrate", "-v0", "--skip-checks"], env=environment, check=True)
    subprocess.run([sys.executable, "-c", MAKE % KILLED_CUSTOMERS], env=environment, check=True)
    environment["CREDENTIAL_ENCRYPTION_KEYS"] = f"{NEW},{old}"
    rotate = [*command, "rotate_credentials", "--skip-checks"]
    ends = [_killed_at(share, rotate, environment, database) for share in (0.3, 0.6, 0.9)]
    assert -9 in ends
    finished = subprocess.run(
        [*command, "rotate_credentials", "--verify", "--skip-checks"],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert by_kid(database) == {"r2": KILLED_CUSTOMERS}
    assert f"{KILLED_CUSTOMERS}/{KILLED_CUSTOMERS} verified" in finished.stdout
    nothing = subprocess.run(rotate, env=environment, check=True, capture_output=True, text=True)
    assert "rewrapped" not in nothing.stdout


def _killed_at(share: float, command: list[str], environment: dict[str, str], database: Path) -> int:
    runner = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    with runner:
        deadline = time.monotonic() + 30
        while by_kid(database).get("r2", 0) < share * KILLED_CUSTOMERS and runner.poll() is None:
            assert time.monotonic() < deadline
        runner.kill()
        ended = runner.wait(10)
    assert set(by_kid(database)) <= {"r1", "r2"}
    return ended
