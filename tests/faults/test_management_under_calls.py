"""A customer changes its keys, connections and plan while its agents call: nothing fails for that (RC07)."""

import time
from collections.abc import Callable
from typing import Any

import httpx2

from audit.models import AuditEntry
from tenants import customers
from tenants.models import Connection
from tests.faults.test_redis_away import asked_since, await_asked_since, await_more, calling
from tests.support.api import Api
from tests.support.probed import Probed
from tests.support.upstream import Upstream
from tests.support.web import Web

ROUNDS = 8
FETCH = {"item": "a"}


def codes(answers: list[httpx2.Response]) -> set[str]:
    """Every code that was answered; `ok` for a call that was made."""
    found = set()
    for answer in answers:
        body = answer.json()
        error = body.get("result", {}).get("_meta", {}).get("hermes/error")
        found.add((error or body).get("code", "ok"))
    return found


def test_management_and_calls_at_once_fail_each_other_never(
    pair: tuple[Web, Web], connect: Callable[..., Probed]
) -> None:
    """On MariaDB they lock the same rows."""
    one, two = pair
    owner = connect(plan="enterprise")
    path = f"/api/connections/{owner.connection}"

    def must(answer: httpx2.Response) -> Any:
        assert answer.is_success, answer.text
        return answer.json()

    with calling(one, owner.key) as answers:
        await_more(answers, 20)
        for number in range(ROUNDS):
            made = must(two.post("/api/keys", owner.key, {"name": f"k{number}", "scopes": ["tools:read"]}))
            must(two.post(f"/api/keys/{made['key']['id']}/rotate", owner.key, {"overlap_s": 0}))
            must(two.request("DELETE", f"/api/keys/{made['key']['id']}", owner.key))
            must(two.request("PATCH", path, owner.key, json={"label": f"shop {number}"}))
            must(two.request("PATCH", path, owner.key, json={"status": "paused"}))
            must(two.request("PATCH", path, owner.key, json={"status": "active"}))
            customers.change_plan(owner.customer, "growth")
            customers.change_plan(owner.customer, "enterprise")
        await_more(answers, 20)
    assert "ok" in codes(answers)
    assert codes(answers) <= {"ok", "not_connected", "rate_limited"}
    rows = AuditEntry.objects.filter(customer=owner.customer)
    assert rows.filter(action="key.issued").count() >= ROUNDS
    assert not rows.filter(outcome="started").exists()


def test_rc07_after_a_disconnect_no_credential_is_opened_and_none_is_left(
    api: Api, pair: tuple[Web, Web], connect: Callable[..., Probed], upstream: Upstream
) -> None:
    one, two = pair
    owner = connect(plan="enterprise")
    with calling(one, owner.key) as answers:
        await_more(answers, 20)
        gone = two.request("DELETE", f"/api/connections/{owner.connection}", owner.key)
        assert gone.status_code == 200
        since = time.monotonic()
        await_asked_since(answers, since, 4)
        asked = len(upstream.asked)
        await_asked_since(answers, since, 24)
        assert len(upstream.asked) == asked
    assert codes(asked_since(answers, since)) == {"not_connected"}
    assert codes(answers) == {"ok", "not_connected"}
    row = Connection.objects.of(owner.customer).get(public_id=owner.connection)
    assert (row.sealed, row.live_claim, row.routes, row.status) == ("", None, [], "revoked")
