"""Invitations: a person is asked by e-mail to become a member of a customer.

The letter's address holds an id and a MAC. Who follows it must be signed in with the invited address; it is
good once, for a week, and only as long as who invited may still give the role.
"""

import base64
import hashlib
import hmac
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from billing import subscriptions
from hermes.core import clock
from hermes.core.deadlocks import repeated
from hermes.core.errors import Conflict, Forbidden, HermesError, NotFound, PlanLimit, RateLimited
from hermes.core.ids import is_id
from hermes.core.subkeys import subkey
from tenants import actors, customers, members
from tenants.actors import Actor
from tenants.models import Customer, Invitation, Membership

LIFETIME = timedelta(days=7)
DAY = timedelta(hours=24)
LEAST_A_DAY = 10
_UNKNOWN = "There is no such invitation, or it has ended. Ask for a new one."


@repeated
def invite(membership: Membership, *, email: str, role: str, by: Actor) -> Invitation:
    """Ask a person to become a member; an open invitation of the address ends. `membership` is who asks.

    Raises InsufficientScope, Forbidden (a role above one's own), InvalidArgument (role, e-mail), Conflict (a
    member already), PlanLimit (members and open invitations together) and RateLimited (letters of a day:
    they go to whoever the customer names, with words of its own in them).
    """
    members.require_may_give(role, by)
    email = customers.checked_email(email)
    customer_id = membership.customer_id
    with transaction.atomic():
        customers.locked(customer_id)
        if members.listed(customer_id).filter(user__email__iexact=email).exists():
            raise Conflict("This person is a member already. Change the role instead.")
        listed(customer_id).filter(email=email).update(revoked_at=clock.now())
        plan = subscriptions.plan_of(customer_id)
        if members.listed(customer_id).count() + listed(customer_id).count() >= plan.members:
            raise PlanLimit(
                f"The {plan.name} plan has {plan.members} members, open invitations included.",
                details={"limit": plan.members},
            )
        today = Invitation.objects.of(customer_id).filter(created_at__gt=clock.now() - DAY)
        if today.count() >= max(LEAST_A_DAY, 2 * plan.members):
            raise RateLimited("So many people are invited within a day; go on tomorrow.", retry_after_s=3600)
        made = Invitation(
            customer_id=customer_id,
            email=email,
            role=role,
            invited_by_id=membership.user_id,
            expires_at=clock.now() + LIFETIME,
        )
        made.save(force_insert=True)
        by.record(customer_id, "member.invited", f"{made.public_id} as {role}")
    return made


def listed(customer_id: int) -> "QuerySet[Invitation]":
    """The customer's open invitations, newest first."""
    open_ones = {"accepted_at": None, "revoked_at": None, "expires_at__gt": clock.now()}
    return Invitation.objects.of(customer_id).filter(**open_ones).order_by("-pk")


@repeated
def revoke(customer_id: int, public_id: str, *, by: Actor) -> None:
    """End an open invitation. Raises InsufficientScope and NotFound."""
    by.require("members:manage")
    with transaction.atomic():
        customers.locked(customer_id)
        if not listed(customer_id).filter(public_id=public_id).update(revoked_at=clock.now()):
            raise NotFound(_UNKNOWN)
        by.record(customer_id, "member.invitation_revoked", public_id)


def token_of(invitation: Invitation) -> str:
    """What the letter's address ends in."""
    return f"{invitation.public_id}.{_mac(invitation.public_id)}"


def of_token(token: str) -> Invitation:
    """The open invitation of an address. Raises NotFound: made up, used, ended, or no longer to be given."""
    public_id, _, mac = token.partition(".")
    if not is_id(public_id, "inv") or not hmac.compare_digest(
        mac.encode("utf-8", "surrogatepass"), _mac(public_id).encode()
    ):
        raise NotFound(_UNKNOWN)
    rows = Invitation.objects.unscoped().select_related("customer", "invited_by")
    found = rows.filter(
        public_id=public_id,
        accepted_at=None,
        revoked_at=None,
        expires_at__gt=clock.now(),
        customer__status=Customer.Status.ACTIVE,
    ).first()
    if found is None:
        raise NotFound(_UNKNOWN)
    _inviter(found)
    return found


@repeated
def accept(token: str, user: AbstractBaseUser, *, address: str = "") -> Membership:
    """Make the user, whose e-mail is confirmed, the member that the invitation asks for.

    Raises NotFound as `of_token` does, Forbidden where it is for another address, Conflict and PlanLimit.
    """
    with transaction.atomic():
        customers.locked(of_token(token).customer_id)
        invitation = of_token(token)
        if getattr(user, "email", "").lower() != invitation.email:
            raise Forbidden("This invitation is for another address. Sign in with the one it was sent to.")
        invitation.accepted_at = clock.now()
        invitation.save(update_fields=["accepted_at"])
        by = _inviter(invitation, address)
        return members.add(invitation.customer_id, user, invitation.role, by=by)


def _inviter(invitation: Invitation, address: str = "") -> Actor:
    try:
        membership = members.get(invitation.customer_id, invitation.invited_by_id)
        by = actors.of_member(membership, surface="invitation", address=address)
        members.require_may_give(invitation.role, by)
    except HermesError:
        raise NotFound(_UNKNOWN) from None
    return by


def _mac(public_id: str) -> str:
    digest = hmac.new(subkey("invitation"), public_id.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()
