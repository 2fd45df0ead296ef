"""`/api/connect-links`: made, listed, read and revoked by a key that manages, in its own mode."""

from datetime import timedelta
from typing import Any

import pytest

from hermes.core import clock
from tenants import connect_links
from tests.support.api import Api


def test_a_link_is_made_listed_read_and_revoked(api: Api, acme: Any) -> None:
    made = api.post("/api/connect-links", acme.live_key, {"platform": "probe", "label": "Front desk"})
    assert made.status_code == 201, made.text
    link = made.json()["link"]
    assert link["url"].startswith("http://localhost:8000/connect/lnk_")
    assert (link["platform"], link["label"], link["mode"], link["status"]) == (
        "probe",
        "Front desk",
        "live",
        "open",
    )
    assert (link["asked_by"], link["used_at"], link["connection"]) == ("First live key", None, None)
    assert clock.parse(link["expires_at"]) - clock.parse(link["created_at"]) <= connect_links.LIFETIME
    path = f"/api/connect-links/{link['id']}"
    assert api.get(path, acme.live_key).json() == made.json()
    assert api.get("/api/connect-links", acme.live_key).json() == {"links": [link], "next_cursor": None}
    ended = api.request("DELETE", path, acme.live_key).json()["link"]
    assert ended == {**link, "status": "revoked"}
    assert api.request("DELETE", path, acme.live_key).json()["link"] == ended
    actions = [e["action"] for e in api.get("/api/audit", acme.live_key).json()["entries"]]
    assert actions[:2] == ["connect_link.revoked", "connect_link.made"]


def test_a_test_keys_links_are_for_the_sandbox_and_unseen_by_a_live_key(api: Api, acme: Any) -> None:
    link = api.post("/api/connect-links", acme.test_key, {"platform": "telegram"}).json()["link"]
    assert link["mode"] == "sandbox"
    path = f"/api/connect-links/{link['id']}"
    for method in ("GET", "DELETE"):
        assert api.request(method, path, acme.live_key).status_code == 404
    assert api.get("/api/connect-links", acme.live_key).json()["links"] == []
    assert api.get(path, acme.test_key).json()["link"]["status"] == "open"


@pytest.mark.parametrize(
    ("body", "argument"),
    [
        ({}, "platform"),
        ({"platform": 5}, "platform"),
        ({"platform": "probe", "label": ""}, "label"),
        ({"platform": "probe", "label": "x" * 81}, "label"),
        ({"platform": "probe", "label": "a\u202eb"}, "label"),
        ({"platform": "probe", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"platform": "probe", "expires_at": "2099-01-01T00:00:00Z"}, "expires_at"),
        ({"platform": "probe", "expires_at": "soon"}, "expires_at"),
        ({"platform": "probe", "customer": "cus_1"}, "customer"),
    ],
)
def test_a_wrong_argument_is_named(api: Api, acme: Any, body: dict[str, Any], argument: str) -> None:
    answer = api.post("/api/connect-links", acme.live_key, body)
    assert (answer.status_code, answer.json()["argument"]) == (422, argument), answer.text


def test_its_end_can_be_chosen_and_a_platform_must_exist(api: Api, acme: Any) -> None:
    until = clock.iso(clock.now() + timedelta(days=7))
    made = api.post("/api/connect-links", acme.live_key, {"platform": "probe", "expires_at": until})
    assert made.json()["link"]["expires_at"] == until
    unknown = api.post("/api/connect-links", acme.live_key, {"platform": "nowhere"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
