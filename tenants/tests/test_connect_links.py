"""Connect links: whose they are, and that each is used once."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model

from audit.models import AuditEntry
from hermes.core import clock
from hermes.core.errors import Conflict, Forbidden, InsufficientScope, NotFound
from tenants import actors, connect_links, customers, members
from tenants.actors import SYSTEM, Actor
from tenants.models import Connection, ConnectLink
from tenants.roles import ROLES
from tenants.tests.conftest import Link, acts
from tenants.tests.test_races import at_once

AGENT = Actor(
    name="key:key_1", surface="mcp", permissions=frozenset({"tools:read", "tools:write"}), mode="live"
)


def token(link: ConnectLink) -> str:
    return connect_links.address(link).rpartition("/")[2]


def user_of(person: Any) -> int:
    return int(members.listed(person.customer.pk)[0].user_id)


@pytest.fixture
def asked(acme: Any) -> ConnectLink:
    """A link that acme's agent offers."""
    return connect_links.offer(acme.customer.pk, "probe", mode="live", asked_as="Desk agent", by=AGENT)


def test_a_member_who_may_connect_accounts_finds_it_and_nobody_else(
    acme: Any, globex: Any, acme_viewer: Any, asked: ConnectLink
) -> None:
    """OA15."""
    found, member = connect_links.for_member(token(asked), user_of(acme))
    assert (found.pk, member.customer_id) == (asked.pk, acme.customer.pk)
    public_id, mac = token(asked).split(".")
    other = connect_links.make(globex.customer.pk, "probe", mode="live", by=SYSTEM)
    for user, address in (
        (user_of(globex), token(asked)),
        (acme_viewer.pk, token(asked)),
        (None, token(asked)),
        (user_of(acme), token(other)),
        (user_of(acme), public_id),
        (user_of(acme), f"{public_id}."),
        (user_of(acme), f"{public_id}.{mac[:-1]}"),
        (user_of(acme), f"{public_id}.{mac}x"),
        (user_of(acme), f"{public_id}.ü\ud800"),
        (user_of(acme), f"{other.public_id}.{mac}"),
        (user_of(acme), f"lnk_x.{mac}"),
        (user_of(acme), ""),
    ):
        with pytest.raises(NotFound) as refused:
            connect_links.for_member(address, user)
        assert refused.value.message == "There is no such link. List the links and use an id from that list."


def test_an_agencys_client_uses_it_once_invited(acme: Any, asked: ConnectLink) -> None:
    client = get_user_model().objects.create_user(username=f"client-{asked.public_id}@example.com")
    with pytest.raises(NotFound):
        connect_links.for_member(token(asked), client.pk)
    members.add(acme.customer.pk, client, "developer")
    assert connect_links.for_member(token(asked), client.pk)[0].pk == asked.pk
    members.remove(acme.customer.pk, client.pk)
    with pytest.raises(NotFound):
        connect_links.for_member(token(asked), client.pk)


def test_nobody_finds_it_while_the_customer_is_suspended(acme: Any, asked: ConnectLink) -> None:
    customers.suspend(acme.customer)
    with pytest.raises(NotFound):
        connect_links.for_member(token(asked), user_of(acme))


def test_its_address_tells_nothing_of_the_customer(acme: Any, asked: ConnectLink) -> None:
    address = connect_links.address(asked)
    assert len(address) < 120
    assert not any(part in address for part in (acme.customer.public_id, acme.email, "probe", "acme"))


