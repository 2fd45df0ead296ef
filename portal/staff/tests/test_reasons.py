"""Looking at a customer needs a reason, and stands with it in that customer's trail (R-65)."""

from typing import Any

import time_machine
from django.test import Client

from audit.models import AuditEntry
from hermes.core import clock
from portal.staff.tests.conftest import REASON, Rows, give_reason, list_of, page_of


def trail(customer: Any, action: str = "staff.viewed") -> list[str]:
    entries = AuditEntry.objects.filter(customer=customer, action=action).order_by("pk")
    return [f"{entry.actor} {entry.surface} {entry.detail}" for entry in entries]


def test_every_page_of_a_customer_asks_for_a_reason(staff: Client, rows: Rows) -> None:
    for row in (row for row in rows.all() if row != rows.client):  # it is no customer's
        lists = [list_of(row, rows.customer), list_of(row, rows.customer).replace("/?", "/export/?")]
        if row in (rows.customer, rows.delivery):  # their lists are of everybody
            lists = []
        for address in (page_of(row), *lists):
            answer = staff.get(address)
            assert answer.status_code == 302, address
            assert answer.headers["Location"].startswith(f"/admin/reason/{rows.customer.public_id}/"), address
    assert trail(rows.customer) == []


def test_views_stand_in_the_customers_own_trail_with_the_reason(
    staff: Client, rows: Rows, globex: Any
) -> None:
    give_reason(staff, rows.customer)
    staff.get(page_of(rows.connection))
    staff.get(list_of(rows.key, rows.customer))
    me = f"staff:{staff.session['_auth_user_id']} admin"
    assert trail(rows.customer) == [
        f"{me} connection {rows.connection.public_id}: {REASON}",
        f"{me} list of API keys: {REASON}",
    ]
    assert trail(globex.customer) == []


def test_reason_leads_on_to_the_page_that_asked_for_it(staff: Client, rows: Rows) -> None:
    asked = staff.get(page_of(rows.key)).headers["Location"]
    answer = staff.post(asked, {"reason": REASON})
    assert answer.headers["Location"] == page_of(rows.key)
    elsewhere = f"/admin/reason/{rows.customer.public_id}/?next=https://evil.example/admin/"
    assert staff.post(elsewhere, {"reason": REASON}).headers["Location"] == page_of(rows.customer)


def test_reason_must_say_something(staff: Client, rows: Rows) -> None:
    asked = f"/admin/reason/{rows.customer.public_id}/"
    for reason in ("", "       a       ", "x" * 201):
        assert staff.post(asked, {"reason": reason}).status_code == 200
    assert staff.get(page_of(rows.key)).status_code == 302


def test_reason_holds_for_one_customer_an_hour_and_a_session(
    staff: Client, operator: Client, rows: Rows, globex: Any
) -> None:
    give_reason(staff, rows.customer)
    assert staff.get(page_of(rows.customer)).status_code == 200
    assert staff.get(page_of(globex.customer)).status_code == 302
    assert operator.get(page_of(rows.customer)).status_code == 302
    now = clock.now().timestamp()
    with time_machine.travel(now + 3590, tick=False):
        assert staff.get(page_of(rows.customer)).status_code == 200
    with time_machine.travel(now + 3610, tick=False):
        assert staff.get(page_of(rows.customer)).status_code == 302


def test_secret_in_a_reason_is_masked_in_the_trail(staff: Client, acme: Any) -> None:
    give_reason(staff, acme.customer, f"their key is {acme.live_key}")
    staff.get(page_of(acme.customer))
    assert acme.live_key not in "".join(trail(acme.customer))


def test_unknown_customer_has_no_page_to_ask(staff: Client) -> None:
    assert staff.get("/admin/reason/cus_77777777777777777777777777/").status_code == 404
    assert staff.get("/admin/audit/auditentry/?customer=cus_77777777777777777777777777").status_code == 404
