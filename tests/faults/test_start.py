"""Every process refuses to start with a key ring that is missing, malformed or another database's.

CR05, F27, F28.
"""

import base64
import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.web import Web

LIMIT_S = 40.0  # of a busy machine; a process that does not end by itself never does
KEYS = {kid: base64.b64encode(os.urandom(32)).decode() for kid in ("k1", "k2", "other")}
SHORT = base64.b64encode(os.urandom(16)).decode()
PROGRAMS = {
    "web": ("uvicorn", "hermes.asgi:application", "--port", "0"),
    "worker": ("celery", "-A", "hermes.celery", "worker", "--pool", "solo"),
    "beat": ("celery", "-A", "hermes.celery", "beat", "--pidfile="),
}
# The ring, and what is said of it.
WRONG = {
    "missing": ("", "CREDENTIAL_ENCRYPTION_KEYS is not set"),
    "short": (f"k1:{SHORT}", "'k1'"),
    "another key under the same id": (f"k1:{KEYS['other']}", "'k1'"),
    "another ring": (f"other:{KEYS['other']}", "'other'"),
}


class Installation:
    """A database that was migrated without a key and then used with k1 and k2, in production's settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "db.sqlite3"
        self.env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("CREDENTIAL_ENCRYPTION_KEY", "DJANGO_SETTINGS_MODULE"))
        } | {
            "HERMES_ENV": "prod",
            "HERMES_DATA_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "ALLOWED_HOSTS": "hermes.example.com,127.0.0.1",
            "HERMES_PUBLIC_URL": "https://hermes.example.com",
            "SECRET_KEY": "of-this-test-only-Kd83hs0qLmZx71vTgRw5YbNc9aPe2fUj6iHo4tBs",
        }

    def manage(self, *words: str, ring: str = "") -> str:
        env = self.env | ({"CREDENTIAL_ENCRYPTION_KEYS": ring} if ring else {})
        done = subprocess.run(
            [sys.executable, "manage.py", *words], env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, program: str, ring: str) -> "subprocess.Popen[str]":
        words = [
            *PROGRAMS[program],
            *(["--schedule", str(self.folder / "beat")] if program == "beat" else []),
        ]
        return subprocess.Popen(
            [sys.executable, "-m", *words],
            env=self.env | {"CREDENTIAL_ENCRYPTION_KEYS": ring},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("installation"))
    made.manage("migrate", "-v0")
    both = f"k1:{KEYS['k1']},k2:{KEYS['k2']}"
    made.manage("create_customer", "--email", "owner@example.com", ring=both)
    return made


def said_until_its_end(process: "subprocess.Popen[str]") -> str:
    try:
        return process.communicate(timeout=LIMIT_S)[0]
    finally:
        process.kill()


@pytest.mark.parametrize(
    ("what", "programs"),
    [
        ("missing", ("web", "worker", "beat")),
        ("another key under the same id", ("web", "worker", "beat")),
        ("short", ("web",)),
        ("another ring", ("web",)),
    ],
)
def test_cr05_web_worker_and_beat_end_at_once_and_say_which_key(
    installation: Installation, what: str, programs: tuple[str, ...]
) -> None:
    ring, told = WRONG[what]
    before = installation.database.read_bytes()
    started = {program: installation.start(program, ring) for program in programs}
    for program, process in started.items():
        said = said_until_its_end(process)
        assert process.returncode not in (0, None), program
        assert "Hermes does not start:" in said, program
        assert told in said
        assert "Traceback" not in said
        assert not any(key[:12] in said for key in (*KEYS.values(), SHORT))
    assert installation.database.read_bytes() == before


def test_f27_the_database_is_migrated_without_a_key(installation: Installation) -> None:
    with contextlib.closing(sqlite3.connect(installation.database)) as database:
        assert database.execute("SELECT COUNT(*) FROM tenants_customer").fetchone()[0] >= 1


@pytest.fixture
def web_with_k2_alone(installation: Installation, tmp_path: Path) -> Iterator[Web]:
    """The key that wraps the customer's was removed before anything was wrapped anew."""
    env = {**installation.env, "CREDENTIAL_ENCRYPTION_KEYS": f"k2:{KEYS['k2']}"}
    web = Web(tmp_path / "web.log", **env)
    yield web.await_start()
    web.end()


def test_f28_an_old_key_removed_too_early_turns_readiness_red_with_a_count(
    installation: Installation, web_with_k2_alone: Web
) -> None:
    before = installation.database.read_bytes()
    ready = web_with_k2_alone.get("/readyz")
    assert ready.status_code == 503
    assert "1 customers" in ready.json()["checks"]["keys"]["detail"]
    assert web_with_k2_alone.get("/healthz").status_code == 200
    assert installation.database.read_bytes() == before
