"""Fixtures for every test: one database and one private Redis per test process, and the people.

Nothing is rolled back or flushed. Each test makes its own customers, so tests are kept
apart by what keeps customers apart.
"""

import dataclasses
import gc
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases

from hermes.core import redaction
from tests.support.api import Api
from tests.support.redis import PrivateRedis

pytest_plugins = ("tests.support.probed", "tests.support.tenants", "tests.support.signing_in")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a quarter of the tests' time is waiting for processes of their own."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """What was collected stays to the end: the collector of garbage need not look at it again and again."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


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
    from tenants import startup

    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        os.environ["DATABASE_URL"] = f"sqlite:///{name}"
    else:
        base, _, query = os.environ["DATABASE_URL"].partition("?")
        os.environ["DATABASE_URL"] = f"{base.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    with django_db_blocker.unblock():
        startup.check_keys()
        yield
        connections.close_all()
        teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True)
def _nothing_hidden() -> None:
    """Forget what an earlier test in this thread had masked in its logs."""
    redaction._hidden.set(())


@dataclasses.dataclass(frozen=True)
class Person:
    """A customer as tests know it, with the keys it was given."""

    name: str
    email: str
    customer: Any
    live_key: str
    test_key: str


@pytest.fixture(scope="session")
def api() -> Iterator[Api]:
    """The whole ASGI application, in process over one event loop: `api.post("/api/...", key, json)`."""
    client = Api()
    yield client
    client.close()


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
