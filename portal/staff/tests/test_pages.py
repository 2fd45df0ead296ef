"""Every page of the staff site: what it shows, what it hides, and at what cost."""

import csv
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.staff import paging
from portal.staff.tests.conftest import Rows, give_reason, list_of, page_of
from tenants.belongings import SECRET_FIELDS
from tenants.models import ApiKey
from tests.support.hostile import PAYLOADS

LIMIT_QUERIES = 12


def lists_of_one(rows: Rows) -> list[Any]:
    """A row of each model whose list can be narrowed to a customer."""
    return [row for row in rows.all() if row not in (rows.customer, rows.delivery, rows.client)]


def export_of(row: Any, customer: Any) -> str:
    return list_of(row, customer).replace("/?", "/export/?")


def test_ad05_ad08_au12_every_page_is_cheap_tells_no_secret_and_runs_no_payload(
    operator: Client, acme: Any
) -> None:
    assert len(PAYLOADS) == 30
    rows = Rows(acme, "".join(PAYLOADS))
    key = ApiKey.objects.of(acme.customer).get(pk=rows.key.pk)
    secrets = ("CANARY", acme.live_key, acme.test_key, key.mac, key.lookup, acme.customer.data_key)
    live = [part for part in PAYLOADS if {*"<\"'"} & {*part}]
    give_reason(operator, rows.customer)
    wanted = [
        f"/admin/reason/{rows.customer.public_id}/",
        "/admin/tenants/customer/",
        list_of(rows.connection),
    ]
    for row in rows.all():
        wanted += [page_of(row), list_of(row, rows.customer)]
    for address in wanted:
        with CaptureQueriesContext(connection) as asked:
            answer = operator.get(address)
        shown = answer.content.decode()
        assert answer.status_code == 200, address
        assert len(asked) <= LIMIT_QUERIES, "\n".join([address, *(q["sql"][:170] for q in asked)])
        assert [secret for secret in secrets if secret in shown] == [], address
        assert [part for part in live if part in shown] == [], address


def test_au12_no_export_holds_a_secret_and_bd12_no_cell_is_a_formula(staff: Client, acme: Any) -> None:
    rows = Rows(acme, "=cmd|' /C calc'!A0")
    key = ApiKey.objects.of(acme.customer).get(pk=rows.key.pk)
    give_reason(staff, rows.customer)
    whole = ""
    for row in lists_of_one(rows):
        answer = staff.get(export_of(row, rows.customer))
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        whole += answer.getvalue().decode()
    cells = [cell for line in csv.reader(whole.splitlines()) for cell in line]
    assert "'=cmd|' /C calc'!A0" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert not [secret for secret in ("CANARY", acme.live_key, key.mac, key.lookup) if secret in whole]


def test_health_shows_what_waits_with_few_queries(staff: Client, rows: Rows) -> None:
    staff.get("/admin/")  # migrations are looked at once in a process
    with CaptureQueriesContext(connection) as asked:
        answer = staff.get("/admin/")
    assert answer.status_code == 200
    page = answer.content.decode()
    for told in ("database", "redis", "beat", "inbound", "quarantined", "needs reauth"):
        assert told in page
    assert len(asked) <= LIMIT_QUERIES, "\n".join(q["sql"][:170] for q in asked)


def test_no_page_names_a_secret_column() -> None:
    for model, page in admin.site._registry.items():
        named = {*page.list_display, *page.readonly_fields, *_fields(page)}
        assert not named & {*SECRET_FIELDS, "password", "body"}, model


def _fields(page: Any) -> list[str]:
    assert page.fields or page.fieldsets, f"{page} would show every column"
    return [
        name
        for _, options in page.fieldsets or ((None, {"fields": page.fields}),)
        for name in options["fields"]
    ]


@pytest.mark.parametrize(
    "column", ["lookup__startswith", "mac", "customer__data_key__startswith", "customer__name"]
)
def test_te14_filters_of_hidden_columns_are_refused(staff: Client, rows: Rows, column: str) -> None:
    give_reason(staff, rows.customer)
    assert staff.get(f"{list_of(rows.key, rows.customer)}&{column}=a").status_code == 400


def test_te14_no_list_is_ordered_by_a_hidden_column(staff: Client, rows: Rows) -> None:
    give_reason(staff, rows.customer)
    for order in ("99", "mac", "-customer__name"):
        assert staff.get(f"{list_of(rows.key, rows.customer)}&o={order}&ordering=mac").status_code in (
            200,
            302,
            400,
        )


def test_lists_of_a_customer_hold_nobody_elses_rows(staff: Client, rows: Rows, globex: Any) -> None:
    stranger = Rows(globex, "stranger-canary")
    give_reason(staff, rows.customer)
    for row in lists_of_one(rows):
        shown = staff.get(list_of(row, rows.customer)).content.decode()
        assert "stranger-canary" not in shown
        assert stranger.customer.public_id not in shown


def test_trail_keys_and_members_are_never_listed_over_customers(staff: Client, rows: Rows) -> None:
    for row in (rows.entry, rows.key, rows.customer.memberships.get(), rows.usage, rows.event, rows.agent):
        assert staff.get(list_of(row)).headers["Location"] == "/admin/tenants/customer/"
        assert staff.get(list_of(row) + "export/").status_code == 404


def test_nothing_is_added_changed_or_deleted_and_no_history_is_kept(operator: Client, rows: Rows) -> None:
    give_reason(operator, rows.customer)
    for row in rows.all():
        listed, page = list_of(row), page_of(row)
        assert operator.get(f"{listed}add/").status_code == 403
        assert operator.post(page, {"name": "other"}).status_code == 403
        assert operator.get(page.replace("/change/", "/history/")).status_code == 404
        assert operator.post(page.replace("/change/", "/delete/"), {"post": "yes"}).status_code == 403
        many = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        operator.post(list_of(row, rows.customer), many)
        assert type(row)._base_manager.filter(pk=row.pk).exists()
    assert not LogEntry.objects.exists()


def test_lists_are_not_counted_to_their_end(
    staff: Client, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_reason(staff, rows.customer)
    monkeypatch.setattr(paging, "LIMIT_ROWS", 2)
    with CaptureQueriesContext(connection) as asked:
        staff.get(list_of(rows.entry, rows.customer))
    counted = [q["sql"] for q in asked if "COUNT(" in q["sql"]]
    assert counted
    assert all("LIMIT 2" in sql for sql in counted)


def test_r66_policy_of_the_portal_holds_for_the_staff_site(staff: Client, rows: Rows) -> None:
    give_reason(staff, rows.customer)
    for address in ("/admin/", page_of(rows.customer), list_of(rows.customer)):
        answer = staff.get(address)
        assert answer["Content-Security-Policy"] == Client().get("/account/login/")["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert "no-store" in answer["Cache-Control"]
        shown = answer.content.decode()
        assert "<style" not in shown
        assert " style=" not in shown
        assert " onclick=" not in shown
