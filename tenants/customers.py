"""Customers: made with their owner and first keys, suspended, resumed, moved to another plan."""

import dataclasses
import re

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction

from billing import subscriptions
from billing.plans import PLANS, Plan
from hermes.core.deadlocks import repeated
from hermes.core.errors import Conflict, InvalidArgument, NotFound, PlanLimit
from hermes.core.ids import is_id
from tenants import changes, data_keys, keys, texts
from tenants.actors import SYSTEM, Actor
from tenants.key_limits import Limits
from tenants.models import ApiKey, Customer, Membership
from tenants.roles import EVERY_PERMISSION, EVERY_SCOPE

LIMIT_INSTRUCTIONS = 4000
FOUNDED_PLAN, LIMIT_FOUNDED = "free", 3
LIMIT_EMAIL = 150  # of a user name in Django, which the address is
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """A new customer, its owner and the texts of its first keys, which are shown once."""

    customer: Customer
    owner: AbstractBaseUser
    live_key: str = dataclasses.field(repr=False)
    test_key: str = dataclasses.field(repr=False)


def create(*, email: str, name: str = "", plan: str = "free", by: Actor = SYSTEM) -> Created:
    """Make a customer, the user who owns it, and a live and a test key with every scope.

    The owner has no password yet. Raises InvalidArgument (e-mail, name, plan) and Conflict (e-mail in use).
    """
    email, chosen = checked_email(email), _checked_plan(plan)
    customer = _named(name or email)
    try:
        with transaction.atomic():
            owner = get_user_model().objects.create_user(username=email, email=email)
            _save(customer, owner, chosen, by)
            live, test = (
                keys.issue(
                    customer.pk, name=f"First {mode} key", mode=mode, limits=Limits(scopes=EVERY_SCOPE)
                )
                for mode in (ApiKey.Mode.LIVE, ApiKey.Mode.TEST)
            )
    except IntegrityError:
        if not get_user_model().objects.filter(username=email).exists():
            raise
        raise Conflict(f"There is a user with the e-mail {email} already. Use another address.") from None
    return Created(customer=customer, owner=owner, live_key=live.text, test_key=test.text)


@repeated
def found(owner: AbstractBaseUser, *, name: str) -> Customer:
    """Make a person's customer on the free plan; it has no keys yet.

    Raises InvalidArgument (name) and PlanLimit where the person owns several customers that pay nothing.
    """
    with transaction.atomic():
        get_user_model().objects.select_for_update().get(pk=owner.pk)
        owned = Membership.objects.unscoped().filter(user=owner.pk, role=Membership.Role.OWNER)
        plans = [subscriptions.plan_of(membership.customer_id) for membership in owned]
        if sum(plan.slug == FOUNDED_PLAN for plan in plans) >= LIMIT_FOUNDED:
            raise PlanLimit(
                f"You own {LIMIT_FOUNDED} customers on the free plan. Put one on a paid plan first.",
                details={"limit": LIMIT_FOUNDED},
            )
        customer = _named(name)
        by = Actor(name=f"user:{owner.pk}", surface="portal", permissions=EVERY_PERMISSION)
        _save(customer, owner, PLANS[FOUNDED_PLAN], by)
    return customer


def _named(name: str) -> Customer:
    customer = Customer(name=texts.checked(name, argument="name", limit_chars=200))
    customer.data_key = data_keys.wrap_new(customer.public_id)
    customer.data_key_kid = data_keys.kid_of(customer.data_key)
    return customer


def _save(customer: Customer, owner: AbstractBaseUser, plan: Plan, by: Actor) -> None:
    customer.save(force_insert=True)
    subscriptions.change_plan(customer.pk, plan.slug)
    membership = Membership(customer=customer, user_id=owner.pk, role=Membership.Role.OWNER)
    membership.save(force_insert=True)
    by.record(customer.pk, "customer.created", f"plan {plan.slug}")


