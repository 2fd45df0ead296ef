"""Who renews a grant now: a lease on its row, numbered, so that one who comes late writes nothing (R-09)."""

import dataclasses
from datetime import datetime, timedelta

from django.db import transaction

from connectors.kit.credentials import Credentials
from connectors.kit.oauth import App, OAuthSpec, Tokens
from connectors.kit.secret import Secret
from connectors.registry import all_connectors
from hermes.core import clock, crypto
from hermes.core.deadlocks import repeated
from hermes.core.errors import HermesError, NeedsReauth, NotConnected, PlatformUnavailable
from tenants import changes, credentials as vault, refusals, states
from tenants.actors import SYSTEM
from tenants.models import Connection, Customer
from tenants.oauth import calling, grants, platform_apps
from tenants.oauth.models import OAuthGrant

# Longer than the exchange may take, so that a lease ends only where its holder has died.
LEASE = timedelta(seconds=30)
# A token that is refused this soon after it was issued is not mended by another.
YOUNG = timedelta(seconds=60)
LONGEST_PAUSE = timedelta(hours=1)
FIRST_PAUSE = timedelta(seconds=5)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The credential as it is now."""

    credentials: Credentials
    sealed: str
    version: int
    ends_at: datetime | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to renew a grant until `LEASE` is over: what is renewed, and the fence's number."""

    connection: Connection
    spec: OAuthSpec
    app: App
    tokens: Tokens
    held: Held
    grant_id: int
    fence: int


@repeated
def take(customer_id: int, connection_id: int, *, seen: int, is_refused: bool) -> Lease | Held | None:
    """The lease; the newer credential where there is one since version `seen`; None while another renews.

    Raises NotConnected (disconnected meanwhile), NeedsReauth where no new token can be had (the account is
    then stopped), PlatformUnavailable where it failed a moment ago and NotAllowedByPlatform (no app).
    """
    connection = _connection(customer_id, connection_id)
    try:
        with transaction.atomic():
            rows = OAuthGrant.objects.of(customer_id).select_for_update()
            row = rows.filter(connection=connection_id).first()
            connection = _connection(customer_id, connection_id)
            held = _held(connection, row)
            if row is None or connection.version != seen:
                return held
            lease = _lease(connection, row, held, is_refused=is_refused)
            if row.failures and row.renew_at is not None and row.renew_at > clock.now():
                raise _not_yet(lease.spec, row.renew_at)
            if row.leased_until is not None and row.leased_until > clock.now():
                return None
            row.lease = lease.fence
            row.leased_until = clock.now() + LEASE
            row.save(update_fields=["lease", "leased_until"])
            return lease
    except NeedsReauth as dead:
        refusals.mark_needs_reauth(customer_id, connection.public_id, dead.message, version=seen)
        raise


@repeated
def keep(lease: Lease, tokens: Tokens) -> Held:
    """Put new tokens in the place of the old ones, unless the lease is another's by now.

    Raises NotConnected where the account was disconnected meanwhile.
    """
    customer_id = lease.connection.customer_id
    with transaction.atomic():
        customer = Customer.objects.select_for_update().get(pk=customer_id)
        row = _mine(lease)
        connection = _connection(customer_id, lease.connection.pk)
        if row is None:
            return _held(connection, grants.of_connection(connection))
        old = lease.held.credentials
        new = type(old).parse({**old.dump(), lease.spec.token_field: tokens.access_token.reveal()})
        connection.sealed = vault.seal(customer.public_id, customer.data_key, connection, new)
        connection.version += 1
        connection.save(update_fields=["sealed", "version", "updated_at"])
        _, extra = grants.unseal(customer, connection, row, lease.tokens.access_token)
        grants.fill(row, connection, lease.spec, tokens, extra)
        row.scopes = sorted(lease.tokens.scopes or () if tokens.scopes is None else tokens.scopes)
        row.leased_until = None
        row.save()
        changes.announce(customer.public_id)
    return _held(connection, row)


@repeated
def fail(lease: Lease, fault: HermesError | None) -> None:
    """Give the lease back; what failed is tried again, after twice the time each time.

    Where the grant itself is refused nobody asks again: the account works as long as its token does, and its
    owner is told.
    """
    with transaction.atomic():
        row = _mine(lease)
        if row is None:
            return
        row.leased_until = None
        row.failures += 1
        pause = min(FIRST_PAUSE * 2 ** min(row.failures - 1, 10), LONGEST_PAUSE)
        row.renew_at = clock.now() + pause
        if isinstance(fault, NeedsReauth):
            row.renew_at = None
            row.notice = _notice(lease, row)
        row.save(update_fields=["leased_until", "failures", "renew_at", "notice"])
        if fault is not None:
            SYSTEM.record(
                lease.connection.customer_id,
                "connection.not_renewed",
                fault.message,
                outcome=fault.code,
                connection=lease.connection,
            )


def stop(lease: Lease, refusal: NeedsReauth) -> None:
    """Stop calls to the account until somebody connects it again."""
    connection = lease.connection
    refusals.mark_needs_reauth(
        connection.customer_id, connection.public_id, refusal.message, version=lease.held.version
    )


def _not_yet(spec: OAuthSpec, at: datetime) -> PlatformUnavailable:
    wait_s = max((at - clock.now()).total_seconds(), 1.0)
    return PlatformUnavailable(
        f"{spec.name} did not renew Hermes' access just now; try again in a while.", retry_after_s=wait_s
    )


def _notice(lease: Lease, row: OAuthGrant) -> str:
    until = f"until {row.expires_at:%Y-%m-%d %H:%M} UTC" if row.expires_at else "for now"
    return (
        f"{lease.spec.name} no longer renews Hermes' access. The account works {until}; connect it again "
        "before that."
    )


def _lease(connection: Connection, row: OAuthGrant, held: Held, *, is_refused: bool) -> Lease:
    name = all_connectors()[connection.platform].name
    spec = platform_apps.spec_of(connection.platform, row.provider)
    access = Secret(held.credentials.dump()[spec.token_field])
    try:
        tokens, _ = grants.unseal(connection.customer, connection, row, access)
    except crypto.SealError:
        raise vault.CredentialInvalid from None
    is_young = clock.now() - row.issued_at < YOUNG
    if not spec.can_renew(tokens) or (is_refused and is_young):
        raise NeedsReauth(f"{name} refuses the access it gave to Hermes; connect the account again.")
    return Lease(
        connection=connection,
        spec=spec,
        app=calling.app_of(connection.customer, spec, mode=connection.mode, is_own_app=row.is_own_app),
        tokens=tokens,
        held=held,
        grant_id=row.pk,
        fence=row.lease + 1,
    )


def _mine(lease: Lease) -> OAuthGrant | None:
    rows = OAuthGrant.objects.of(lease.connection.customer_id).select_for_update()
    return rows.filter(pk=lease.grant_id, lease=lease.fence).first()


def _connection(customer_id: int, connection_id: int) -> Connection:
    found = Connection.objects.of(customer_id).select_related("customer").filter(pk=connection_id).first()
    if found is None or found.status == states.REVOKED:
        raise NotConnected("This account was disconnected. Connect it again.")
    return found


def _held(connection: Connection, row: OAuthGrant | None) -> Held:
    return Held(
        credentials=vault.of_connection(connection),
        sealed=connection.sealed,
        version=connection.version,
        ends_at=row.expires_at if row is not None else None,
    )
