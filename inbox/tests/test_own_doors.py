"""Platforms whose webhook belongs to one connection: its own door, its own keys, told to the platform."""

import uuid
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from hermes.core import clock
from inbox import deliveries
from inbox.models import Message, WebhookDelivery
from tenants import connections, tasks, webhooks
from tenants.models import Connection
from tests.support.api import Api
from tests.support.probe_webhook import sign
from tests.support.upstream import Upstream

HERE = "https://hermes.example"
Linked = Callable[..., Connection]


@pytest.fixture
def public(settings: Any) -> None:
    """Hermes is reachable by platforms."""
    settings.PUBLIC_URL = HERE


@pytest.fixture
def link(upstream: Upstream) -> Linked:
    """Connect a probe of its own: `link(acme)`; `(status, headers, JSON)` or "cut" answers the telling."""

    def make(person: Any, *telling: Any, account: str = "") -> Connection:
        account = account or uuid.uuid4().hex
        upstream.script.extend([(200, {}, {"id": account, "name": f"Probe {account[:6]}"}), *telling])
        given = {"token": f"token-{account}"}
        return connections.link(person.customer.pk, "probe", given)

    return make


def told(upstream: Upstream, method: str = "PUT") -> list[dict[str, Any]]:
    """What the platform was told about webhooks."""
    return [
        msgspec.json.decode(asked.body)
        for asked in upstream.asked
        if (asked.method, asked.path) == (method, "/webhook")
    ]


