"""Who may see and touch a connection."""

from typing import Any

import pytest

from hermes.core.errors import (
    Forbidden,
    HermesError,
    InsufficientScope,
    NotFound,
)
from tenants import actors, connections, keys, refusals
from tenants.key_limits import Limits
from tenants.roles import EVERY_SCOPE
from tenants.tests.conftest import Link
from tests.support.upstream import Upstream


def of(key: str) -> actors.Actor:
    return actors.of_key(keys.load_principal(key), surface="rest")


def test_a_key_links_in_its_own_mode_only(acme: Any, upstream: Upstream) -> None:
    for key, mode in ((acme.test_key, "live"), (acme.live_key, "test")):
        with pytest.raises(Forbidden):
            connections.link(acme.customer.pk, "probe", {"token": "t"}, mode=mode, by=of(key))
    with pytest.raises(NotFound, match="no sandbox"):
        connections.link(acme.customer.pk, "probe", {"token": "t"}, mode="test", by=of(acme.test_key))
    assert upstream.asked == []


def test_a_test_key_neither_sees_nor_touches_a_live_account(acme: Any, link: Link) -> None:
    made = link(acme.customer)
    tester = of(acme.test_key)
    assert "probe" not in {c.platform for c in keys.load_principal(acme.test_key).connections}
    assert not connections.listed(acme.customer.pk, mode="test").filter(platform="probe").exists()
    for act in (connections.pause, connections.verify, connections.disconnect):
        with pytest.raises(NotFound):
            act(acme.customer.pk, made.public_id, by=tester)
    assert connections.get(acme.customer.pk, made.public_id, mode="live").status == "active"


def test_managing_accounts_needs_the_scope(acme: Any, link: Link) -> None:
    made = link(acme.customer)
    reader = of(
        keys.issue(
            acme.customer.pk,
            name="r",
            mode="live",
            limits=Limits(scopes=EVERY_SCOPE - {"manage"}),
        ).text
    )
    acts_of_reader: list[Any] = [
        lambda: connections.link(acme.customer.pk, "probe", {"token": "t"}, by=reader),
        lambda: connections.relabel(acme.customer.pk, made.public_id, "x", by=reader),
        *(
            lambda act=act: act(acme.customer.pk, made.public_id, by=reader)
            for act in (connections.verify, connections.pause, connections.disconnect)
        ),
    ]
    for act in acts_of_reader:
        with pytest.raises(InsufficientScope):
            act()


def test_te01_a_strangers_account_answers_as_one_that_never_was(acme: Any, globex: Any, link: Link) -> None:
    foreign = link(globex.customer)
    answers = set()
    acts_on_it: list[Any] = [
        connections.get,
        connections.verify,
        connections.pause,
        connections.resume,
        connections.disconnect,
        lambda customer, public_id: connections.relabel(customer, public_id, "mine"),
        lambda customer, public_id: refusals.mark_needs_reauth(customer, public_id, "mine"),
    ]
    for public_id in (foreign.public_id, "con_" + "0" * 26, "../../etc", "", foreign.public_id.lower()):
        for act in acts_on_it:
            with pytest.raises(HermesError) as refused:
                act(acme.customer.pk, public_id)
            answers.add((type(refused.value), refused.value.message, str(refused.value.details)))
    assert len(answers) == 1
    assert connections.get(globex.customer.pk, foreign.public_id).status == "active"
