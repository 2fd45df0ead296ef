"""Connections: linked, told apart, claimed, paused, disconnected."""

from typing import Any

import pytest

from hermes.core.errors import (
    Conflict,
    HermesError,
    InvalidArgument,
    NeedsReauth,
    NotFound,
    OutcomeUnknown,
    PlanLimit,
    PlatformUnavailable,
)
from tenants import connections, customers, keys, refusals
from tenants.models import Connection
from tenants.tests.conftest import Link, acts
from tests.support.upstream import Upstream


def rows(person: Any) -> list[Connection]:
    return list(Connection.objects.of(person.customer).order_by("pk"))


def test_a_linked_account_is_active_and_known_by_the_platforms_id(
    acme: Any, link: Link, upstream: Upstream
) -> None:
    made = link(acme.customer, "4711", token="secret-of-acme")
    assert (made.status, made.mode, made.source) == ("active", "live", "customer")
    assert (made.external_id, made.live_claim, made.account) == ("4711", "probe:4711", "Probe 4711")
    assert made.verified_at is not None
    assert upstream.asked[-1].headers["Authorization"] == "Bearer secret-of-acme"
    assert "secret-of-acme" not in made.sealed
    assert acts(acme.customer)[-1] == "connection.linked"


@pytest.mark.parametrize(
    ("answer", "error"),
    [((401, {}, {}), NeedsReauth), ((500, {}, {}), PlatformUnavailable), ("cut", HermesError)],
)
def test_nothing_is_saved_where_the_platform_refuses(
    acme: Any, upstream: Upstream, answer: Any, error: type[HermesError]
) -> None:
    upstream.script.extend([answer] * 50)
    with pytest.raises(error):
        connections.link(acme.customer.pk, "probe", {"token": "bad"})
    assert rows(acme) == []
    assert acts(acme.customer)[-1] == "connection.refused"


@pytest.mark.parametrize(
    "given", [{}, {"token": ""}, {"token": 5}, {"token": "x\ny"}, {"token": "x", "more": "y"}]
)
def test_credentials_that_do_not_fit_the_form_ask_no_platform(
    acme: Any, upstream: Upstream, given: dict[str, Any]
) -> None:
    with pytest.raises(InvalidArgument) as refused:
        connections.link(acme.customer.pk, "probe", given)
    assert refused.value.details["argument"] in {"token", "more"}
    assert upstream.asked == []


def test_an_unknown_platform_or_mode_is_named(acme: Any, upstream: Upstream) -> None:
    with pytest.raises(NotFound, match="no platform 'fax'"):
        connections.link(acme.customer.pk, "fax", {"token": "x"})
    with pytest.raises(InvalidArgument):
        connections.link(acme.customer.pk, "probe", {"token": "x"}, mode="prod")


def test_several_accounts_are_told_apart_by_label(acme: Any, link: Link) -> None:
    labels = [
        link(acme.customer, f"same{i}", **options).account
        for i, options in enumerate([{}, {}, {"label": "Shop"}])
    ]
    assert labels == ["Probe same0", "Probe same1", "Shop"]
    first = rows(acme)[0]
    with pytest.raises(Conflict):
        connections.relabel(acme.customer.pk, first.public_id, "SHOP")
    assert connections.relabel(acme.customer.pk, first.public_id, "Branch").account == "Branch"


def test_equal_names_at_the_platform_get_a_number(acme: Any, upstream: Upstream) -> None:
    labels = []
    for number in range(3):
        upstream.script.append((200, {}, {"id": f"n{number}{acme.customer.pk}", "name": "Shop\u202e\n"}))
        labels.append(connections.link(acme.customer.pk, "probe", {"token": "t"}).account)
    assert labels == ["Shop", "Shop 2", "Shop 3"]


def test_linking_the_same_account_again_gives_it_new_credentials(acme: Any, link: Link) -> None:
    first = link(acme.customer, "again", label="Main")
    second = link(acme.customer, "again", token="newer")
    assert second.public_id == first.public_id
    assert (second.account, second.version) == ("Main", first.version + 1)
    assert second.sealed != first.sealed
    assert len(rows(acme)) == 1


def test_an_account_of_one_customer_cannot_be_claimed_by_another(acme: Any, globex: Any, link: Link) -> None:
    held = link(acme.customer, f"number-{acme.customer.pk}")
    with pytest.raises(Conflict) as refused:
        link(globex.customer, held.external_id)
    assert "acme" not in refused.value.message
    assert rows(globex) == []
    assert acts(globex.customer)[-1] == "connection.refused"
    assert acts(acme.customer)[-1] == "connection.contested"
    told = acme.customer.audit_entries.order_by("pk").last().detail
    assert globex.customer.public_id not in told
    connections.disconnect(acme.customer.pk, held.public_id)
    assert link(globex.customer, held.external_id).live_claim == held.live_claim
    with pytest.raises(Conflict):
        link(acme.customer, held.external_id)


def test_an_unverified_account_waits_and_verifying_makes_it_active(acme: Any, upstream: Upstream) -> None:
    waiting = connections.link(acme.customer.pk, "probe", {"token": "t"}, verify=False)
    assert (waiting.status, waiting.external_id, waiting.live_claim) == ("pending", "", None)
    assert upstream.asked == []
    account = f"late-{acme.customer.pk}"
    upstream.script.append((200, {}, {"id": account, "name": "Late"}))
    verified = connections.verify(acme.customer.pk, waiting.public_id)
    assert (verified.status, verified.live_claim) == ("active", f"probe:{account}")


