"""Receivers are served side by side, each in order."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from inbox.forwarding import sending, tasks, turns
from inbox.forwarding.models import ForwardedEvent, WebhookEndpoint
from inbox.tests.conftest import Line
from inbox.tests.forwarding.conftest import Hook, MakeHook, forward
from tests.support.api import Api
from tests.support.gate import gate


def test_a_slow_receiver_delays_nobody_else(
    api: Api, acme: Any, globex: Any, make_hook: MakeHook, make_line: Any
) -> None:
    """The others' events are told while it has not answered yet."""
    slow, quick = make_hook(acme), make_hook(globex)
    lines = make_line(acme.customer, "live"), make_line(globex.customer, "live")
    for number in range(5):
        for line in lines:
            line.receive(line.message(f"wamid.{number}", number))
    with gate(api, slow.receiver):
        working = threading.Thread(target=forward)
        working.start()
        _await(lambda: len(quick.receiver.told) == 5)
        lines[1].receive(lines[1].message("wamid.NEXT", 9))
        _await(lambda: len(quick.receiver.told) == 6)
        assert len(slow.receiver.asked) == 1
    working.join(30)
    assert len(slow.receiver.told) == 5


def test_a_slow_receiver_does_not_hold_up_the_next_turn_either(
    api: Api, acme: Any, globex: Any, make_hook: MakeHook, make_line: Any
) -> None:
    """A worker whose time is over leaves it to its thread."""
    slow, quick = make_hook(acme), make_hook(globex)
    lines = make_line(acme.customer, "live"), make_line(globex.customer, "live")
    with gate(api, slow.receiver) as held:
        lines[0].receive(lines[0].message("wamid.1"))
        assert turns.drain(0.3) is False
        held.await_asked(1)
        lines[1].receive(lines[1].message("wamid.2"))
        assert turns.drain(0.3) is False
        _await(lambda: len(quick.receiver.told) == 1)
        assert slow.log[0]["state"] == "pending"
    forward()
    assert slow.log[0]["state"] == quick.log[0]["state"] == "delivered"
    assert len(slow.receiver.told) == 1


def test_more_than_a_turn_holds_is_sent_in_order_all_the_same(
    hook: Hook, shop: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "SLICE_EVENTS", 2)
    for number in range(7):
        shop.receive(shop.message(f"wamid.{number}", number))
    forward()
    told = [payload["data"]["message"]["message_id"] for payload in hook.receiver.told]
    assert told == [f"wamid.{number}" for number in range(7)]


def test_one_customer_has_four_endpoints_served_at_a_time(
    make_customer: Any, make_hook: MakeHook, make_line: Any
) -> None:
    acme, globex = make_customer("acme", plan="growth"), make_customer("globex")
    hooks = [make_hook(acme) for _ in range(7)]
    theirs = make_hook(globex)
    for person in (acme, globex):
        line = make_line(person.customer, "live")
        line.receive(line.message("wamid.1"))
    turn = turns._turn(1000)
    mine = WebhookEndpoint.objects.of(acme.customer).filter(pk__in=turn)
    assert mine.count() == turns.PER_CUSTOMER
    assert WebhookEndpoint.objects.of(globex.customer).filter(pk__in=turn).count() == 1
    forward()
    assert [len(each.receiver.told) for each in (*hooks, theirs)] == [1] * 8


def test_several_workers_at_once_send_each_event_once(hook: Hook, shop: Line) -> None:
    for number in range(12):
        shop.receive(shop.message(f"wamid.{number}", number))
    endpoint = WebhookEndpoint.objects.of(shop.connection.customer_id).get()
    waiting = list(ForwardedEvent.objects.of(shop.connection.customer_id).values_list("pk", flat=True))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(_attempt, waiting[:6] * 4))
        list(pool.map(turns._serve, [endpoint.pk] * 8))
    forward()
    assert len(hook.receiver.told) == len({*hook.receiver.ids}) == 12


def test_te09_a_task_names_no_customer_and_no_event(hook: Hook, shop: Line) -> None:
    shop.receive(shop.message("wamid.1"))
    with pytest.raises(TypeError):
        tasks.forward.apply(args=(shop.connection.customer_id,), throw=True)
    assert hook.receiver.told == []
    tasks.forward.apply(headers={"hermes-customer": "cus_forged"}, throw=True)
    assert len(hook.receiver.told) == 1


def _attempt(pk: int) -> None:
    sending.attempt(pk)
    connection.close()


def _await(is_so: Any, within_s: float = 30) -> None:
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)
