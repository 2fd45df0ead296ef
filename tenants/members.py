"""Who belongs to a customer: members added, given another role, removed."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from billing import subscriptions
from hermes.core.deadlocks import repeated
from hermes.core.errors import Conflict, Forbidden, InvalidArgument, NotFound, PlanLimit
from tenants import changes
from tenants.actors import SYSTEM, Actor
from tenants.models import Customer, Membership
from tenants.roles import ROLES


def listed(customer_id: int) -> "QuerySet[Membership]":
    """The customer's members with their users, oldest first."""
    return Membership.objects.of(customer_id).select_related("user").order_by("pk")


def of_user(user_id: int) -> list[Membership]:
    """Every membership of a person with its customer, oldest first; those of customers that go are gone."""
    gone = (Customer.Status.ERASING, Customer.Status.ERASED)
    mine = Membership.objects.unscoped().filter(user=user_id).exclude(customer__status__in=gone)
    return list(mine.select_related("customer").order_by("pk"))


def get(customer_id: int, user_id: int) -> Membership:
    """A user's membership in the customer. Raises NotFound."""
    found = Membership.objects.of(customer_id).select_related("user").filter(user=user_id).first()
    if found is None:
        raise NotFound("There is no such member. List the members first.")
    return found


@repeated
def add(customer_id: int, user: AbstractBaseUser, role: str, *, by: Actor = SYSTEM) -> Membership:
    """Make a user a member. Raises InsufficientScope, Forbidden, InvalidArgument, Conflict and PlanLimit."""
    require_may_give(role, by)
    with transaction.atomic():
        customer = Customer.objects.select_for_update().get(pk=customer_id)
        members = Membership.objects.of(customer)
        if members.filter(user=user.pk).exists():
            raise Conflict("This person is a member already. Change the role instead.")
        plan = subscriptions.plan_of(customer_id)
        if members.count() >= plan.members:
            raise PlanLimit(
                f"The {plan.name} plan has {plan.members} members. Remove one or change the plan.",
                details={"limit": plan.members},
            )
        membership = Membership(customer=customer, user_id=user.pk, role=role)
        membership.save(force_insert=True)
        by.record(customer_id, "member.added", f"user:{user.pk} as {role}")
    return membership


@repeated
def change_role(customer_id: int, user_id: int, role: str, *, by: Actor = SYSTEM) -> Membership:
    """Give a member another role. Raises as `add` does, NotFound, and Conflict for the last owner."""
    require_may_give(role, by)
    with transaction.atomic():
        membership = _locked(customer_id, user_id)
        require_may_give(membership.role, by)
        if role != Membership.Role.OWNER:
            _require_another_owner(membership)
        membership.role = role
        membership.save(update_fields=["role"])
        by.record(customer_id, "member.role_changed", f"user:{user_id} is {role}")
        changes.announce(membership.customer.public_id)
    return membership


@repeated
def remove(customer_id: int, user_id: int, *, by: Actor = SYSTEM) -> None:
    """End a membership. Raises NotFound, InsufficientScope, Forbidden, and Conflict for the last owner."""
    by.require("members:manage")
    with transaction.atomic():
        membership = _locked(customer_id, user_id)
        require_may_give(membership.role, by)
        _require_another_owner(membership)
        membership.delete()
        by.record(customer_id, "member.removed", f"user:{user_id}")
        changes.announce(membership.customer.public_id)


@repeated
def leave(membership: Membership, *, by: Actor) -> None:
    """End one's own membership. Raises NotFound, and Conflict for the last owner."""
    with transaction.atomic():
        current = _locked(membership.customer_id, membership.user_id)
        _require_another_owner(current)
        current.delete()
        by.record(membership.customer_id, "member.left", f"user:{membership.user_id}")
        changes.announce(membership.customer.public_id)


def require_may_give(role: str, by: Actor) -> None:
    """Raise InsufficientScope, InvalidArgument or Forbidden unless the actor may give and take the role."""
    by.require("members:manage")
    if role not in ROLES:
        raise InvalidArgument(f"'role' is one of {', '.join(ROLES)}.", details={"argument": "role"})
    if not ROLES[role] <= by.permissions:
        raise Forbidden(f"Only one who may do all that the role {role} may can give or take it.")


def _locked(customer_id: int, user_id: int) -> Membership:
    Customer.objects.select_for_update().get(pk=customer_id)
    return get(customer_id, user_id)


def _require_another_owner(membership: Membership) -> None:
    owners = Membership.objects.of(membership.customer_id).filter(role=Membership.Role.OWNER)
    if membership.role == Membership.Role.OWNER and not owners.exclude(pk=membership.pk).exists():
        raise Conflict("A customer has at least one owner. Make someone else owner first.")
