"""The Celery application: `celery -A hermes worker` and `celery -A hermes beat`."""

from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, task_postrun, worker_init

from hermes.core import pulse
from hermes.environment import choose_settings

choose_settings()

app = Celery("hermes", amqp="hermes.broker:PatientAMQP")
# Threads that send tasks take the default app; without this they would make one that has no settings.
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Django's LOGGING stands; Celery would replace it."""


@worker_init.connect
@beat_init.connect
def _check_keys(**_: Any) -> None:
    from tenants.startup import check_keys  # noqa: PLC0415  (models load when Celery has set Django up)

    check_keys()


@task_postrun.connect
def _note_pulse(task: Any, **_: Any) -> None:
    # A task that is run in place, as tests and commands do, comes from no queue.
    if queue := (task.request.delivery_info or {}).get("routing_key"):
        pulse.note(queue)
