"""Hermes for an inbound run: web, worker and beat over given stores, each of which may be killed."""

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import django

from tests.load.inbound.servers import MariaDb, RabbitMq, Redis, Server
from tests.load.inbound.traffic import APP_SECRET, Account
from tests.load.processes import Failed, free_port

START_DEADLINE_S = 60.0


class System:
    """The stores of a run, and Hermes' processes by name: `web`, `worker`, `beat`."""

    def __init__(self, folder: Path, database: str, broker: str) -> None:
        self.folder, self.port = folder, free_port()
        self.redis = Redis(folder / "redis")
        self.broker: Server = RabbitMq(folder / "rabbitmq") if broker == "rabbitmq" else self.redis
        self.database = MariaDb(folder / "mariadb") if database == "mariadb" else None
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.env = {
            "HERMES_ENV": "dev",
            "HERMES_DATA_DIR": str(folder),
            "HERMES_LOG_LEVEL": "ERROR",
            "META_APP_SECRET": APP_SECRET,
            "REDIS_URL": self.redis.url,
            "CELERY_BROKER_URL": self.broker.url,
            "DATABASE_URL": self.database.url if self.database else f"sqlite:///{folder / 'hermes.sqlite3'}",
        }

    @property
    def stores(self) -> list[Server]:
        """All of them, once each."""
        return [
            s for s in (self.redis, self.database, self.broker) if s is not None and s is not self.redis
        ] + [self.redis]

    def commands(self) -> Mapping[str, Sequence[str]]:
        """As production runs them, with a worker of two."""
        celery = (sys.executable, "-m", "celery", "-A", "hermes.celery", "--quiet")
        uvicorn = (sys.executable, "-m", "uvicorn", "--log-level", "warning", "--no-access-log")
        return {
            "web": (*uvicorn, "--port", str(self.port), "hermes.asgi:application"),
            "worker": (
                *(*celery, "worker", "--concurrency", "2", "--loglevel", "error", "--without-gossip"),
                *("--without-mingle", "--queues", "inbound,outbound,maintenance"),
            ),
            "beat": (
                *(*celery, "beat", "--loglevel", "error", "--pidfile="),
                *("--schedule", str(self.folder / "beat-schedule")),
            ),
        }

    def start(self, name: str) -> None:
        """Start a process of Hermes; the web process is waited for."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self.commands()[name],
                env={**os.environ, **self.env},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def begin(self, *names: str) -> None:
        """Start processes; the web process answers when this returns."""
        for name in names:
            self.start(name)
        self.await_web()

    def kill(self, name: str) -> None:
        """End a process and its children as a crash would."""
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def await_web(self) -> None:
        """Wait until it answers."""
        import http.client

        end = time.monotonic() + START_DEADLINE_S
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
                link.request("GET", "/healthz")
                if link.getresponse().status == 200:
                    return
            time.sleep(0.1)
        raise Failed((self.folder / "web.log").read_text(errors="replace")[-2000:])

    def purge_queues(self) -> None:
        """Throw away whatever the broker holds."""
        words = [sys.executable, "-m", "celery", "-A", "hermes.celery", "purge", "-f"]
        words += ["-Q", "inbound,outbound,maintenance"]
        subprocess.run(words, env={**os.environ, **self.env}, capture_output=True, check=False)


@contextlib.contextmanager
def system(folder: Path, database: str, broker: str) -> Iterator[System]:
    """Stores, tables, and this process' Django on them; everything is ended afterwards."""
    made = System(folder, database, broker)
    try:
        for store in reversed(made.stores):
            store.start()
        os.environ.update(made.env)
        os.environ["DJANGO_SETTINGS_MODULE"] = "hermes.settings.dev"
        migrate = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(migrate, env={**os.environ, **made.env}, check=True)
        django.setup()
        yield made
    finally:
        for name in list(made.processes):
            made.kill(name)
        for store in made.stores:
            store.end()


@dataclasses.dataclass(frozen=True, slots=True)
class Tenant:
    """A customer: its live key and its live numbers."""

    key: str
    numbers: list[Account]


def accounts(customer: str, count: int) -> list[Account]:
    """The live numbers of a new customer."""
    return tenant(customer, count).numbers


def tenant(name: str, count: int, plan: str = "enterprise") -> Tenant:
    """A new customer with so many live numbers."""
    from tenants import customers, startup
    from tenants.models import Connection

    startup.check_keys()
    created = customers.create(email=f"{name}@example.com", name=name, plan=plan)
    made = [Account(str(uuid.uuid4().int)[:15], str(uuid.uuid4().int)[:15]) for _ in range(count)]
    Connection.objects.of(created.customer).bulk_create(
        Connection(
            customer=created.customer,
            platform="whatsapp",
            account=f"number {account.number}",
            mode="live",
            source=Connection.Source.CUSTOMER,
            live_claim=f"whatsapp:{account.number}",
            status=Connection.Status.ACTIVE,
            external_id=account.number,
            routes=[account.business],
        )
        for account in made
    )
    return Tenant(created.live_key, made)
