"""How workers and beat wait for a broker that is away."""

from typing import Any

from celery.app.amqp import AMQP
from kombu.connection import Connection

ASKED_EVERY_S = 2


class PatientConnection(Connection):
    """Asks again every 2 s; Kombu's own asks more and more seldom, in the end every 30 s."""

    def ensure_connection(self, *args: Any, **options: Any) -> Any:
        """This connection, once it stands."""
        paced = {"interval_start": ASKED_EVERY_S, "interval_step": 0, "interval_max": ASKED_EVERY_S}
        return super().ensure_connection(*args, **{**options, **paced})  # type: ignore[no-untyped-call]


class PatientAMQP(AMQP):  # type: ignore[misc]  # Celery is untyped
    """Celery's, on patient connections."""

    Connection = PatientConnection
