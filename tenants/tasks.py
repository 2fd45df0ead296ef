"""Background work on connections."""

import time

from celery import shared_task

from billing import paid
from hermes.core.errors import NeedsReauth
from tenants import archived, connect_links, leaving, payments, refusals, webhooks
from tenants.oauth import attempts, upkeep

BUDGET_S = 50.0
EXPORT_LIMIT_S, ERASE_LIMIT_S = 3600, 600  # a worker may be at it for longer than at other tasks
EXPORT, ERASE = "tenants.tasks.make_exports", "tenants.tasks.erase_customers"


@shared_task(name="tenants.tasks.register_webhooks")
def register_webhooks() -> int:
    """Tell platforms where to post that could not be told before; how many were. Every five minutes.

    A credential that the platform refuses stops the connection, as in a call.
    """
    until, told = time.monotonic() + BUDGET_S, 0
    for connection in webhooks.due():
        if time.monotonic() > until:
            break
        failure = webhooks.register(connection)
        told += failure is None
        if isinstance(failure, NeedsReauth):
            refusals.mark_needs_reauth(
                connection.customer_id, connection.public_id, failure.message, version=connection.version
            )
    return told


@shared_task(name="tenants.tasks.end_unpaid_plans")
def end_unpaid_plans() -> int:
    """Take paid plans away whose payment is late for longer than the grace; how many. Every five minutes."""
    late = paid.out_of_grace()
    for customer_id in late:
        payments.reconsider(customer_id)
    return len(late)


@shared_task(name="tenants.tasks.ask_stripe")
def ask_stripe() -> int:
    """Ask Stripe about subscriptions in doubt; how many it answered. Every five minutes."""
    return payments.ask()


@shared_task(name="tenants.tasks.renew_access")
def renew_access() -> int:
    """Renew the access tokens whose time has come, before they end; how many were. Every minute."""
    return upkeep.renew_due(BUDGET_S)


@shared_task(name="tenants.tasks.tell_of_ends")
def tell_of_ends() -> int:
    """Tell owners of access that only they can renew, and stop what has ended. Every five minutes."""
    return upkeep.tell_of_ends()


@shared_task(name="tenants.tasks.forget_attempts")
def forget_attempts() -> int:
    """Delete attempts to connect that nobody finished; how many. Every ten minutes."""
    return attempts.forget_expired()


@shared_task(name="tenants.tasks.forget_connect_links")
def forget_connect_links() -> int:
    """Delete connect links that expired long ago; how many. Every hour."""
    return connect_links.forget_old()


@shared_task(name=EXPORT, time_limit=EXPORT_LIMIT_S, soft_time_limit=EXPORT_LIMIT_S - 60)
def make_exports() -> int:
    """Make the exports that owners asked for; how many. By a word of the portal, and every minute."""
    return archived.make_due()


@shared_task(name="tenants.tasks.forget_exports")
def forget_exports() -> int:
    """Delete the archives whose time is over; how many. Every minute."""
    return archived.forget_expired()


@shared_task(name=ERASE, time_limit=ERASE_LIMIT_S, soft_time_limit=ERASE_LIMIT_S - 60)
def erase_customers() -> int:
    """Erase the customers that are to go; how many are gone. By a word of the portal, and every minute."""
    return leaving.go_on()
