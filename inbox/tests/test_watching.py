"""Accounts of a platform that does not push are looked at in turn, by one watcher at a time."""

from collections.abc import Callable
from typing import Any

import pytest

from hermes.core import clock
from inbox import effects, watches, watching
from inbox.models import Message, Watch
from inbox.tests.posting import let_others_rest
from tenants import connections
from tenants.models import Customer
from tests.support.probed import Probed
from tests.support.upstream import Asked, Upstream


def news(*texts: str, cursor: str = "c1", more: bool = False) -> tuple[int, dict[str, str], Any]:
    """An answer of the probe: one message of each text, whose id is the text."""
    told = [{"id": text, "from": "ana", "text": text} for text in texts]
    return 200, {}, {"messages": told, "cursor": cursor, "more": more}


def watch_of(probed: Probed) -> Watch:
    """The watch of the account as it is stored."""
    watch: Watch = Watch.objects.of(probed.customer.pk).get(connection__public_id=probed.connection)
    return watch


def texts_of(probed: Probed) -> list[str]:
    """What was heard, in alphabetical order."""
    rows = Message.objects.of(probed.customer.pk)
    return sorted(rows.values_list("text", flat=True))


def wait_s(probed: Probed) -> float:
    """Seconds until the next look."""
    return (watch_of(probed).next_at - clock.now()).total_seconds()


def make_due(probed: Probed) -> None:
    """Let the time of the next look come."""
    Watch.objects.of(probed.customer.pk).update(next_at=clock.now())


@pytest.fixture
def quiet(upstream: Upstream) -> Upstream:
    """The platform with no news but the scripted; no account is due."""

    def nothing(asked: Asked) -> Any:
        return {"messages": [], "cursor": "quiet"}

    upstream.respond = nothing
    let_others_rest()
    return upstream


@pytest.fixture
def watched(quiet: Upstream, connect: Callable[..., Probed]) -> Probed:
    """acme's account, connected and not looked at yet."""
    probed = connect()
    watches.enrol()
    return probed


def test_what_is_new_comes_into_the_inbox_and_the_next_look_goes_on_from_there(
    watched: Probed, quiet: Upstream
) -> None:
    quiet.script.append(news("hello", "again", cursor="after-again"))
    assert watching.look_around(20)
    assert texts_of(watched) == ["again", "hello"]
    assert (watch_of(watched).cursor, watch_of(watched).leased_until) == ("after-again", None)
    make_due(watched)
    watching.look_around(20)
    assert [asked.path for asked in quiet.asked] == ["/news", "/news"]
    assert watch_of(watched).cursor == "quiet"


def test_what_was_told_before_has_no_second_effect(watched: Probed, quiet: Upstream) -> None:
    for _ in range(2):
        quiet.script.append(news("hello"))
        make_due(watched)
        watching.look_around(20)
    assert texts_of(watched) == ["hello"]


def test_a_look_that_finds_more_is_followed_by_another_at_once(watched: Probed, quiet: Upstream) -> None:
    quiet.script.extend([news("one", more=True), news("two")])
    watching.look_around(20)
    assert texts_of(watched) == ["one", "two"]


@pytest.mark.parametrize(("plan", "interval_s"), [("free", 300), ("growth", 60), ("enterprise", 30)])
def test_the_plan_says_how_often(
    quiet: Upstream, connect: Callable[..., Probed], plan: str, interval_s: int
) -> None:
    probed = connect(plan=plan)
    watching.look_around(20)
    assert wait_s(probed) == pytest.approx(interval_s, rel=0.2)


def test_a_failing_platform_is_asked_less_and_less_and_nothing_is_skipped(
    watched: Probed, quiet: Upstream
) -> None:
    Watch.objects.of(watched.customer.pk).update(cursor="before")
    waits = []
    for _ in range(3):
        quiet.script.extend([(503, {}, {})] * 3)
        make_due(watched)
        watching.look_around(20)
        waits.append(wait_s(watched))
    assert waits == pytest.approx([120, 240, 480], rel=0.3)
    watch = watch_of(watched)
    assert (watch.cursor, watch.failures, watch.last_error) == ("before", 3, "platform_unavailable")
    make_due(watched)
    watching.look_around(20)
    assert (watch_of(watched).failures, watch_of(watched).last_error) == (0, "")


def test_the_wait_a_platform_asks_for_is_kept(watched: Probed, quiet: Upstream) -> None:
    quiet.script.append((429, {"retry-after": "1800"}, {}))
    watching.look_around(20)
    assert len(quiet.asked) == 1
    assert wait_s(watched) == pytest.approx(1800, abs=60)


