"""Links by which a person connects an account that an agent or a program asks for (docs/adr/0023).

The address holds an id and a MAC, nothing of the customer and nothing that opens anything: who follows it
must be signed in as a member who may connect accounts. It is good for one platform, once, until it expires.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from hermes.core import clock
from hermes.core.deadlocks import repeated
from hermes.core.errors import Conflict, InvalidArgument, NotFound
from hermes.core.ids import is_id
from hermes.core.subkeys import subkey
from tenants import connections, customers, linking, texts
from tenants.actors import Actor
from tenants.models import Connection, ConnectLink, Customer, Membership
from tenants.roles import ROLES

LIFETIME = timedelta(hours=24)
LONGEST = timedelta(days=30)
KEPT = timedelta(days=30)
LIMIT_OPEN = 100
OPEN, USED, EXPIRED, REVOKED = "open", "used", "expired", "revoked"
_UNKNOWN = "There is no such link. List the links and use an id from that list."
_CLOSED = "This link has been used or revoked, or has expired. Ask for a new one."


def make(
    customer_id: int,
    platform: str,
    *,
    mode: str,
    account: str | None = None,
    expires_at: datetime | None = None,
    asked_as: str = "",
    by: Actor,
) -> ConnectLink:
    """A new link, for 24 hours where no end is given; `account` is the label the account will have.

    `asked_as` is what its page says of who asks. Raises InsufficientScope, NotFound (no such platform),
    InvalidArgument, Forbidden (the key's mode) and Conflict (100 links are open).
    """
    by.require("connections:manage")
    until = clock.now() + LIFETIME if expires_at is None else expires_at
    if not clock.now() < until <= clock.now() + LONGEST:
        raise InvalidArgument(
            f"'expires_at' must lie ahead, by at most {LONGEST.days} days.",
            details={"argument": "expires_at"},
        )
    draft = _draft(customer_id, platform, mode=mode, account=account, until=until, asked_as=asked_as, by=by)
    return _made(draft, by)


def offer(
    customer_id: int, platform: str, *, mode: str, account: str | None = None, asked_as: str = "", by: Actor
) -> ConnectLink:
    """The link that an agent's call offers: the same one again until the agent was told how it ended.

    It needs no permission to manage, because it is a question to one who has it. Raises as `make` does.
    """
    by.require("tools:write")
    until = clock.now() + LIFETIME
    draft = _draft(customer_id, platform, mode=mode, account=account, until=until, asked_as=asked_as, by=by)
    draft.awaited = True
    return _made(draft, by)


def listed(customer_id: int, *, mode: str) -> "QuerySet[ConnectLink]":
    """The customer's links of one mode, newest first; those that ended go 30 days after their expiry."""
    rows = ConnectLink.objects.of(customer_id).filter(mode=mode)
    return rows.select_related("connection").order_by("-pk")


def get(customer_id: int, public_id: str, *, mode: str) -> ConnectLink:
    """One link of the customer. Raises NotFound, for a stranger's as for one that never was."""
    found = (
        listed(customer_id, mode=mode).filter(public_id=public_id).first()
        if is_id(public_id, "lnk")
        else None
    )
    if found is None:
        raise NotFound(_UNKNOWN)
    return found


@repeated
def revoke(customer_id: int, public_id: str, *, mode: str, by: Actor) -> ConnectLink:
    """End an open link at once; one that has ended stays as it is. Raises InsufficientScope and NotFound."""
    by.require("connections:manage")
    return withdraw(get(customer_id, public_id, mode=mode), by=by)


@repeated
def withdraw(link: ConnectLink, *, by: Actor) -> ConnectLink:
    """End a link that the person declined, or that is not wanted any more."""
    with transaction.atomic():
        if _row(link).filter(used_at=None, revoked_at=None).update(revoked_at=clock.now()):
            by.record(link.customer_id, "connect_link.revoked", f"{link.platform} {link.public_id}")
    link.refresh_from_db()
    return link


def close(link: ConnectLink) -> None:
    """The agent was told how the link ended; its next offer is a new one."""
    _row(link).update(awaited=False)


def status(link: ConnectLink) -> str:
    """open, used, revoked or expired."""
    if link.used_at is not None:
        return USED
    if link.revoked_at is not None:
        return REVOKED
    return EXPIRED if link.expires_at <= clock.now() else OPEN


def address(link: ConnectLink) -> str:
    """Where the person goes."""
    return f"{settings.PUBLIC_URL}/connect/{link.public_id}.{_mac(link.public_id)}"


def for_member(token: str, user_id: int | None) -> tuple[ConnectLink, Membership]:
    """The link of an address, whatever its status, and the membership by which this user may use it.

    Raises NotFound, the same for an address that was made up, a stranger, a member who may not connect
    accounts and a customer that is suspended.
    """
    public_id, _, mac = token.partition(".")
    if user_id is None or not is_id(public_id, "lnk") or not _is_mac(public_id, mac):
        raise NotFound(_UNKNOWN)
    rows = ConnectLink.objects.unscoped().select_related("customer", "connection")
    link = rows.filter(public_id=public_id, customer__status=Customer.Status.ACTIVE).first()
    if link is None:
        raise NotFound(_UNKNOWN)
    member = Membership.objects.of(link.customer_id).filter(user=user_id).first()
    if member is None or "connections:manage" not in ROLES[member.role]:
        raise NotFound(_UNKNOWN)
    return link, member


def use(link: ConnectLink, connect: Callable[[], Connection], *, by: Actor) -> Connection:
    """Spend the link on what `connect` links; where that raises, the link is open again.

    Raises Conflict for a link that is not open, and for the second of two who come at once; and what
    `connect` raises.
    """
    now = clock.now()
    unused = _row(link).filter(used_at=None, revoked_at=None, expires_at__gt=now)
    if not unused.update(used_at=now):
        raise Conflict(_CLOSED)
    try:
        connection = connect()
        _row(link).update(connection=connection)
    except BaseException:
        _row(link).filter(connection=None).update(used_at=None)
        raise
    by.record(
        link.customer_id, "connect_link.used", f"{link.platform} {link.public_id}", connection=connection
    )
    return connection


def forget_old() -> int:
    """Delete links 30 days after their expiry; how many."""
    return ConnectLink.objects.unscoped().filter(expires_at__lt=clock.now() - KEPT).delete()[0]


def _draft(
    customer_id: int,
    platform: str,
    *,
    mode: str,
    account: str | None,
    until: datetime,
    asked_as: str,
    by: Actor,
) -> ConnectLink:
    connections.connector_of(platform)
    by.require_mode(mode)
    if account is not None:
        account = texts.checked(account, argument="label", limit_chars=linking.LIMIT_LABEL)
    return ConnectLink(
        customer_id=customer_id,
        platform=platform,
        mode=mode,
        account=account or "",
        asked_by=by.name,
        asked_as=texts.tidied(asked_as, limit_chars=200, otherwise=by.name),
        expires_at=until,
    )


@repeated
def _made(draft: ConnectLink, by: Actor) -> ConnectLink:
    with transaction.atomic():
        customer = customers.locked(draft.customer_id)
        alike = ConnectLink.objects.of(customer).filter(revoked_at=None, expires_at__gt=clock.now())
        if draft.awaited:
            same = alike.filter(
                platform=draft.platform,
                mode=draft.mode,
                account=draft.account,
                asked_by=draft.asked_by,
                awaited=True,
            )
            if found := same.select_related("connection").order_by("-pk").first():
                return found
        if alike.filter(used_at=None).count() >= LIMIT_OPEN:
            raise Conflict(f"{LIMIT_OPEN} links are open. Revoke some, or wait until they expire.")
        draft.pk = None
        draft.save(force_insert=True)
        by.record(customer.pk, "connect_link.made", f"{draft.platform} {draft.public_id}")
    return draft


def _row(link: ConnectLink) -> "QuerySet[ConnectLink]":
    return ConnectLink.objects.of(link.customer_id).filter(pk=link.pk)


def _mac(public_id: str) -> str:
    digest = hmac.new(subkey("connect-link"), public_id.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def _is_mac(public_id: str, mac: str) -> bool:
    return hmac.compare_digest(mac.encode("utf-8", "surrogatepass"), _mac(public_id).encode())
