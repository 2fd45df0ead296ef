"""What a simulated person does to a sandbox account, brought in as a platform's own event."""

from collections.abc import Mapping
from typing import Any

from asgiref.sync import async_to_sync

from connectors.sandbox import Emission, Inbound
from inbox import tasks
from tenants import sandbox_http


def simulate(customer: str, connection: str, platform: str, event: Inbound) -> Mapping[str, Any] | None:
    """Have it happen on a sandbox connection (public ids); the webhook body that was posted, signed.

    None where the platform posts none: a look finds it, and one begins at once. Raises InvalidArgument on
    what nobody can do there, NotFound (no stand-in) and Unavailable.
    """
    standin = sandbox_http.standin_of(customer, connection, platform)
    payload = async_to_sync(standin.inbound)(event)
    if payload is None:
        tasks.hurry(connection)
    else:
        tasks.post(connection, platform, [Emission(after_s=0.0, payload=payload)])
    return payload