def test_a_refused_credential_stops_the_watch_until_the_account_is_connected_anew(
    watched: Probed, quiet: Upstream
) -> None:
    quiet.script.append((401, {}, {}))
    watching.look_around(20)
    assert connections.get(watched.customer.pk, watched.connection).status == "needs_reauth"
    make_due(watched)
    watching.look_around(20)
    assert len(quiet.asked) == 1
    quiet.script.append((200, {}, {"id": watched.customer.public_id, "name": "Probe"}))
    connections.link(watched.customer.pk, "probe", {"token": "a-new-one"})
    quiet.asked.clear()
    make_due(watched)
    watching.look_around(20)
    assert [asked.path for asked in quiet.asked] == ["/news"]


def test_a_paused_account_and_a_suspended_customer_are_not_looked_at(
    watched: Probed, quiet: Upstream
) -> None:
    Customer.objects.filter(pk=watched.customer.pk).update(status="suspended")
    watching.look_around(20)
    Customer.objects.filter(pk=watched.customer.pk).update(status="active")
    connections.pause(watched.customer.pk, watched.connection)
    watching.look_around(20)
    assert quiet.asked == []


def test_an_account_has_one_watcher_at_a_time(watched: Probed) -> None:
    pk = watch_of(watched).pk
    mine = watches.take(pk)
    assert mine is not None
    watches.hurry(watched.connection)
    assert watches.due() == []
    assert watches.take(pk) is None
    # Whoever was asked for while the look lasted comes right after it.
    assert watches.hand_back(mine, cursor="x", is_due=False)
    assert watches.due() == [pk]


def test_the_turn_of_a_watcher_that_died_is_taken_over_and_its_late_word_is_not_heard(
    watched: Probed,
) -> None:
    pk = watch_of(watched).pk
    dead = watches.take(pk)
    assert dead is not None
    Watch.objects.of(watched.customer.pk).update(leased_until=clock.now(), next_at=clock.now())
    heir = watches.take(pk)
    assert heir is not None
    assert not watches.hand_back(dead, cursor="late", is_due=False)
    watches.postpone(dead, "late")
    assert watches.hand_back(heir, cursor="new", is_due=False)
    assert (watch_of(watched).cursor, watch_of(watched).failures) == ("new", 0)


def test_an_event_that_cannot_be_kept_does_not_hide_those_beside_it(
    watched: Probed, quiet: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply = effects.apply

    def refuse(customer_id: int, connection_id: int, events: Any) -> Any:
        if any(event.text == "poison" for event in events):
            raise ValueError
        return apply(customer_id, connection_id, events)

    monkeypatch.setattr(effects, "apply", refuse)
    quiet.script.append(news("before", "poison", "after", cursor="on"))
    watching.look_around(20)
    assert texts_of(watched) == ["after", "before"]
    assert watch_of(watched).cursor == "on"


def test_a_fault_of_one_look_leaves_the_others_alone(
    watched: Probed, quiet: Upstream, connect: Callable[..., Probed]
) -> None:
    other = connect("globex")
    quiet.respond = lambda asked: (
        {} if watched.customer.public_id in asked.headers["Authorization"] else news("hi")[2]
    )
    watching.look_around(20)
    assert (texts_of(watched), texts_of(other)) == ([], ["hi"])
    assert watch_of(watched).last_error == "KeyError"


def test_what_one_customer_is_sent_no_other_sees(
    watched: Probed, quiet: Upstream, connect: Callable[..., Probed]
) -> None:
    """TE02: each look carries the credential of its own account and fills its own inbox."""
    other = connect("globex")
    quiet.respond = lambda asked: news(asked.headers["Authorization"])[2]
    watching.look_around(20)
    for one in (watched, other):
        assert texts_of(one) == [f"Bearer token-of-{one.customer.public_id}"]


def test_a_customer_with_many_accounts_leaves_room_for_others(
    quiet: Upstream, make_customer: Callable[..., Any], watched: Probed
) -> None:
    many = make_customer("many", plan="enterprise").customer
    for number in range(watches.ROWS_A_CUSTOMER + 4):
        quiet.script.append((200, {}, {"id": f"{many.public_id}-{number}", "name": f"P{number}"}))
        connections.link(many.pk, "probe", {"token": f"t{number}-{many.public_id}"})
    watches.enrol()
    owners = [Watch.objects.unscoped().get(pk=pk).customer_id for pk in watches.due()]
    assert owners.count(many.pk) == watches.ROWS_A_CUSTOMER
    assert watched.customer.pk in owners