def test_it_is_used_once_also_by_many_at_once(acme: Any, asked: ConnectLink, link: Link) -> None:
    """OA15, OA17."""
    linked = link(acme.customer)
    told = at_once([partial(connect_links.use, asked, lambda: linked, by=SYSTEM)] * 5)
    assert sum(isinstance(t, Connection) for t in told) == 1
    assert sum(isinstance(t, Conflict) for t in told) == 4
    with pytest.raises(Conflict):
        connect_links.use(asked, lambda: linked, by=SYSTEM)
    asked.refresh_from_db()
    assert (connect_links.status(asked), asked.connection) == ("used", linked)
    entry = AuditEntry.objects.filter(customer=acme.customer, action="connect_link.used").get()
    assert entry.connection == linked.public_id


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_one_that_ended_connects_nothing(acme: Any, asked: ConnectLink, end: str) -> None:
    """OA15."""

    def connect() -> Connection:
        raise AssertionError

    later = timedelta(0)
    if end == "revoked":
        connect_links.revoke(acme.customer.pk, asked.public_id, mode="live", by=SYSTEM)
        connect_links.revoke(acme.customer.pk, asked.public_id, mode="live", by=SYSTEM)
        assert acts(acme.customer).count("connect_link.revoked") == 1
    else:
        later = connect_links.LIFETIME
    with time_machine.travel(clock.now() + later, tick=False), pytest.raises(Conflict, match="Ask for a new"):
        connect_links.use(asked, connect, by=SYSTEM)
    with time_machine.travel(clock.now() + later, tick=False):
        assert connect_links.status(ConnectLink.objects.of(acme.customer).get()) == end


def test_one_whose_account_was_refused_can_be_used_again(acme: Any, asked: ConnectLink, link: Link) -> None:
    def refuse() -> Connection:
        raise Forbidden("The platform refuses this token.")

    with pytest.raises(Forbidden):
        connect_links.use(asked, refuse, by=SYSTEM)
    assert connect_links.use(asked, lambda: link(acme.customer), by=SYSTEM).status == "active"


def test_an_agent_is_offered_the_same_link_until_it_was_told_how_it_ended(acme: Any, link: Link) -> None:
    def offer(label: str | None = None, by: Actor = AGENT) -> ConnectLink:
        return connect_links.offer(acme.customer.pk, "probe", mode="live", account=label, by=by)

    first = offer()
    assert offer() == first
    assert offer("second") != first
    assert offer(by=actors.of_command("x")) != first
    connect_links.use(first, lambda: link(acme.customer), by=SYSTEM)
    assert offer().connection is not None
    connect_links.close(first)
    assert offer() != first
    declined = connect_links.withdraw(offer(), by=AGENT)
    assert offer() != declined


def test_parallel_offers_are_one_link(acme: Any) -> None:
    told = at_once([lambda: connect_links.offer(acme.customer.pk, "probe", mode="live", by=AGENT)] * 5)
    assert len({t.public_id for t in told}) == 1


def test_making_one_needs_to_manage_and_offering_one_to_write(acme: Any) -> None:
    make: Callable[..., ConnectLink] = partial(connect_links.make, acme.customer.pk, "probe", mode="live")
    with pytest.raises(InsufficientScope):
        make(by=AGENT)
    viewer = Actor(name="user:1", surface="portal", permissions=ROLES["viewer"])
    for act in (make, partial(connect_links.offer, acme.customer.pk, "probe", mode="live")):
        with pytest.raises(InsufficientScope):
            act(by=viewer)
    with pytest.raises(Forbidden, match="sandbox"):
        connect_links.offer(acme.customer.pk, "probe", mode="test", by=AGENT)
    with pytest.raises(NotFound, match="There is no platform"):
        connect_links.make(acme.customer.pk, "nowhere", mode="live", by=SYSTEM)


def test_so_many_may_be_open(acme: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(connect_links, "LIMIT_OPEN", 2)
    made = [connect_links.make(acme.customer.pk, "probe", mode="live", by=SYSTEM) for _ in range(2)]
    with pytest.raises(Conflict, match="2 links are open"):
        connect_links.make(acme.customer.pk, "probe", mode="live", by=SYSTEM)
    connect_links.withdraw(made[0], by=SYSTEM)
    connect_links.make(acme.customer.pk, "probe", mode="live", by=SYSTEM)


def test_those_that_ended_long_ago_are_forgotten(acme: Any, asked: ConnectLink) -> None:
    connect_links.forget_old()
    assert ConnectLink.objects.of(acme.customer).exists()
    with time_machine.travel(asked.expires_at + connect_links.KEPT + timedelta(seconds=1)):
        connect_links.forget_old()
    assert not ConnectLink.objects.of(acme.customer).exists()
