"""Whose an event is, and that it has one effect: through the door, as Meta posts."""

import asyncio
import concurrent.futures
import copy
import random
import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection

from connectors.kit.connector import Identity
from connectors.kit.credentials import Credentials
from connectors.kit.meta import sign
from connectors.registry import all_connectors
from inbox import deliveries, effects
from inbox.models import Message, Thread
from inbox.tests.conftest import Line, MakeLine
from inbox.tests.posting import PATH, SECRET, bring, encoded, kept, post, settle
from tenants import connections, linking
from tests.support.api import Api


def merged(*bodies: dict[str, Any]) -> dict[str, Any]:
    """One body with the entries of several."""
    return bodies[0] | {"entry": [entry for body in bodies for entry in body["entry"]]}


def value_of(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = body["entry"][0]["changes"][0]["value"]
    return found


def messages_of(line: Line) -> int:
    return Message.objects.of(line.connection.customer_id).filter(connection=line.connection).count()


def state_of(lines: Sequence[Line]) -> list[Any]:
    """What the inboxes of the lines hold, without Hermes' own ids."""
    found: list[Any] = []
    for line in lines:
        rows = Message.objects.of(line.connection.customer_id).filter(connection=line.connection)
        found.append(
            sorted(rows.values_list("upstream_id", "direction", "kind", "text", "status", "thread__contact"))
        )
        threads = Thread.objects.of(line.connection.customer_id).filter(connection=line.connection)
        found.append(sorted(threads.values_list("contact", "contact_name", "unread", "last_at")))
    return found


def test_wh04_one_message_posted_fifty_times_at_once_has_one_effect(api: Api, shop: Line) -> None:
    bodies = [shop.message("wamid.SAME") for _ in range(50)]
    for number, body in enumerate(bodies):
        body["entry"][0]["time"] = number // 2  # every second one is the same to the byte

    async def posted() -> list[int]:
        client = api._client
        raws = [encoded(body) for body in bodies]
        answers = await asyncio.gather(
            *(client.post(PATH, content=raw, headers=sign(SECRET, raw)) for raw in raws)
        )
        return [answer.status_code for answer in answers]

    assert api.run(posted()) == [200] * 50
    rows = {row.pk: row for body in bodies if (row := kept(body)) is not None}
    assert len(rows) == 25

    def work(pk: int) -> None:
        deliveries.settle(pk)
        connection.close()

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(work, [*rows, *rows]))
    for row in rows.values():
        assert settle(row).state == "done"
    assert messages_of(shop) == 1
    assert shop.thread().unread == 1


def test_wh05_statuses_that_arrive_backwards_end_in_read(api: Api, shop: Line) -> None:
    bring(api, *(shop.status("wamid.OUT", s, n) for n, s in enumerate(("read", "delivered", "sent"))))
    assert shop.stored("wamid.OUT").status == "read"


def test_wh06_a_hundred_messages_for_five_numbers_of_three_customers_in_one_body(
    api: Api, make_customer: Any, make_line: MakeLine
) -> None:
    people = [make_customer(name) for name in ("acme", "globex", "initech")]
    lines = [make_line(people[owner].customer, "live") for owner in (0, 0, 1, 1, 2)]
    bodies = [lines[n % 5].message(f"wamid.{n}", n, sender=f"1650555{n:04}") for n in range(100)]
    (row,) = bring(api, merged(*bodies))
    assert row.state == "done"
    for number, line in enumerate(lines):
        rows = Message.objects.of(line.connection.customer_id).filter(connection=line.connection)
        assert {m.upstream_id for m in rows} == {f"wamid.{n}" for n in range(number, 100, 5)}


@pytest.mark.parametrize(
    "body",
    [
        {"object": "page", "entry": [{"id": "1", "changes": []}]},
        {"object": "whatsapp_business_account", "entry": "none"},
        {"object": "whatsapp_business_account", "entry": [None, 7, {"id": None, "changes": [None]}]},
        {"object": 1.5},
        [],
    ],
)
def test_wh08_unknown_objects_are_kept_and_hurt_nobody(api: Api, body: Any) -> None:
    (row,) = bring(api, body)
    assert row.state in ("quarantined", "done")


def test_wh08_unknown_fields_and_kinds_are_no_reason_to_fail(api: Api, shop: Line) -> None:
    body = shop.message("wamid.HOLOGRAM", kind="hologram", content={"depth": [1, {"x": None}]})
    body["entry"][0]["changes"].append({"field": "dreams", "value": {"metadata": None, "dreams": [None]}})
    body["entry"][0]["changes"].append({"field": None, "value": 7, "extra": {}})
    (row,) = bring(api, body)
    assert row.state == "done"
    assert shop.stored("wamid.HOLOGRAM").kind


def test_wh11_an_old_body_posted_again_in_other_bytes_changes_nothing(api: Api, shop: Line) -> None:
    body = shop.message("wamid.OLD")
    bring(api, body)
    before = state_of([shop])
    assert post(api, body) == 200
    (again,) = bring(api, encoded(body) + b"\n")
    assert again.state == "done"
    assert state_of([shop]) == before


