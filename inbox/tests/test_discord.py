"""Discord end to end: what is written there is found, what is pressed there is posted, and to whom."""

import json
from typing import Any

import pytest

from connectors.discord import webhook
from connectors.sandbox.discord import magic
from connectors.sandbox.discord.world import IDS
from hermes.core import clock
from inbox import watches, watching
from inbox.models import Message, Watch, WebhookDelivery
from inbox.tests.posting import let_others_rest, settle
from tenants import connections, memories
from tenants.models import Connection
from tests.support.api import Api

SEED = "33" * 32
APPLICATION, CHANNEL = "1096161334001844294", "1096172334001844290"


def simulate(api: Api, person: Any, **event: Any) -> Any:
    answer = api.post("/api/sandbox/discord/inbound", person.test_key, {"sender": "ana", **event})
    assert answer.status_code == 202
    return answer.json()


def call(api: Api, person: Any, tool: str, **arguments: Any) -> Any:
    return api.post(f"/api/tools/discord_{tool}", person.test_key, arguments)


def look(api: Api, person: Any) -> None:
    """Look at the person's sandbox now; the first use of a test key makes it."""
    threads(api, person.test_key)
    connection = connections.listed(person.customer.pk, mode="test").get(platform="discord")
    let_others_rest()
    watches.hurry(connection.public_id)
    watching.look_around(20)


def threads(api: Api, key: str) -> Any:
    return api.get("/api/inbox/threads", key).json()["threads"]


@pytest.fixture
def live(acme: Any) -> Connection:
    """A bot of acme's with a public key."""
    from tenants import credentials as vault
    from tenants.linking import draft

    connection = draft(acme.customer, "discord", "live")
    connection.account, connection.external_id, connection.routes = "bot", APPLICATION, [APPLICATION]
    connection.status = Connection.Status.ACTIVE
    from connectors.discord.credentials import DiscordCredentials

    credentials = DiscordCredentials.parse({"bot_token": "x" * 40, "public_key": webhook.key_for(SEED)})
    connection.sealed = vault.seal(acme.customer.public_id, acme.customer.data_key, connection, credentials)
    connection.save()
    # There is no Discord in this test to look at.
    Watch.objects.of(acme.customer.pk).update_or_create(
        connection=connection, defaults={"customer": acme.customer, "next_at": clock.parse("2999-01-01")}
    )
    return connection


def post(api: Api, connection: Connection, body: Any, seed: str = SEED) -> Any:
    raw = json.dumps(body).encode()
    return api.post(f"/webhook/discord/{connection.public_id}", content=raw, headers=webhook.sign(seed, raw))


def test_a_test_key_has_discord_and_reads_what_people_write_there(api: Api, acme: Any, globex: Any) -> None:
    look(api, acme)
    assert simulate(api, acme, text="Is anybody there?") == {"status": "kept"}
    look(api, acme)
    (thread,) = threads(api, acme.test_key)
    assert (thread["contact"], thread["contact_name"]) == (IDS["general"], "#general")
    assert (thread["last_message"]["text"], thread["unread"]) == ("Is anybody there?", 1)
    assert thread["last_message"]["data"]["author"]["name"] == "Ana Sand"
    assert threads(api, acme.live_key) == threads(api, globex.test_key) == []


def test_a_conversation_by_direct_messages(api: Api, acme: Any) -> None:
    sent = call(api, acme, "send_dm", user_id=IDS["ana"], content="Hello Ana").json()["data"]
    simulate(api, acme, kind="dm", text="Hello bot")
    look(api, acme)
    (thread,) = threads(api, acme.test_key)
    assert (thread["contact"], thread["contact_name"]) == (sent["channel_id"], "Ana Sand")
    messages = api.get(f"/api/inbox/threads/{thread['id']}/messages", acme.test_key).json()["messages"]
    assert [(m["direction"], m["text"]) for m in messages] == [("in", "Hello bot"), ("out", "Hello Ana")]


def test_the_same_key_sends_one_message(api: Api, acme: Any) -> None:
    arguments = {"channel_id": IDS["lobby"], "content": "once", "idempotency_key": "k1"}
    ids = {call(api, acme, "send_message", **arguments).json()["data"]["message_id"] for _ in range(3)}
    page = call(api, acme, "list_messages", channel_id=IDS["lobby"]).json()["data"]
    assert [m["message_id"] for m in page["messages"]] == list(ids)


