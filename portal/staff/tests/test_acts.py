"""What superusers may do, each act with a reason; the others of the staff only look."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from audit.models import AuditEntry
from hermes.core import clock
from inbox.models import WebhookDelivery
from mcp_gateway.oauth.models import RefreshToken
from portal.staff.tests.conftest import REASON, Rows, page_of
from tenants import connections
from tests.support.api import Api


def act(row: Any, name: str) -> str:
    return page_of(row).replace("/change/", f"/{name}/")


def acts_of(customer: Any) -> list[tuple[str, str, str]]:
    entries = AuditEntry.objects.filter(customer=customer, surface="admin").order_by("pk")
    return [(e.action, e.outcome, e.detail) for e in entries]


def test_suspended_customer_is_refused_at_once_and_works_again_when_resumed(
    operator: Client, api: Api, acme: Any, globex: Any
) -> None:
    assert api.get("/api/connections", acme.live_key).status_code == 200
    told = operator.post(act(acme.customer, "suspend"), {"reason": REASON}, follow=False)
    assert told.status_code == 302
    assert api.get("/api/connections", acme.live_key).status_code in (401, 403)
    assert api.get("/api/connections", globex.live_key).status_code == 200
    operator.post(act(acme.customer, "resume"), {"reason": REASON})
    assert api.get("/api/connections", acme.test_key).status_code == 200
    assert acts_of(acme.customer) == [
        ("customer.suspended", "ok", REASON),
        ("staff.acted", "ok", f"Suspend the customer: {REASON}"),
        ("customer.resumed", "ok", ""),
        ("staff.acted", "ok", f"Resume the customer: {REASON}"),
    ]


def test_act_without_a_reason_is_not_done(operator: Client, acme: Any) -> None:
    assert operator.post(act(acme.customer, "suspend"), {"reason": " "}).status_code == 200
    acme.customer.refresh_from_db()
    assert acme.customer.status == "active"


def test_act_by_a_link_changes_nothing(operator: Client, acme: Any) -> None:
    assert operator.get(act(acme.customer, "suspend"), {"reason": REASON}).status_code == 200
    acme.customer.refresh_from_db()
    assert acme.customer.status == "active"


def test_ad07_act_from_another_site_is_refused(operator: Client, acme: Any) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    strict.cookies = operator.cookies
    assert strict.post(act(acme.customer, "suspend"), {"reason": REASON}).status_code == 403


def test_staff_who_are_no_superusers_only_look(staff: Client, rows: Rows) -> None:
    acts = (
        (rows.customer, "suspend"),
        (rows.customer, "change_plan"),
        (rows.key, "revoke"),
        (rows.connection, "pause"),
        (rows.delivery, "replay"),
        (rows.event, "redeliver"),
        (rows.agent, "revoke"),
    )
    for row, name in acts:
        assert staff.post(act(row, name), {"reason": REASON, "plan": "free"}).status_code == 403
    many = {"action": "replay_chosen", "_selected_action": [rows.delivery.pk]}
    staff.post("/admin/inbox/webhookdelivery/", many)
    rows.delivery.refresh_from_db()
    assert rows.delivery.state == "quarantined"
    assert acts_of(rows.customer) == []


def test_plan_is_changed_to_one_that_exists(operator: Client, acme: Any) -> None:
    operator.post(act(acme.customer, "change_plan"), {"reason": REASON, "plan": "platinum"})
    assert acme.customer.subscription.plan == "growth"
    operator.post(act(acme.customer, "change_plan"), {"reason": REASON, "plan": "starter"})
    acme.customer.subscription.refresh_from_db()
    assert acme.customer.subscription.plan == "starter"


def test_revoked_key_opens_nothing(operator: Client, api: Api, rows: Rows, acme: Any) -> None:
    operator.post(act(rows.key, "revoke"), {"reason": REASON})
    assert api.get("/api/connections", acme.live_key).status_code == 401
    assert ("staff.acted", "ok", f"Revoke the key: {REASON}") in acts_of(acme.customer)


def test_account_is_paused_and_resumed(operator: Client, rows: Rows) -> None:
    for name, status in (("pause", "paused"), ("resume", "active")):
        operator.post(act(rows.connection, name), {"reason": REASON})
        assert connections.get(rows.customer.pk, rows.connection.public_id).status == status


def test_act_that_does_not_fit_is_refused_in_words_and_noted(operator: Client, rows: Rows) -> None:
    told = operator.post(act(rows.connection, "resume"), {"reason": REASON}, follow=True)
    assert told.status_code == 200
    assert acts_of(rows.customer)[-1] == ("staff.acted", "conflict", f"Resume the account: {REASON}")


@pytest.mark.parametrize("chosen", [True, False])
def test_quarantined_deliveries_are_replayed(operator: Client, rows: Rows, chosen: bool) -> None:
    if chosen:
        many = {"action": "replay_chosen", "_selected_action": [rows.delivery.pk]}
        operator.post("/admin/inbox/webhookdelivery/", many)
    else:
        operator.post(act(rows.delivery, "replay"), {"reason": REASON})
    again = WebhookDelivery.objects.get(pk=rows.delivery.pk)
    assert (again.state, again.tries, again.reason) == ("received", 0, "")
    assert acts_of(rows.customer)[-1][:2] == ("staff.acted", "ok")


def test_delivery_whose_body_is_gone_is_not_replayed(operator: Client, rows: Rows) -> None:
    WebhookDelivery.objects.filter(pk=rows.delivery.pk).update(state="done", body=b"")
    operator.post(act(rows.delivery, "replay"), {"reason": REASON})
    assert WebhookDelivery.objects.get(pk=rows.delivery.pk).state == "done"


def test_forwarded_event_is_sent_again(operator: Client, rows: Rows) -> None:
    type(rows.event).objects.of(rows.customer).update(state="failed")
    operator.post(act(rows.event, "redeliver"), {"reason": REASON})
    assert type(rows.event).objects.of(rows.customer).get().state == "pending"


def test_agent_is_disconnected(operator: Client, rows: Rows) -> None:
    day = clock.now() + timedelta(days=1)
    RefreshToken.objects.create(
        user=rows.agent.membership.user,
        application=rows.client,
        token="hms_rt_x",
        agent=rows.agent,
        expires_at=day,
    )
    operator.post(act(rows.agent, "revoke"), {"reason": REASON})
    assert not type(rows.agent).objects.of(rows.customer).exists()
    assert acts_of(rows.customer)[-1] == ("staff.acted", "ok", f"Disconnect the agent: {REASON}")
