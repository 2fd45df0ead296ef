"""The webhook of one connection: its address, its keys, and telling the platform of both."""

import hashlib
import hmac
import time

import structlog
from django.conf import settings

from connectors.kit.connector import Connector
from connectors.kit.context import ToolContext
from connectors.kit.credentials import Credentials
from connectors.kit.secret import Secret
from connectors.kit.webhook import Registration
from connectors.registry import all_connectors
from hermes.core.errors import HermesError
from hermes.core.subkeys import subkey
from tenants import credentials as vault, probes, states
from tenants.actors import SYSTEM
from tenants.models import ApiKey, Connection

KEY_TTL_S = 5.0
KEYS_KEPT = 10_000
_kept: dict[tuple[str, str], tuple[str, float]] = {}
log = structlog.get_logger(__name__)


def secret_of(connection: str) -> str:
    """The secret Hermes makes for the door of a connection (public id): 64 hexadecimal digits.

    The connection's platform, or its stand-in in the sandbox, proves with it that it posts. It is derived,
    so no row holds it (docs/adr/0015-webhook-secrets-are-derived.md).
    """
    return hmac.new(subkey("webhook"), connection.encode(), hashlib.sha256).hexdigest()


def address_of(connection: Connection) -> str:
    """Where the connection's platform is to post; empty where it cannot, or need not be told.

    Platforms post to public https addresses only. All accounts of the operator's app share one door.
    """
    webhook = all_connectors()[connection.platform].webhook
    if webhook is None or webhook.registration is None or connection.mode != ApiKey.Mode.LIVE:
        return ""
    if not _is_public():
        return ""
    own = f"/{connection.public_id}" if webhook.is_per_connection else ""
    return f"{settings.PUBLIC_URL}/webhook/{connection.platform}{own}"


def register(connection: Connection) -> HermesError | None:
    """Tell the platform where to post; the failure, which is also kept with the connection and audited."""
    address, registration = address_of(connection), _registration(connection)
    if not address or registration is None or connection.status != states.ACTIVE:
        return None
    secret = Secret(secret_of(connection.public_id))

    async def add(ctx: ToolContext) -> None:
        await registration.add(ctx, address, secret)

    failure: HermesError | None = None
    try:
        probes.ask(add, connection, vault.of_connection(connection))
    except HermesError as error:
        failure = error
    is_new = failure is not None or connection.webhook_address != address or connection.webhook_fault != ""
    connection.webhook_address = "" if failure else address
    connection.webhook_fault = failure.message[:300] if failure else ""
    _save(connection)
    if is_new:
        SYSTEM.record(
            connection.customer_id,
            "connection.webhook",
            failure.message if failure else "The platform posts to Hermes now.",
            outcome=failure.code if failure else "ok",
            connection=connection,
        )
    return failure


def due() -> list[Connection]:
    """The connections whose platform is not told yet where to post now, in any order."""
    if not _is_public():
        return []
    slugs = [slug for slug, c in all_connectors().items() if c.webhook and c.webhook.registration]
    rows = Connection.objects.unscoped().select_related("customer")
    live = rows.filter(platform__in=slugs, mode=ApiKey.Mode.LIVE, status=states.ACTIVE)
    return list(live.exclude(webhook_address__startswith=f"{settings.PUBLIC_URL}/webhook/").order_by("?"))


def unregister(connection: Connection, credentials: Credentials | None, address: str) -> str:
    """Tell the platform to stop posting to `address`; a sentence where it did not confirm, else empty."""
    registration = _registration(connection)
    if registration is None or not address:
        return ""
    name = all_connectors()[connection.platform].name
    failure = f"Remove the webhook at {name}, which could not be told to stop posting to Hermes."
    if credentials is None:
        return failure
    try:
        probes.ask(lambda ctx: registration.remove(ctx, address), connection, credentials)
    except HermesError as error:
        SYSTEM.record(
            connection.customer_id,
            "connection.webhook",
            error.message,
            outcome=error.code,
            connection=connection,
        )
        return failure
    return ""


def kept_key(platform: str, connection: str) -> str | None:
    """What `read_key` told less than `KEY_TTL_S` ago; None where it has to be asked."""
    key, until = _kept.get((platform, connection), ("", 0.0))
    return key if time.monotonic() < until else None


def read_key(platform: str, connection: str) -> str:
    """The key in the credentials of a connection (public id), empty where it has none; asks the database."""
    if len(_kept) >= KEYS_KEPT:
        _kept.clear()
    key = _key(all_connectors()[platform], connection)
    _kept[platform, connection] = (key, time.monotonic() + KEY_TTL_S)
    return key


def _key(connector: Connector, connection: str) -> str:
    rows = Connection.objects.unscoped().select_related("customer").exclude(status=states.REVOKED)
    found = rows.filter(public_id=connection, platform=connector.slug).first()
    if found is None or connector.webhook is None or connector.webhook.key_of is None:
        return ""
    try:
        return connector.webhook.key_of(vault.of_connection(found))
    except HermesError as error:
        log.warning("webhook_key_unreadable", connection=connection, error=error.message)
        return ""


def _is_public() -> bool:
    return str(settings.PUBLIC_URL).startswith("https://")


def _registration(connection: Connection) -> Registration | None:
    webhook = all_connectors()[connection.platform].webhook
    return webhook.registration if webhook is not None else None


def _save(connection: Connection) -> None:
    """Kept unless the connection was ended meanwhile."""
    rows = Connection.objects.of(connection.customer_id).exclude(status=states.REVOKED)
    rows.filter(pk=connection.pk).update(
        webhook_address=connection.webhook_address, webhook_fault=connection.webhook_fault
    )
