"""Customers and their members."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model

from hermes.core.errors import Conflict, Forbidden, InsufficientScope, InvalidArgument, NotFound, PlanLimit
from tenants import actors, customers, keys, members
from tenants.models import Customer, Membership
from tenants.roles import EVERY_PERMISSION, EVERY_SCOPE, ROLES
from tenants.tests.conftest import acts


def test_a_new_customer_has_an_owner_and_two_keys_with_every_scope(acme: Any) -> None:
    owner = members.listed(acme.customer.pk).get()
    assert (owner.role, owner.user.email) == ("owner", acme.email)
    assert not owner.user.has_usable_password()
    for key, mode in ((acme.live_key, "live"), (acme.test_key, "test")):
        principal = keys.load_principal(key)
        assert (principal.mode, principal.scopes) == (mode, EVERY_SCOPE)
    assert acts(acme.customer)[:3] == ["customer.created", "key.issued", "key.issued"]


def test_an_e_mail_makes_one_customer(acme: Any) -> None:
    before = Customer.objects.filter(name="twin").count()
    with pytest.raises(Conflict, match="already"):
        customers.create(email=acme.email.upper(), name="twin")
    assert Customer.objects.filter(name="twin").count() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "nobody"},
        {"email": "a b@example.com"},
        {"email": "a@b"},
        {"email": f"{'a' * 150}@example.com"},
        {"email": "new@example.com", "plan": "gold"},
        {"email": "new@example.com", "name": "x\u202ey"},
    ],
)
def test_a_customer_with_odd_details_is_not_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        customers.create(**wrong)
    assert not get_user_model().objects.filter(username=wrong["email"]).exists()


def test_a_customer_is_found_by_its_public_id(acme: Any) -> None:
    assert customers.get(acme.customer.public_id) == acme.customer
    for unknown in ("cus_" + "1" * 26, "1", str(acme.customer.pk)):
        with pytest.raises(NotFound):
            customers.get(unknown)


def test_only_an_active_customer_is_suspended_and_only_a_suspended_one_resumed(acme: Any) -> None:
    with pytest.raises(Conflict):
        customers.resume(acme.customer)
    customers.suspend(acme.customer, reason="unpaid")
    with pytest.raises(Conflict):
        customers.suspend(acme.customer)
    customers.resume(acme.customer)
    assert acts(acme.customer)[-2:] == ["customer.suspended", "customer.resumed"]


def test_only_those_who_may_pay_change_the_plan(acme: Any) -> None:
    admin = actors.Actor(name="user:1", surface="portal", permissions=ROLES["admin"])
    with pytest.raises(InsufficientScope):
        customers.change_plan(acme.customer, "enterprise", by=admin)


def new_user(name: str, person: Any) -> Any:
    email = f"{name}-{person.email}"
    return get_user_model().objects.create_user(username=email, email=email)


def test_each_role_may_do_what_its_line_says_and_no_more() -> None:
    assert set(ROLES) == set(Membership.Role.values)
    assert all(permissions <= EVERY_PERMISSION for permissions in ROLES.values())
    assert ROLES["owner"] == EVERY_PERMISSION
    assert "tools:write" not in ROLES["viewer"]
    assert ROLES["auditor"] == {"audit:read", "billing:read"}
    assert not ROLES["developer"] & {"members:manage", "billing:manage", "customer:manage", "audit:read"}


def test_members_are_added_changed_and_removed(acme: Any) -> None:
    user = new_user("dev", acme)
    members.add(acme.customer.pk, user, "developer")
    with pytest.raises(Conflict):
        members.add(acme.customer.pk, user, "viewer")
    assert members.change_role(acme.customer.pk, user.pk, "admin").role == "admin"
    members.remove(acme.customer.pk, user.pk)
    with pytest.raises(NotFound):
        members.get(acme.customer.pk, user.pk)
    assert acts(acme.customer)[-3:] == ["member.added", "member.role_changed", "member.removed"]


def test_there_is_always_an_owner(acme: Any) -> None:
    owner = members.listed(acme.customer.pk).get().user
    with pytest.raises(Conflict):
        members.remove(acme.customer.pk, owner.pk)
    with pytest.raises(Conflict):
        members.change_role(acme.customer.pk, owner.pk, "admin")
    members.add(acme.customer.pk, new_user("second", acme), "owner")
    members.remove(acme.customer.pk, owner.pk)


def test_nobody_gives_or_takes_a_role_above_their_own(acme: Any, acme_viewer: Any) -> None:
    user = new_user("admin", acme)
    admin = actors.of_member(members.add(acme.customer.pk, user, "admin"), surface="portal")
    owner = members.listed(acme.customer.pk).get(role="owner").user
    for act in (
        lambda: members.change_role(acme.customer.pk, user.pk, "owner", by=admin),
        lambda: members.remove(acme.customer.pk, owner.pk, by=admin),
        lambda: members.change_role(acme.customer.pk, owner.pk, "viewer", by=admin),
    ):
        with pytest.raises(Forbidden):
            act()
    viewer = actors.of_member(members.get(acme.customer.pk, acme_viewer.pk), surface="portal")
    with pytest.raises(InsufficientScope):
        members.remove(acme.customer.pk, user.pk, by=viewer)
    members.change_role(acme.customer.pk, acme_viewer.pk, "developer", by=admin)
    with pytest.raises(InvalidArgument):
        members.change_role(acme.customer.pk, acme_viewer.pk, "king", by=admin)


def test_a_plan_has_so_many_members(make_customer: Any) -> None:
    free = make_customer("acme", plan="free")
    members.add(free.customer.pk, new_user("second", free), "viewer")
    with pytest.raises(PlanLimit):
        members.add(free.customer.pk, new_user("third", free), "viewer")


def test_te01_a_strangers_member_answers_as_nobody(acme: Any, globex: Any) -> None:
    stranger = members.listed(globex.customer.pk).get().user
    for user_id in (stranger.pk, 0):
        for act in (members.get, members.remove):
            with pytest.raises(NotFound, match="no such member"):
                act(acme.customer.pk, user_id)
    assert members.listed(globex.customer.pk).count() == 1
