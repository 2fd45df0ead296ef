"""Erasures that a worker does: those that owners asked for, and those that stopped on the way."""

from datetime import timedelta

import structlog

from hermes.core import clock
from tenants import erasure
from tenants.actors import Actor
from tenants.models import Erasure
from tenants.roles import EVERY_PERMISSION

AGAIN = timedelta(minutes=1)
WORKER = Actor(name="system", surface="worker", permissions=EVERY_PERMISSION)
log = structlog.get_logger(__name__)


def go_on() -> int:
    """Erase the customers that are due, one after the other; how many are erased.

    Each is claimed before it is begun. One that fails is tried again in a minute, and the fault is logged.
    """
    done = 0
    due = Erasure.objects.filter(leased_until__lte=clock.now()).order_by("asked_at")
    for row in list(due.select_related("subject")):
        mine = Erasure.objects.filter(pk=row.pk)
        if mine.filter(leased_until=row.leased_until).update(leased_until=clock.now() + erasure.LEASE):
            try:
                told = erasure.erase(row.subject, by=WORKER).told
            except Exception:
                log.exception("erasure_stopped", customer=row.subject.public_id)
                mine.update(leased_until=clock.now() + AGAIN)
            else:
                log.info("customer_erased", customer=row.subject.public_id, told=len(told))
                done += 1
    return done
