"""Of an erased customer no stored delivery says anything; nobody else's is touched."""

from typing import Any

from inbox.forgetting import _READ_AT_ONCE
from inbox.models import WebhookDelivery
from inbox.tests.conftest import Line, MakeLine
from inbox.tests.posting import bring, kept, post, settle
from inbox.tests.test_distribution import merged
from tenants import actors, erasure
from tests.support.api import Api


def bodies(*rows: WebhookDelivery) -> list[bool]:
    """Whether each delivery still has its body."""
    for row in rows:
        row.refresh_from_db()
    return [bool(row.body) for row in rows]


def posted(api: Api, body: Any) -> WebhookDelivery:
    assert post(api, body) == 200
    row = kept(body)
    assert row is not None
    return row


def notice(line: Line) -> dict[str, Any]:
    """Something about the account that is no message: its delivery keeps its body when it is done."""
    body = line.delivery(whatever={"told": True})
    body["entry"][0]["changes"][0]["field"] = "account_update"
    return body


def test_the_body_of_a_delivery_goes_when_all_of_it_has_arrived(api: Api, shop: Line) -> None:
    told = bring(api, shop.message("wamid.A"), shop.status("wamid.B", "sent"), notice(shop))
    assert [row.state for row in told] == ["done"] * 3
    assert bodies(*told) == [False, False, True]
    assert post(api, shop.message("wamid.A")) == 200
    assert settle(told[0]).state == "done"
    assert shop.thread().unread == 1


def test_ad12_an_erased_customer_is_in_no_stored_delivery(
    api: Api, acme: Any, shop: Line, other_shop: Line, line: Line
) -> None:
    (done, account) = bring(api, shop.message("wamid.DONE"), notice(shop))
    waiting = posted(api, shop.message("wamid.WAITING"))
    further = merged(shop.message("wamid.FIRST"), notice(shop), shop.message("wamid.LAST"))
    waiting_too = posted(api, further)
    strangers = [posted(api, other_shop.message("wamid.S")), *bring(api, notice(other_shop))]
    shared = posted(api, merged(other_shop.message("wamid.X"), shop.message("wamid.Y")))
    erasure.erase(acme.customer, by=actors.SYSTEM)
    assert bodies(done, account, waiting, waiting_too) == [False] * 4
    assert bodies(*strangers, shared) == [True] * 3
    assert {row.lane for row in (done, account, waiting, waiting_too)} == {""}
    assert settle(waiting).state == "done"
    assert [settle(row).state for row in strangers] == ["done", "done"]


def test_more_deliveries_than_are_read_at_once_are_all_found(
    api: Api, acme: Any, make_line: MakeLine
) -> None:
    line = make_line(acme.customer, "live")
    rows = [posted(api, line.message(f"wamid.{n}", n)) for n in range(_READ_AT_ONCE + 5)]
    erasure.erase(acme.customer, by=actors.SYSTEM)
    assert not any(bodies(*rows))


def test_a_number_that_moved_to_another_customer_is_that_customers(
    api: Api, acme: Any, shop: Line, other_shop: Line
) -> None:
    shop.connection.status, shop.connection.live_claim = "revoked", None
    shop.connection.external_id = other_shop.phone_id
    shop.connection.save()
    row = posted(api, other_shop.message("wamid.MOVED"))
    erasure.erase(acme.customer, by=actors.SYSTEM)
    assert bodies(row) == [True]
    assert settle(row).state == "done"
    assert other_shop.thread().unread == 1