def tell_again(made: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the clock does, for one connection: those of other tests have platforms that are gone."""
    found = [connection for connection in webhooks.due() if connection == made]
    assert found
    with monkeypatch.context() as alone:
        alone.setattr(webhooks, "due", lambda: found)
        tasks.register_webhooks()


def path_of(connection: Connection) -> str:
    return f"/webhook/probe/{connection.public_id}"


def body_of(text: str = "hello", **more: Any) -> bytes:
    message = {"id": uuid.uuid4().hex, "from": "someone", "text": text, **more}
    return msgspec.json.encode({"messages": [message]})


def post(api: Api, connection: Connection, secret: str, body: bytes) -> Any:
    return api.post(path_of(connection), content=body, headers=sign(secret, body))


def settled(connection: Connection) -> list[tuple[str, str]]:
    """The deliveries to a connection after a worker came by: state and reason."""
    rows = WebhookDelivery.objects.filter(addressee=connection.public_id)
    rows.update(next_try_at=clock.now())
    for row in rows.filter(state="received"):
        deliveries.settle(row.pk)
    return list(rows.values_list("state", "reason"))


def texts(person: Any) -> list[str]:
    return list(Message.objects.of(person.customer).values_list("text", flat=True))


@pytest.mark.usefixtures("public")
def test_a_platform_is_told_the_address_and_a_secret_that_open_the_door(
    api: Api, acme: Any, link: Linked, upstream: Upstream
) -> None:
    made = link(acme)
    (told_once,) = told(upstream)
    assert told_once["address"] == HERE + path_of(made)
    body = body_of()
    assert post(api, made, told_once["secret"], body).status_code == 200
    assert [state for state, _ in settled(made)] == ["done"]
    assert texts(acme) == ["hello"]


@pytest.mark.usefixtures("public")
def test_the_key_in_the_credentials_opens_the_door_too(api: Api, acme: Any, link: Linked) -> None:
    made = link(acme)
    assert post(api, made, f"key of token-{made.external_id}", body_of()).status_code == 200


@pytest.mark.usefixtures("public")
def test_keys_open_no_door_but_their_own(api: Api, acme: Any, globex: Any, link: Linked) -> None:
    own, foreign = link(acme), link(globex)
    for secret in (webhooks.secret_of(foreign.public_id), f"key of token-{foreign.external_id}", "", "x"):
        assert post(api, own, secret, body_of()).status_code == 401
    body, unknown = body_of(), "con_00000000000000000000000000"
    headers = sign(webhooks.secret_of(own.public_id), body)
    for path in (f"/webhook/probe/{unknown}", f"/webhook/whatsapp/{own.public_id}"):
        assert api.post(path, content=body, headers=headers).status_code == 401
    for path in ("/webhook/probe", "/webhook/probe/con_x"):
        assert api.post(path, content=body, headers=headers).status_code == 404
    assert settled(own) == settled(foreign) == []


@pytest.mark.usefixtures("public")
def test_an_event_that_names_another_account_is_set_aside(
    api: Api, acme: Any, globex: Any, link: Linked
) -> None:
    own, foreign = link(acme), link(globex)
    body = body_of("forged", account=foreign.external_id)
    assert post(api, own, webhooks.secret_of(own.public_id), body).status_code == 200
    assert [state for state, _ in settled(own)] == ["quarantined"]
    assert texts(acme) == texts(globex) == []


@pytest.mark.usefixtures("public")
def test_a_connector_answers_what_it_likes_once_it_is_stored(api: Api, acme: Any, link: Linked) -> None:
    made, body = link(acme), b'{"type":"ping"}'
    answer = post(api, made, webhooks.secret_of(made.public_id), body)
    assert (answer.status_code, answer.text) == (200, '{"type":"pong"}')
    assert answer.headers["content-type"] == "application/json"
    assert [state for state, _ in settled(made)] == ["done"]
    assert b"pong" not in post(api, made, "forged", body).content


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://hermes.example"])
def test_nobody_is_told_an_address_that_platforms_do_not_post_to(
    acme: Any, link: Linked, upstream: Upstream, settings: Any, url: str
) -> None:
    settings.PUBLIC_URL = url
    made = link(acme)
    assert told(upstream) == []
    assert made not in webhooks.due()


@pytest.mark.usefixtures("public")
def test_a_platform_that_could_not_be_told_is_told_later_and_the_owner_sees_it(
    api: Api, acme: Any, link: Linked, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = link(acme, (403, {}, {}))
    shown = f"/api/connections/{made.public_id}"
    webhook = api.get(shown, acme.live_key).json()["connection"]["webhook"]
    assert webhook == {"address": "", "fault": "The probe does not allow this."}
    tell_again(made, monkeypatch)
    webhook = api.get(shown, acme.live_key).json()["connection"]["webhook"]
    assert webhook == {"address": HERE + path_of(made), "fault": ""}
    assert made not in webhooks.due()
    assert len([t for t in told(upstream) if t["address"] == HERE + path_of(made)]) == 2


@pytest.mark.usefixtures("public")
def test_a_new_public_address_is_told_by_itself(
    acme: Any, link: Linked, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = link(acme)
    settings.PUBLIC_URL = "https://moved.example"
    tell_again(made, monkeypatch)
    made.refresh_from_db()
    assert made.webhook_address == "https://moved.example" + path_of(made)


@pytest.mark.usefixtures("public")
def test_a_credential_that_is_refused_while_telling_stops_the_connection(
    acme: Any, link: Linked, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = link(acme, (403, {}, {}))
    upstream.script.append((401, {}, {}))
    tell_again(made, monkeypatch)
    made.refresh_from_db()
    assert made.status == "needs_reauth"
    assert made not in webhooks.due()


@pytest.mark.usefixtures("public")
def test_disconnecting_ends_the_posting_and_closes_the_door(
    api: Api, acme: Any, link: Linked, upstream: Upstream
) -> None:
    made = link(acme)
    gone, _ = connections.disconnect(acme.customer.pk, made.public_id)
    assert told(upstream, "DELETE") == [{"address": HERE + path_of(made)}]
    assert (gone.webhook_address, gone.webhook_fault) == ("", "")
    post(api, made, webhooks.secret_of(made.public_id), body_of())
    assert {state for state, _ in settled(made)} <= {"quarantined"}
    assert texts(acme) == []


@pytest.mark.usefixtures("public")
def test_a_platform_that_does_not_confirm_the_end_is_named(
    acme: Any, link: Linked, upstream: Upstream
) -> None:
    made = link(acme)
    upstream.script.append((403, {}, {}))
    _, sentence = connections.disconnect(acme.customer.pk, made.public_id)
    assert "could not be told to stop posting" in sentence
