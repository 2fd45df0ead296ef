"""The broker is away: how workers and beat wait for it."""

import pytest
from celery.beat import Service

from hermes.broker import PatientConnection
from hermes.celery import app


class _Enough(Exception):
    pass


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "amqp://127.0.0.1:1//"])
def test_f05_a_broker_that_is_away_is_asked_again_every_two_seconds_without_end(url: str) -> None:
    pauses: list[float] = []

    def note(_: Exception, pause_s: float) -> None:
        pauses.append(pause_s)
        if len(pauses) == 3:
            raise _Enough

    with app.connection_for_read(url) as connection, pytest.raises(_Enough):
        connection.ensure_connection(note, app.conf.broker_connection_max_retries)
    assert pauses == [2, 2, 2]
    assert app.conf.broker_connection_max_retries is None


def test_beat_waits_on_the_same_connections() -> None:
    assert isinstance(Service(app).get_scheduler(lazy=True).connection, PatientConnection)
