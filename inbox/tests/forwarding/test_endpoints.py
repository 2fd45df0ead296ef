"""Endpoints over REST: who may have which, where they may lead, and what is shown of them."""

import socket
from typing import Any

import pytest
from django.conf import settings

from hermes.core import egress, ids
from hermes.core.errors import InsufficientScope
from inbox.forwarding import endpoints, history
from inbox.forwarding.models import WebhookEndpoint
from inbox.tests.forwarding.conftest import Hook
from tenants import actors, members
from tenants.models import Membership
from tests.support.api import Api

PUBLIC = "93.184.215.14"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names lead to; literal addresses are looked up as ever, every other name is unknown."""
    real, known = socket.getaddrinfo, {"hooks.example": [PUBLIC]}

    def lookup(host: str, port: int, *args: Any, **options: Any) -> Any:
        if egress.is_literal(host):
            return real(host, port, *args, **options)
        if host not in known:
            raise socket.gaierror
        return [entry for name in known[host] for entry in real(name, port, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return known


def test_an_endpoint_is_made_read_changed_and_deleted_and_each_act_is_in_the_trail(
    api: Api, acme: Any, names: Any
) -> None:
    given = {"url": "https://hooks.example/in?t=1", "events": ["message.status", "message.received"]}
    made = api.post("/api/webhooks", acme.live_key, {**given, "description": "CRM"})
    assert made.status_code == 201
    hook, secret = made.json()["webhook"], made.json()["secret"]
    assert secret.startswith("whsec_")
    assert ids.is_id(hook["id"], "whe")
    assert hook["events"] == ["message.received", "message.status"]
    assert (hook["mode"], hook["enabled"], hook["description"]) == ("live", True, "CRM")
    path = f"/api/webhooks/{hook['id']}"
    assert api.get(path, acme.live_key).json() == {"webhook": hook}
    assert api.get("/api/webhooks", acme.live_key).json() == {"webhooks": [hook], "next_cursor": None}

    changes = {"url": "https://hooks.example/other", "events": ["*", "message.sent"], "description": ""}
    changed = api.request("PATCH", path, acme.live_key, json=changes).json()["webhook"]
    assert changed == hook | changes | {"events": ["*"]}
    off = api.request("PATCH", path, acme.live_key, json={"enabled": False}).json()["webhook"]
    assert (off["enabled"], off["disabled_reason"]) == (False, "You disabled it.")
    for refused in ("test", f"deliveries/{ids.new('evt')}/redeliver"):
        assert api.post(f"{path}/{refused}", acme.live_key).status_code in (404, 409)
    assert api.request("DELETE", path, acme.live_key).status_code == 200
    assert api.get(path, acme.live_key).status_code == 404

    entries = api.get("/api/audit?limit=5", acme.live_key).json()["entries"]
    acts = [e["action"] for e in entries if e["action"].startswith("webhook.")]
    assert acts == ["webhook.deleted", "webhook.changed", "webhook.changed", "webhook.created"]
    assert "hooks.example" in str(entries)
    assert "/in?t=1" not in str(entries)


@pytest.mark.parametrize(
    ("body", "argument"),
    [
        ({}, "url"),
        ({"url": "https://hooks.example/", "events": []}, "events"),
        ({"url": "https://hooks.example/", "events": ["message.*"]}, "events"),
        ({"url": "https://hooks.example/", "events": ["webhook.test"]}, "events"),
        ({"url": "https://hooks.example/", "mode": "sandbox"}, "mode"),
        ({"url": "https://hooks.example/", "description": "a\u202eb"}, "description"),
        ({"url": "https://hooks.example/", "secret": "whsec_mine"}, "secret"),
        ({"url": "https://hooks.example/" + "x" * 2048}, "url"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    api: Api, acme: Any, names: Any, body: dict[str, Any], argument: str
) -> None:
    refused = api.post("/api/webhooks", acme.live_key, body)
    assert refused.status_code == 422, refused.text
    assert refused.json().get("argument", "url") == argument


INNER = [
    *("127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "100.64.0.1", "0.0.0.0", "224.0.0.1"),  # noqa: S104
    *("[::1]", "[::ffff:7f00:1]", "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"),
    *("2130706433", "0177.0.0.1", "0x7f.1", "127.1", "localhost", "hooks.example.", "unknown.example"),
    *("mixed.example", "inner.example", "\u2460\u2461\u2466.0.0.1", "[fe80::1%25lo]"),
]
MALFORMED = [
    *(
        "http://hooks.example/",
        "https://hooks.example:8443/",
        "https://hooks.example:22/",
        "ftp://hooks.example/",
    ),
    *(
        "https://user:pass@hooks.example/",
        "https://hooks.example@127.0.0.1/",
        "https://hooks.example\\@127.0.0.1/",
    ),
    *("https://hooks.example/#@127.0.0.1", "https://hooks.example/a\r\nHost: x", "https://hooks.example/\t"),
    *("file:///etc/passwd", "gopher://127.0.0.1:6379/_", "//hooks.example/", "hooks.example", ""),
    "https://hooks\u3002example/",
]


@pytest.mark.parametrize("url", [*(f"https://{host}/" for host in INNER), *MALFORMED])
def test_ss01_to_ss08_an_address_inside_or_of_another_form_is_not_saved(
    api: Api, acme: Any, hook: Hook, names: dict[str, list[str]], url: str
) -> None:
    names.update({"mixed.example": [PUBLIC, "10.0.0.1"], "inner.example": ["127.0.0.1"]})
    for method, path in (("POST", "/api/webhooks"), ("PATCH", f"/api/webhooks/{hook.id}")):
        refused = api.request(method, path, acme.live_key, json={"url": url})
        assert (refused.status_code, refused.json()["argument"]) == (422, "url")
    assert WebhookEndpoint.objects.of(acme.customer).count() == 1
    assert hook.info["url"].startswith(hook.receiver.base)


def test_ss11_a_name_that_is_unknown_and_one_that_leads_inside_get_the_same_answer(
    api: Api, acme: Any, names: dict[str, list[str]]
) -> None:
    names["inner.example"] = ["10.0.0.1"]
    told = [
        api.post("/api/webhooks", acme.live_key, {"url": f"https://{name}.example/"}).json()
        for name in ("inner", "nowhere")
    ]
    assert told[0] == told[1]


def test_a_plan_has_so_many_endpoints_of_each_mode(api: Api, make_customer: Any, names: Any) -> None:
    person = make_customer("acme", plan="starter")
    body = {"url": "https://hooks.example/"}
    for key in (person.live_key, person.test_key):
        answers = [api.post("/api/webhooks", key, body) for _ in range(4)]
        assert [a.status_code for a in answers] == [201, 201, 201, 403]
        assert (answers[-1].json()["code"], answers[-1].json()["limit"]) == ("plan_limit", 3)


def test_a_test_key_has_endpoints_of_the_sandbox_and_a_live_key_the_others(
    api: Api, acme: Any, names: Any
) -> None:
    body = {"url": "https://hooks.example/"}
    for key, other, mode in ((acme.live_key, acme.test_key, "test"), (acme.test_key, acme.live_key, "live")):
        refused = api.post("/api/webhooks", key, {**body, "mode": mode})
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        made = api.post("/api/webhooks", key, body).json()["webhook"]
        assert made["id"] not in api.get("/api/webhooks", other).text
        for method in ("GET", "DELETE"):
            unseen = api.request(method, f"/api/webhooks/{made['id']}", other)
            assert unseen.content == api.request(method, f"/api/webhooks/{ids.new('whe')}", other).content


def test_a_key_that_may_not_read_conversations_may_not_have_them_forwarded(
    api: Api, acme: Any, names: Any
) -> None:
    made = api.post("/api/keys", acme.live_key, {"name": "manager", "scopes": ["manage"]}).json()["secret"]
    body: dict[str, Any] = {"url": "https://hooks.example/"}
    for events in (["*"], ["message.status"], ["connection.active", "message.received"]):
        refused = api.post("/api/webhooks", made, {**body, "events": events})
        assert (refused.status_code, refused.json()["scope"]) == (403, "inbox:read")
    hook = api.post("/api/webhooks", made, {**body, "events": ["connection.needs_reauth"]}).json()["webhook"]
    path = f"/api/webhooks/{hook['id']}"
    assert api.request("PATCH", path, made, json={"events": ["*"]}).status_code == 403
    assert api.request("PATCH", path, acme.live_key, json={"events": ["*"]}).status_code == 200
    assert api.request("PATCH", path, made, json={"url": "https://hooks.example/mine"}).status_code == 403
    assert api.request("PATCH", path, made, json={"enabled": False}).status_code == 200


def test_a_key_with_limits_has_no_endpoints_which_would_not_have_them(
    api: Api, acme: Any, names: Any
) -> None:
    scopes = ["tools:read", "inbox:read", "manage"]
    for limit in ({"tools": ["probe_echo"]}, {"profile": "read-only"}, {"addresses": ["127.0.0.1"]}):
        made = api.post("/api/keys", acme.live_key, {"name": "l", "scopes": scopes, **limit}).json()["secret"]
        for method in ("GET", "POST"):
            body = {"url": "https://hooks.example/"} if method == "POST" else None
            assert api.request(method, "/api/webhooks", made, json=body).status_code == 403


def test_a_viewer_and_one_who_was_removed_do_nothing(
    acme: Any, hook: Hook, acme_viewer: Any, names: Any
) -> None:
    membership = members.get(acme.customer.pk, acme_viewer.pk)
    by = actors.of_member(membership, surface="portal")
    acts: list[Any] = [
        lambda by: list(endpoints.listed(acme.customer.pk, by=by)),
        lambda by: endpoints.get(acme.customer.pk, hook.id, by=by),
        lambda by: endpoints.create(
            acme.customer.pk, url="https://hooks.example/", mode="live", events=["*"], by=by
        ),
        lambda by: endpoints.change(acme.customer.pk, hook.id, enabled=False, by=by),
        lambda by: endpoints.rotate(acme.customer.pk, hook.id, by=by),
        lambda by: endpoints.delete(acme.customer.pk, hook.id, by=by),
        lambda by: history.send_test(acme.customer.pk, hook.id, by=by),
        lambda by: list(history.listed(acme.customer.pk, hook.id, by=by)),
        lambda by: history.redeliver(acme.customer.pk, hook.id, ids.new("evt"), by=by),
        lambda by: history.redeliver_range(acme.customer.pk, hook.id, since=acme.customer.created_at, by=by),
    ]
    for act in acts:
        with pytest.raises(InsufficientScope):
            act(by)
    before = hook.info
    members.change_role(acme.customer.pk, acme_viewer.pk, "developer")
    by = actors.of_member(Membership.objects.of(acme.customer).get(user=acme_viewer.pk), surface="portal")
    assert [row.public_id for row in endpoints.listed(acme.customer.pk, by=by)] == [hook.id]
    assert hook.info == before


def test_the_operator_has_events_forwarded_too(api: Api, names: Any) -> None:
    key = settings.MCP_API_KEY
    made = api.post("/api/webhooks", key, {"url": "https://hooks.example/"})
    assert made.status_code == 201, made.text
    gone = api.request("DELETE", f"/api/webhooks/{made.json()['webhook']['id']}", key)
    assert gone.status_code == 200