def test_a_pressed_button_arrives_signed(api: Api, acme: Any) -> None:
    look(api, acme)
    told = simulate(api, acme, kind="button", text="approve")
    assert told["status"] == "posted"
    row = WebhookDelivery.objects.filter(platform="discord").latest("pk")
    assert settle(row).state == "done"
    (thread,) = threads(api, acme.test_key)
    assert (thread["last_message"]["kind"], thread["last_message"]["text"]) == ("button", "approve")


def test_after_a_refused_token_nothing_is_asked_until_the_account_is_verified(
    api: Api, acme: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discord bans the address of who goes on."""
    from connectors.sandbox.discord.standin import Standin

    asked: list[str] = []
    answered = Standin.request

    async def counted(self: Any, method: str, url: str, **more: Any) -> Any:
        asked.append(url)
        return await answered(self, method, url, **more)

    threads(api, acme.test_key)
    monkeypatch.setattr(Standin, "request", counted)
    refused = next(c for c, r in magic.CHANNELS.items() if r.status == 401)
    codes = [
        call(api, acme, "send_message", channel_id=channel, content="x").json()["code"]
        for channel in (refused, IDS["general"], refused)
    ]
    assert codes == ["needs_reauth"] * 3
    assert len(asked) == 1
    look(api, acme)
    assert len(asked) == 1


def test_a_limit_of_one_customer_is_not_anothers(api: Api, acme: Any, globex: Any) -> None:
    """F16: the account that was told to wait asks nothing; the stranger's goes on."""
    memories.forget()
    limited = next(c for c, r in magic.CHANNELS.items() if r.retry_after_s == 30.0)
    for _ in range(2):
        answer = call(api, acme, "list_messages", channel_id=limited).json()
        assert (answer["code"], 29 <= answer["retry_after"] <= 30) == ("rate_limited", True)
    assert call(api, acme, "list_messages", channel_id=IDS["general"]).status_code == 200
    assert call(api, globex, "list_messages", channel_id=IDS["general"]).status_code == 200


def test_discords_ping_is_answered_at_the_connections_own_door(api: Api, live: Connection) -> None:
    ping = {"id": "1096172334001844294", "application_id": APPLICATION, "type": 1, "token": "t", "version": 1}
    answer = post(api, live, ping)
    assert (answer.status_code, answer.json()) == (200, {"type": 1})
    assert answer.headers["content-type"] == "application/json"
    assert post(api, live, ping, seed="44" * 32).status_code == 401
    assert post(api, live, {"version": 1, "application_id": APPLICATION, "type": 0}).status_code == 204


def test_an_interaction_reaches_the_customer_whose_application_it_names(
    api: Api, live: Connection, acme: Any, globex: Any
) -> None:
    def command(interaction: str, application: str) -> dict[str, Any]:
        return {
            "id": interaction,
            "application_id": application,
            "type": 2,
            "token": "t",
            "channel_id": CHANNEL,
            "user": {"id": "5", "username": "ana"},
            "data": {"name": "order"},
        }

    for body, state in (
        (command("1096172334001844801", APPLICATION), "done"),
        (command("1096172334001844802", "999"), "quarantined"),
    ):
        assert post(api, live, body).status_code == 200
        row = WebhookDelivery.objects.filter(addressee=live.public_id).latest("pk")
        assert settle(row).state == state
    (stored,) = Message.objects.of(acme.customer.pk).filter(connection=live)
    assert (stored.kind, stored.text) == ("command", "/order")
    assert not Message.objects.of(globex.customer.pk).exists()


def test_a_stranger_simulates_at_home(api: Api, acme: Any, globex: Any) -> None:
    """TE02: ids are the same in every sandbox, messages are not."""
    for person in (acme, globex):
        look(api, person)
    simulate(api, globex, text="of globex")
    for person in (acme, globex):
        look(api, person)
    assert threads(api, acme.test_key) == []
    page = call(api, acme, "list_messages", channel_id=IDS["general"]).json()["data"]
    assert "of globex" not in str(page)
