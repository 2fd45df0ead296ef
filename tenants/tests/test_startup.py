"""No process works with a key ring that is missing, malformed or another database's."""

import base64
import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from hermes.core import keyring, subkeys

KEYS = {kid: base64.b64encode(os.urandom(32)).decode() for kid in ("k1", "k2", "other")}
CHECK = (
    "import django; django.setup(); from tenants.startup import check_keys; check_keys(); print('started')"
)


def ring_of(*kids: str) -> str:
    return ",".join(f"{kid}:{KEYS[kid]}" for kid in kids)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an installation of its own, set up with key k1."""
    home = tmp_path_factory.mktemp("installation")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "hermes.settings.test",
        "HERMES_DATA_DIR": str(home),
        "DATABASE_URL": f"sqlite:///{home / 'db.sqlite3'}",
        "CREDENTIAL_ENCRYPTION_KEYS": ring_of("k1"),
    }
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"], env=environment, check=True
    )
    assert start(environment).stdout == "started\n"
    return environment


def run(
    environment: dict[str, str], code: str, ring: str | None = None
) -> "subprocess.CompletedProcess[str]":
    if ring is not None:
        environment = {**environment, "CREDENTIAL_ENCRYPTION_KEYS": ring}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=30, check=False
    )


def start(environment: dict[str, str], ring: str | None = None) -> "subprocess.CompletedProcess[str]":
    return run(environment, CHECK, ring)


def roots(environment: dict[str, str]) -> list[tuple[str, str]]:
    with contextlib.closing(
        sqlite3.connect(environment["DATABASE_URL"].removeprefix("sqlite:///"))
    ) as database:
        return database.execute("SELECT kid, envelope FROM tenants_rootkey ORDER BY kid").fetchall()


@pytest.mark.parametrize(
    ("ring", "said"),
    [
        ("k1:" + KEYS["other"], "'k1'"),
        (ring_of("other"), "'other'"),
        ("k1:" + base64.b64encode(b"short").decode(), "'k1'"),
        ("k1:" + base64.b64encode(b"\x07" * 32).decode(), "'k1'"),
        ("k1:not base64!", "'k1'"),
        (",", "is not set"),
    ],
    ids=["wrong", "unknown", "short", "one byte repeated", "not base64", "missing"],
)
def test_cr05_a_wrong_ring_ends_the_process_and_changes_nothing(
    installation: dict[str, str], ring: str, said: str
) -> None:
    before, began = roots(installation), time.monotonic()
    refused = start(installation, ring)
    assert time.monotonic() - began < 30
    assert refused.returncode != 0
    assert refused.stdout == ""
    assert refused.stderr.startswith("Hermes does not start:")
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
    for part in ring.split(","):
        assert part.partition(":")[2] == "" or part.partition(":")[2] not in refused.stderr
    assert roots(installation) == before


def test_f27_the_database_is_migrated_without_a_key(tmp_path: Path, installation: dict[str, str]) -> None:
    environment = {
        **installation,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "CREDENTIAL_ENCRYPTION_KEYS": ",",
    }
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"], env=environment, check=True
    )
    assert start(environment).returncode != 0


def test_a_database_without_tables_is_told_from_a_wrong_key(
    tmp_path: Path, installation: dict[str, str]
) -> None:
    refused = start({**installation, "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}"})
    assert refused.returncode != 0
    assert "manage.py migrate" in refused.stderr


def test_a_new_key_in_front_starts_and_lets_the_old_one_go_later(installation: dict[str, str]) -> None:
    assert start(installation, ring_of("k2", "k1")).stdout == "started\n"
    assert start(installation, ring_of("k2")).stdout == "started\n"


MAKE = (
    CHECK + "; from tenants import customers; print(customers.create(email='a@b.example').customer.data_key)"
)
READY = (
    CHECK + "; from hermes.core.health import readyz; from tenants.models import Customer;"
    " print(readyz().checks['keys']); print(Customer.objects.get().data_key)"
)


def test_f28_readiness_is_red_while_rows_need_a_key_that_is_gone(installation: dict[str, str]) -> None:
    wrapped = run(installation, MAKE, ring_of("k1")).stdout.splitlines()[-1]
    start(installation, ring_of("k2", "k1"))
    finding = ""
    for ring, is_ok in ((ring_of("k2", "k1"), "ok=True"), (ring_of("k2"), "ok=False")):
        _, finding, stored = run(installation, READY, ring).stdout.splitlines()
        assert is_ok in finding
        assert stored == wrapped
    assert "1 customers" in finding


def use_ring(settings: Any, text: str) -> None:
    settings.CREDENTIAL_ENCRYPTION_KEYS = text
    keyring.ring.cache_clear()
    subkeys.forget()


def test_the_commands_that_need_keys_check_them_too(settings: Any) -> None:
    old = settings.CREDENTIAL_ENCRYPTION_KEYS
    try:
        use_ring(settings, ring_of("other"))
        with pytest.raises(SystemExit, match="does not start"):
            call_command("create_customer", email="x@example.com")
        with pytest.raises(SystemExit, match="does not start"):
            call_command("rotate_credentials")
    finally:
        use_ring(settings, old)
