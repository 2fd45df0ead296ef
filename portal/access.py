"""Who may see a page: a signed-in member of the current customer whose role has the permission.

The current customer is named in the session and looked up anew with each request, so a removed member,
a changed role and a suspended customer are out with the next click.
"""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from hermes.core.errors import Forbidden
from tenants import actors, members
from tenants.actors import Actor
from tenants.models import Customer, Membership
from tenants.roles import EVERY_PERMISSION

CURRENT = "customer"
P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A person at work for one customer. `memberships` are all of theirs, for the switcher."""

    user: AbstractBaseUser
    membership: Membership
    memberships: Sequence[Membership]
    actor: Actor

    @property
    def customer(self) -> Customer:
        """Whose rows the pages show: `Model.objects.of(visit.customer)`."""
        return self.membership.customer

    @property
    def permissions(self) -> frozenset[str]:
        """What the role grants (`tenants.roles`)."""
        return self.actor.permissions

    def may(self, permission: str) -> bool:
        """Whether the role has the permission."""
        return permission in self.permissions


class MemberRequest(HttpRequest):
    """A request that `for_members` has let through."""

    visit: Visit
    htmx: HtmxDetails


MemberPage = Callable[Concatenate[MemberRequest, P], HttpResponseBase]


def visit_of(request: HttpRequest) -> Visit | None:
    """The visit of a signed-in person; None where they belong to no customer."""
    user = cast("AbstractBaseUser", request.user)
    mine = members.of_user(user.pk)
    if not mine:
        return None
    wanted = request.session.get(CURRENT)
    membership = next((m for m in mine if m.customer.public_id == wanted), mine[0])
    address = request.META.get("REMOTE_ADDR", "")
    actor = actors.of_member(membership, surface="portal", address=address)
    return Visit(user=user, membership=membership, memberships=mine, actor=actor)


def for_members(permission: str = "") -> Callable[[MemberPage[P]], Page[P]]:
    """A view for members whose role has the permission ("" is every member); `request.visit` says who.

    Strangers are sent to sign in, a person without a customer to begin one; others are answered 403. What the
    view raises of `hermes.core.errors` becomes a page (`portal.refusals`).
    """
    if permission and permission not in EVERY_PERMISSION:
        raise ValueError(f"{permission} is no permission of tenants.roles")

    def guard(view: MemberPage[P]) -> Page[P]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            visit = visit_of(request)
            if visit is None:
                return redirect("begin")
            asking = cast("MemberRequest", request)
            asking.visit = visit
            _require_active(visit.customer)
            if permission:
                visit.actor.require(permission)
            return view(asking, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # the rule, for whoever lists the pages
        return cast("Page[P]", guarded)

    return guard


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(reverse("account_login"))
    return redirect_to_login(request.get_full_path())


def _require_active(customer: Customer) -> None:
    if customer.status != Customer.Status.ACTIVE:
        raise Forbidden(f"{customer.name} is suspended. Its owner can ask support to resume it.")