def test_an_account_is_connected_once_even_where_it_waited(acme: Any, link: Link, upstream: Upstream) -> None:
    first = link(acme.customer, f"one-{acme.customer.pk}", label="First")
    waiting = connections.link(acme.customer.pk, "probe", {"token": "t"}, verify=False)
    upstream.script.append((200, {}, {"id": first.external_id, "name": "Same"}))
    with pytest.raises(Conflict, match="as 'First'"):
        connections.verify(acme.customer.pk, waiting.public_id)
    assert connections.get(acme.customer.pk, waiting.public_id).status == "pending"


def test_a_refused_credential_stops_the_account_until_it_works_again(
    acme: Any, link: Link, upstream: Upstream
) -> None:
    made = link(acme.customer)
    upstream.script.append((401, {}, {}))
    with pytest.raises(NeedsReauth):
        connections.verify(acme.customer.pk, made.public_id)
    stopped = connections.get(acme.customer.pk, made.public_id)
    assert (stopped.status, stopped.status_reason) == (
        "needs_reauth",
        "The probe refuses the token. Reconnect the account.",
    )
    upstream.script.append((200, {}, {"id": made.external_id, "name": "x"}))
    back = connections.verify(acme.customer.pk, made.public_id)
    assert (back.status, back.status_reason) == ("active", "")


def test_an_outage_of_the_platform_changes_nothing(acme: Any, link: Link, upstream: Upstream) -> None:
    made = link(acme.customer)
    upstream.script.extend([(503, {}, {})] * 50)
    with pytest.raises((PlatformUnavailable, OutcomeUnknown)):
        connections.verify(acme.customer.pk, made.public_id)
    assert connections.get(acme.customer.pk, made.public_id).status == "active"


def test_a_late_refusal_of_old_credentials_does_not_stop_new_ones(acme: Any, link: Link) -> None:
    old = link(acme.customer, "renewed")
    link(acme.customer, "renewed", token="newer")
    refusals.mark_needs_reauth(acme.customer.pk, old.public_id, "refused", version=old.version)
    assert connections.get(acme.customer.pk, old.public_id).status == "active"
    refusals.mark_needs_reauth(acme.customer.pk, old.public_id, "refused", version=old.version + 1)
    assert connections.get(acme.customer.pk, old.public_id).status == "needs_reauth"


def test_a_paused_account_stays_so_until_it_is_resumed(acme: Any, link: Link, upstream: Upstream) -> None:
    made = link(acme.customer)
    connections.pause(acme.customer.pk, made.public_id)
    upstream.script.append((200, {}, {"id": made.external_id, "name": "x"}))
    assert connections.verify(acme.customer.pk, made.public_id).status == "paused"
    with pytest.raises(Conflict):
        connections.pause(acme.customer.pk, made.public_id)
    assert connections.resume(acme.customer.pk, made.public_id).status == "active"
    with pytest.raises(Conflict):
        connections.resume(acme.customer.pk, made.public_id)


def test_rc07_disconnecting_leaves_no_credential_claim_or_route(acme: Any, link: Link) -> None:
    made = link(acme.customer)
    before = keys.load_principal(acme.live_key)
    gone, sentence = connections.disconnect(acme.customer.pk, made.public_id)
    assert (gone.status, gone.sealed, gone.live_claim, gone.routes) == ("revoked", "", None, [])
    assert "Revoke the access at Probe" in sentence
    assert [c.public_id for c in before.connections] == [made.public_id]
    assert keys.load_principal(acme.live_key).connections == ()
    assert list(connections.listed(acme.customer.pk)) == []
    for act in (connections.disconnect, connections.pause, connections.resume, connections.verify):
        with pytest.raises(Conflict):
            act(acme.customer.pk, made.public_id)
    assert acts(acme.customer)[-2:] == ["connection.disconnected", "connection.withdrawn"]


def test_an_account_linked_again_goes_on_under_its_old_id(acme: Any, link: Link) -> None:
    made = link(acme.customer, label="Main")
    connections.disconnect(acme.customer.pk, made.public_id)
    back = link(acme.customer, made.external_id)
    assert (back.public_id, back.account, back.status) == (made.public_id, "Main", "active")


def test_a_disconnected_account_gives_its_label_up(acme: Any, link: Link) -> None:
    made = link(acme.customer, label="Main")
    connections.disconnect(acme.customer.pk, made.public_id)
    assert link(acme.customer, label="Main").account == "Main"
    assert connections.get(acme.customer.pk, made.public_id).account == f"Main {made.public_id}"


def test_a_plan_has_so_many_accounts(make_customer: Any, link: Link) -> None:
    free = make_customer("acme", plan="free")
    first = link(free.customer)
    link(free.customer)
    with pytest.raises(PlanLimit):
        link(free.customer)
    link(free.customer, first.external_id, token="renewed at the limit")
    connections.disconnect(free.customer.pk, first.public_id)
    link(free.customer)
    with pytest.raises(PlanLimit):
        link(free.customer, first.external_id)
    customers.change_plan(free.customer, "starter")
    link(free.customer, first.external_id)
