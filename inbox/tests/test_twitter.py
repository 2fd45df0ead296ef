"""X end to end: mentions and messages are found, events are posted, and to whom."""

import json
from typing import Any

import pytest
from django.conf import settings

from connectors.sandbox.twitter import world
from connectors.twitter import webhook
from connectors.twitter.credentials import TwitterCredentials
from hermes.core import clock
from inbox import watches, watching
from inbox.models import Message, Watch, WebhookDelivery
from inbox.tests.posting import let_others_rest, settle
from tenants import connections, credentials as vault
from tenants.linking import draft
from tenants.models import Connection
from tests.support.api import Api

DOOR = "/webhook/twitter"


def call(api: Api, person: Any, tool: str, **arguments: Any) -> Any:
    return api.post(f"/api/tools/twitter_{tool}", person.test_key, arguments)


def simulate(api: Api, person: Any, **event: Any) -> Any:
    answer = api.post("/api/sandbox/twitter/inbound", person.test_key, {"sender": "ann", **event})
    assert answer.status_code == 202
    return answer.json()


def look(person: Any) -> Any:
    """Look at the person's sandbox now."""
    connection = connections.listed(person.customer.pk, mode="test").get(platform="twitter")
    let_others_rest()
    watches.hurry(connection.public_id)
    watching.look_around(20)
    return connection


def threads(api: Api, key: str) -> Any:
    found = api.get("/api/inbox/threads", key).json()["threads"]
    return [thread for thread in found if thread["platform"] == "twitter"]


def post(api: Api, body: Any, secret: str) -> int:
    raw = json.dumps(body).encode()
    return int(api.post(DOOR, content=raw, headers=webhook.sign(secret, raw)).status_code)


def mention(account: str, post_id: str) -> dict[str, Any]:
    payload = {
        "id": post_id,
        "author_id": world.ANN,
        "text": f"hey @{world.USERNAME}",
        "created_at": "2026-07-24T21:23:23.000Z",
    }
    kind = {"event_type": "post.mention.create", "filter": {"user_id": account}, "event_uuid": post_id}
    return {"data": {**kind, "payload": payload, "includes": {}}}


def test_a_mention_and_the_answer_to_it_are_in_the_inbox_of_its_customer_alone(
    api: Api, acme: Any, globex: Any
) -> None:
    assert call(api, acme, "list_mentions").status_code == 200
    look(acme)
    assert simulate(api, acme, text="Are you open?")["status"] == "kept"
    look(acme)
    (thread,) = threads(api, acme.test_key)
    assert (thread["contact"], thread["unread"]) == (world.ANN, 1)
    assert thread["last_message"]["kind"] == "mention"
    sent = api.post("/api/tools/hermes_send", acme.test_key, {"to": thread["id"], "text": "From Monday on."})
    assert sent.status_code == 200, sent.text
    (thread,) = threads(api, acme.test_key)
    assert thread["last_message"]["text"] == "From Monday on."
    assert threads(api, globex.test_key) == []


def test_what_is_found_again_is_not_doubled(api: Api, acme: Any) -> None:
    call(api, acme, "list_mentions")
    look(acme)
    simulate(api, acme, text="Twice?")
    connection = look(acme)
    look(acme)
    found = Message.objects.of(acme.customer.pk).filter(connection=connection, text__contains="Twice?")
    assert found.count() == 1


def test_a_simulated_like_comes_by_the_signed_road(api: Api, acme: Any) -> None:
    call(api, acme, "list_mentions")
    told = simulate(api, acme, kind="like")
    assert told["payload"]["data"]["event_type"] == "like.create"
    connection = connections.listed(acme.customer.pk, mode="test").get(platform="twitter")
    row = WebhookDelivery.objects.get(addressee=connection.public_id)
    assert settle(row).state == "done"


@pytest.fixture
def live(acme: Any) -> Connection:
    """A live account of acme's."""
    connection = draft(acme.customer, "twitter", "live")
    account = f"15{acme.customer.pk:016d}"
    connection.account, connection.external_id, connection.routes = "@acme", account, [account]
    connection.status = Connection.Status.ACTIVE
    given = TwitterCredentials.parse({"access_token": "x" * 40})
    connection.sealed = vault.seal(acme.customer.public_id, acme.customer.data_key, connection, given)
    connection.save()
    # There is no X in this test to look at.
    Watch.objects.of(acme.customer.pk).update_or_create(
        connection=connection, defaults={"customer": acme.customer, "next_at": clock.parse("2999-01-01")}
    )
    return connection


def test_an_event_reaches_the_account_it_names_and_nobody_else(
    api: Api, acme: Any, globex: Any, live: Connection
) -> None:
    body = mention(live.external_id, "2090000000000000007")
    assert post(api, body, settings.TWITTER_CONSUMER_SECRET[0]) == 200
    settle(WebhookDelivery.objects.get(lane=live.external_id))
    (thread,) = threads(api, acme.live_key)
    assert thread["last_message"]["message_id"] == "2090000000000000007"
    assert threads(api, globex.live_key) == []


def test_the_check_of_the_address_is_answered_with_the_first_secret(api: Api) -> None:
    answer = api.get(f"{DOOR}?crc_token=abc")
    expected = webhook.answer(settings.TWITTER_CONSUMER_SECRET[0], {"crc_token": "abc"})
    assert expected is not None
    assert (answer.status_code, answer.content) == (200, expected.body)
    assert api.get(DOOR).status_code == 403


def test_wh01_unsigned_and_wrongly_signed_events_are_refused(api: Api) -> None:
    before = WebhookDelivery.objects.count()
    body = mention("1", "2")
    assert post(api, body, "wrong") == 401
    assert api.post(DOOR, content=json.dumps(body).encode()).status_code == 401
    assert WebhookDelivery.objects.count() == before


@pytest.mark.parametrize("secret", [0, 1])
def test_wh13_both_secrets_hold_and_an_event_twice_is_one(api: Api, secret: int) -> None:
    body = mention("777", f"209000000000000000{secret}")
    for _ in range(2):
        assert post(api, body, settings.TWITTER_CONSUMER_SECRET[secret]) == 200
    stored = WebhookDelivery.objects.filter(body=json.dumps(body).encode())
    assert stored.count() == 1