def get(public_id: str) -> Customer:
    """A customer by its public id, for staff and commands. Raises NotFound, also for an erased one."""
    found = Customer.objects.filter(public_id=public_id).first() if is_id(public_id, "cus") else None
    if found is None or found.status == Customer.Status.ERASED:
        raise NotFound("There is no such customer. Check the id, which begins with cus_.")
    return found


def is_leaving(public_id: str) -> bool:
    """Whether the customer is being erased, or was."""
    gone = (Customer.Status.ERASING, Customer.Status.ERASED)
    return Customer.objects.filter(public_id=public_id, status__in=gone).exists()


def by_row(customer_id: int) -> Customer:
    """A customer by its row id, which a row of its own told."""
    return Customer.objects.get(pk=customer_id)


def locked(customer_id: int) -> Customer:
    """The customer, locked to the end of the caller's transaction: acts of management go one by one."""
    return Customer.objects.select_for_update().get(pk=customer_id)


def suspend(customer: Customer, *, reason: str = "", by: Actor = SYSTEM) -> None:
    """Refuse every key of the customer, in all processes within 5 s. Raises Conflict unless it is active."""
    _move(customer, Customer.Status.ACTIVE, Customer.Status.SUSPENDED, reason, by)


def resume(customer: Customer, *, by: Actor = SYSTEM) -> None:
    """Let a suspended customer work again. Raises Conflict unless it is suspended."""
    _move(customer, Customer.Status.SUSPENDED, Customer.Status.ACTIVE, "", by)


@repeated
def change_plan(customer: Customer, plan: str, *, by: Actor = SYSTEM) -> None:
    """Give the customer another plan, which holds from the next call on. Raises InvalidArgument.

    A better one that it pays for at Stripe goes on as long as it is paid.
    """
    by.require("billing:manage")
    chosen = _checked_plan(plan)
    # Without a lock on the customer: calls that run take it after the month's, which changes here.
    with transaction.atomic():
        holds = subscriptions.change_plan(customer.pk, chosen.slug)
        more = "" if holds == chosen.slug else f", {holds} is paid for"
        by.record(customer.pk, "customer.plan_changed", f"plan {chosen.slug}{more}")
        changes.announce(customer.public_id)


@repeated
def describe(customer: Customer, *, name: str, instructions: str, by: Actor = SYSTEM) -> None:
    """Change the name and the instructions that agents are given. Raises InvalidArgument."""
    by.require("customer:manage")
    name = texts.checked(name, argument="name", limit_chars=200)
    if len(instructions) > LIMIT_INSTRUCTIONS:
        raise InvalidArgument(
            f"'instructions' has at most {LIMIT_INSTRUCTIONS} characters.",
            details={"argument": "instructions"},
        )
    with transaction.atomic():
        locked(customer.pk)
        customer.name, customer.instructions = name, instructions
        customer.save(update_fields=["name", "instructions"])
        by.record(customer.pk, "customer.described", name)
        changes.announce(customer.public_id)


@repeated
def _move(customer: Customer, before: str, after: str, reason: str, by: Actor) -> None:
    with transaction.atomic():
        current = locked(customer.pk)
        if current.status != before:
            raise Conflict(f"The customer is {current.status} already.")
        customer.status = after
        customer.save(update_fields=["status"])
        by.record(customer.pk, f"customer.{'resumed' if after == 'active' else after}", reason)
        changes.announce(customer.public_id)


def checked_email(email: str) -> str:
    """An address, trimmed and in lower case. Raises InvalidArgument."""
    email = email.strip().lower()
    if len(email) > LIMIT_EMAIL or not _EMAIL.fullmatch(email):
        raise InvalidArgument("'email' must be an e-mail address.", details={"argument": "email"})
    return email


def _checked_plan(slug: str) -> Plan:
    try:
        return PLANS[slug]
    except KeyError:
        raise InvalidArgument(
            f"'{slug[:32]}' is not a plan; the plans are {', '.join(PLANS)}.", details={"argument": "plan"}
        ) from None
