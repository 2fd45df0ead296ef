"""What a customer can learn of another through the management paths: nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from hermes.core import clock, ids
from inbox.models import Message, Thread
from tenants import connections, keys
from tests.support.api import Api
from tests.support.probed import Probed


@pytest.fixture
def theirs(connect: Callable[..., Probed]) -> dict[str, str]:
    """Ids of globex' own things."""
    globex = connect("globex")
    connection = connections.get(globex.customer.pk, globex.connection)
    thread = Thread(customer=globex.customer, connection=connection, contact="49", last_at=clock.now())
    thread.save()
    Message(
        customer=globex.customer,
        connection=connection,
        thread=thread,
        upstream_id="m1",
        direction="in",
        kind="text",
        text="canary-of-globex",
        at=clock.now(),
    ).save()
    key = keys.listed(globex.customer.pk)[0]
    return {"con": globex.connection, "key": key.public_id, "thr": thread.public_id, "secret": globex.key}


ROUTES = [
    ("GET", "/api/connections/{con}", None),
    ("PATCH", "/api/connections/{con}", {"label": "mine"}),
    ("PATCH", "/api/connections/{con}", {"status": "paused"}),
    ("PATCH", "/api/connections/{con}", {}),
    ("DELETE", "/api/connections/{con}", None),
    ("PUT", "/api/connections/{con}", {}),
    ("POST", "/api/connections/{con}/verify", None),
    ("GET", "/api/connections/{con}/verify", None),
    ("GET", "/api/keys/{key}", None),
    ("DELETE", "/api/keys/{key}", None),
    ("POST", "/api/keys/{key}/rotate", None),
    ("POST", "/api/keys/{key}/rotate", {"overlap_s": 0}),
    ("GET", "/api/inbox/threads/{thr}/messages", None),
    ("POST", "/api/inbox/threads/{thr}/read", None),
    ("GET", "/api/inbox/threads?connection={con}", None),
    ("GET", "/api/connections/{key}", None),
    ("GET", "/api/connections/{thr}", None),
    ("DELETE", "/api/keys/{con}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_te01_a_strangers_id_answers_byte_for_byte_like_an_unknown_one(
    api: Api, acme: Any, theirs: dict[str, str], method: str, path: str, body: dict[str, Any] | None
) -> None:
    unknown = {prefix: ids.new(prefix) for prefix in ("con", "key", "thr")}
    foreign, random = (
        api.request(method, path.format(**names), acme.live_key, json=body) for names in (theirs, unknown)
    )
    assert foreign.status_code == random.status_code
    assert foreign.status_code in (404, 405)
    assert foreign.content == random.content
    assert dict(foreign.headers) == dict(random.headers)


def test_te01_nothing_of_the_strangers_was_changed(api: Api, acme: Any, theirs: dict[str, str]) -> None:
    before = api.get(f"/api/connections/{theirs['con']}", theirs["secret"]).json()
    for method, path, body in ROUTES:
        api.request(method, path.format(**theirs), acme.live_key, json=body)
    assert api.get(f"/api/connections/{theirs['con']}", theirs["secret"]).json() == before
    found = api.get("/api/keys", theirs["secret"]).json()["keys"]
    assert all(key["revoked_at"] is None and key["replaced_by"] is None for key in found)


@pytest.mark.parametrize("path", ["/api/connections", "/api/keys", "/api/audit", "/api/inbox/threads"])
def test_lists_hold_ones_own_only(api: Api, acme: Any, theirs: dict[str, str], path: str) -> None:
    mine, stranger = api.get(path, acme.live_key), api.get(path, theirs["secret"])
    assert mine.status_code == stranger.status_code == 200
    for value in theirs.values():
        assert value not in mine.text
    assert "canary-of-globex" not in mine.text


def test_a_test_key_sees_and_touches_no_live_thing(api: Api, probed: Probed, make_customer: Any) -> None:
    test_key = api.post("/api/keys", probed.key, {"name": "t", "mode": "test", "scopes": ["tools:read"]})
    secret = test_key.json()["secret"]
    assert api.get(f"/api/connections/{probed.connection}", secret).status_code == 404
    assert probed.connection not in api.get("/api/connections", secret).text
    person = make_customer("acme")
    live = next(k for k in api.get("/api/keys", person.live_key).json()["keys"] if k["mode"] == "live")
    listed = api.get("/api/keys", person.test_key).json()["keys"]
    assert {key["mode"] for key in listed} == {"test"}
    assert api.request("DELETE", f"/api/keys/{live['id']}", person.test_key).status_code == 403
    made = api.post("/api/keys", person.test_key, {"name": "up", "mode": "live"})
    assert (made.status_code, made.json()["code"]) == (403, "forbidden")
    entries = api.get("/api/audit?mode=live", person.test_key).json()["entries"]
    assert {entry["mode"] for entry in entries} <= {"test"}


@pytest.mark.parametrize("path", ["/api/connections", "/api/keys", "/api/audit", "/api/inbox/threads"])
def test_te14_a_cursor_of_a_stranger_or_of_another_list_is_refused(
    api: Api, make_customer: Any, path: str
) -> None:
    acme, globex = make_customer("acme"), make_customer("globex")
    cursor = api.get("/api/keys?limit=1", globex.live_key).json()["next_cursor"]
    assert cursor
    foreign = api.get(f"{path}?cursor={cursor}", acme.live_key)
    assert (foreign.status_code, foreign.json()["argument"]) == (422, "cursor")
    if path != "/api/keys":
        assert api.get(f"{path}?cursor={cursor}", globex.live_key).status_code == 422
    for forged in ("1", "WzFd", cursor[:-1], f"{cursor}x"):
        assert api.get(f"{path}?cursor={forged}", acme.live_key).status_code == 422


@pytest.mark.parametrize("query", ["ordering=customer__name", "customer=1", "customer_id__gt=0", "pk=1"])
def test_te14_a_parameter_that_is_not_offered_is_refused(api: Api, acme: Any, query: str) -> None:
    for path in ("/api/connections", "/api/keys", "/api/audit", "/api/inbox/threads"):
        answer = api.get(f"{path}?{query}", acme.live_key)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_argument")