def test_te05_ids_nobody_has_are_unrouted_and_no_customer_sees_them(
    api: Api, acme: Any, shop: Line, other_shop: Line
) -> None:
    nobody = copy.deepcopy(shop.message("wamid.NOBODY"))
    value_of(nobody)["metadata"]["phone_number_id"] = str(uuid.uuid4().int)[:15]
    crossed = shop.message("wamid.CROSSED")
    crossed["entry"][0]["id"] = other_shop.waba_id
    assert [row.state for row in bring(api, nobody, crossed)] == ["unrouted", "unrouted"]
    assert messages_of(shop) == messages_of(other_shop) == 0
    assert "wamid." not in api.get("/api/inbox/threads", acme.live_key).text


def test_the_sandbox_is_not_reached_through_metas_door(api: Api, line: Line) -> None:
    (row,) = bring(api, line.message("wamid.LIVE"))
    assert (row.state, messages_of(line)) == ("unrouted", 0)


def test_what_is_unknown_delays_nothing_beside_it(
    api: Api, shop: Line, make_line: MakeLine, acme: Any
) -> None:
    gone = make_line(acme.customer, "live")
    connections.disconnect(acme.customer.pk, gone.connection.public_id)
    (row,) = bring(api, merged(gone.message("wamid.GONE"), shop.message("wamid.HERE")))
    assert (row.state, gone.phone_id in row.awaits) == ("unrouted", True)
    assert messages_of(shop) == 1
    assert messages_of(gone) == 0


def test_what_waited_comes_in_when_its_number_is_connected(api: Api, acme: Any, shop: Line) -> None:
    number, account = str(uuid.uuid4().int)[:15], str(uuid.uuid4().int)[:15]
    body = shop.message("wamid.EARLY")
    value_of(body)["metadata"]["phone_number_id"] = number
    body["entry"][0]["id"] = account
    (row,) = bring(api, merged(body, shop.message("wamid.HERE")))
    assert row.state == "unrouted"
    connector = all_connectors()["probe"].credentials.parse({"token": "x"})
    placed = _place(acme.customer, number, account, connector)
    row.refresh_from_db()
    assert (row.state, row.tries) == ("received", 0)
    assert settle(row).state == "done"
    (early,) = Message.objects.of(acme.customer.pk).filter(connection=placed)
    assert early.upstream_id == "wamid.EARLY"
    assert shop.thread().unread == 1


def _place(customer: Any, number: str, account: str, credentials: Credentials) -> Any:
    identity = Identity(external_id=number, label="new", routes=(account,))
    return linking.place(linking.draft(customer, "whatsapp", "live"), credentials, identity, label=None)


def test_one_event_that_fails_does_not_stop_its_neighbours(
    api: Api, shop: Line, other_shop: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_on(monkeypatch, "wamid.BAD")
    body = merged(shop.message("wamid.A"), shop.message("wamid.BAD"), other_shop.message("wamid.B"))
    (row,) = bring(api, body)
    assert (row.state, row.tries, "RuntimeError" in row.reason) == ("received", 1, True)
    assert (messages_of(shop), messages_of(other_shop)) == (1, 1)
    monkeypatch.undo()
    assert settle(row).state == "done"
    assert (messages_of(shop), messages_of(other_shop)) == (2, 1)


def fail_on(monkeypatch: pytest.MonkeyPatch, upstream_id: str) -> None:
    """Applying the message with this id raises."""
    whole = effects._effect

    def effect(connection: Any, event: Any) -> Any:
        if event.upstream_id == upstream_id:
            raise RuntimeError("cannot")
        return whole(connection, event)

    monkeypatch.setattr(effects, "_effect", effect)


def test_f26_everything_ten_times_in_any_order_ends_as_once_in_order(
    api: Api, acme: Any, globex: Any, make_line: MakeLine
) -> None:
    once, often = ([make_line(p.customer, "live") for p in (acme, globex)] for _ in range(2))

    def story(lines: list[Line]) -> list[dict[str, Any]]:
        told = []
        for n, line in enumerate(lines):
            told += [
                line.message(f"wamid.{n}.A", 0),
                line.message(f"wamid.{n}.B", 5, user_id="US.1", name="Sheena"),
                line.message(f"wamid.{n}.R", 6, kind="reaction", content={"message_id": "x", "emoji": "!"}),
                *(
                    line.status(f"wamid.{n}.OUT", s, 10 + i)
                    for i, s in enumerate(("sent", "delivered", "read"))
                ),
            ]
        return told

    bring(api, *story(once))
    shuffled = [body for body in story(often) for _ in range(10)]
    random.Random(26).shuffle(shuffled)  # noqa: S311
    bring(api, *(body | {"n": n} for n, body in enumerate(shuffled)))
    assert state_of(often) == state_of(once)
