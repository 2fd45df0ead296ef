"""Instagram end to end: what is posted for an account is its customer's, once, and can be answered."""

import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from connectors.kit.meta import sign
from connectors.sandbox.instagram.samples import COMMENT, POST
from hermes.core import clock
from inbox.models import Message, Thread, WebhookDelivery
from inbox.tests.posting import PREVIOUS, SECRET, settle
from inbox.tests.telegram import call, settle as settle_all
from tenants import connections, keys
from tenants.models import Connection
from tests.support.api import Api
from tests.support.surfaces import SURFACES
from tests.support.tenants import Tenant, World

PERSON, HERE = "1254459154682919", "https://hermes.example"


@pytest.fixture
def sandbox(acme: Any) -> str:
    """The public id of acme's sandbox account."""
    keys.load_principal(acme.test_key)
    return str(connections.listed(acme.customer.pk, mode="test").get(platform="instagram").public_id)


def hear(api: Api, key: str, sandbox: str, **event: Any) -> None:
    """A person does something in the sandbox."""
    answer = api.post("/api/sandbox/instagram/inbound", key, {"sender": PERSON, "name": "Ann", **event})
    assert answer.status_code == 202, answer.text
    assert set(settle_all(sandbox)) == {"done"}


def test_a_test_key_reads_what_people_write_and_answers_it(api: Api, acme: Any, sandbox: str) -> None:
    key = acme.test_key
    hear(api, key, sandbox, text="Do you have plum cake?")
    hear(api, key, sandbox, kind="image")
    sent = call(api, key, "instagram_send_dm", to=PERSON, text="Every Friday.")
    settle_all(sandbox)
    (found,) = call(api, key, "instagram_list_conversations")["conversations"]
    assert (found["contact"], found["unread"], found["window"]["open"]) == (PERSON, 2, True)
    told = call(api, key, "instagram_get_conversation", contact=PERSON)
    assert sorted((m["direction"], m["kind"], m.get("text")) for m in told["messages"]) == [
        ("in", "image", None),
        ("in", "text", "Do you have plum cake?"),
        ("out", "text", "Every Friday."),
    ]
    (answered,) = [m for m in told["messages"] if m["direction"] == "out"]
    assert (answered["message_id"], answered["status"]) == (sent["message_id"], "read")
    assert call(api, key, "instagram_list_conversations")["conversations"][0]["unread"] == 2


def test_the_picture_of_a_message_is_opened_by_its_link(api: Api, acme: Any, sandbox: str) -> None:
    hear(api, acme.test_key, sandbox, kind="image")
    (message,) = call(api, acme.test_key, "instagram_get_conversation", contact=PERSON)["messages"]
    file = api.get(urlsplit(message["media"]["url"]).path, None)
    assert (file.status_code, file.content[:4]) == (200, b"\x89PNG")


def test_bytes_are_offered_to_instagram_at_a_public_address(api: Api, acme: Any) -> None:
    given = {"kind": "image", "media": ["data:image/jpeg;base64,/9j/4AAQSkZJRg=="], "caption": "Cake"}
    rehearsed = SURFACES["rest"](api, acme.test_key, "instagram_publish", {**given, "dry_run": True})
    address = rehearsed.data["request"]["body"]["image_url"]
    file = api.get(urlsplit(address).path, None)
    assert (file.status_code, file.content) == (200, b"\xff\xd8\xff\xe0\x00\x10JFIF")
    assert call(api, acme.test_key, "instagram_publish", **given)["status"] == "published"


def test_comments_are_events_of_their_post_and_open_no_window(api: Api, acme: Any, sandbox: str) -> None:
    key = acme.test_key
    hear(api, key, sandbox, kind="comment", text="When do you open?", reply_to=POST)
    (found,) = call(api, key, "instagram_list_conversations")["conversations"]
    assert (found["contact"], found["last_message"]["text"]) == (f"post:{POST}", "When do you open?")
    comment = found["last_message"]["message_id"]
    call(api, key, "instagram_reply_comment", comment_id=comment, text="At nine.")
    settle_all(sandbox)
    told = call(api, key, "instagram_get_conversation", contact=f"post:{POST}")
    assert [(m["direction"], m["text"]) for m in told["messages"]] == [
        ("out", "At nine."),
        ("in", "When do you open?"),
    ]
    assert "human_agent_until" not in told["window"]
    assert SURFACES["rest"](api, key, "instagram_get_conversation", {"contact": PERSON}).code == "not_found"


def test_after_a_day_only_a_person_may_answer_and_after_a_week_nobody(
    api: Api, acme: Any, sandbox: str
) -> None:
    hear(api, acme.test_key, sandbox, text="Hello")
    threads = Thread.objects.of(acme.customer.pk).filter(contact=PERSON)
    dm = {"to": PERSON, "text": "Hi"}
    closed = "window_closed"
    for hours, plain, by_a_person in ((23, "ok", "ok"), (25, closed, "ok"), (170, closed, closed)):
        threads.update(last_in_at=clock.now() - timedelta(hours=hours))
        for arguments, expected in ((dm, plain), ({**dm, "human_agent": True}, by_a_person)):
            assert SURFACES["rest"](api, acme.test_key, "instagram_send_dm", arguments).code == expected


@pytest.fixture
def live(world: World, settings: Any) -> Tenant:
    """acme with a live account, Hermes being public."""
    settings.PUBLIC_URL = HERE
    return world.make("acme")


def row(tenant: Tenant) -> Connection:
    return connections.get(tenant.customer.pk, tenant.connections["instagram"])


def post(api: Api, account: str, secret: str = SECRET, **content: Any) -> tuple[int, str]:
    """Meta posts a message of a person to an account; the answer and what became of it."""
    message = {"mid": f"aWdf{uuid.uuid4().hex}", "text": "hello", **content}
    sender, recipient = (account, PERSON) if content.get("is_echo") else (PERSON, account)
    item = {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": 1_795_341_600_000}
    entry = {"id": account, "time": 1, "messaging": [{**item, "message": message}]}
    body = msgspec.json.encode({"object": "instagram", "entry": [entry]})
    status = api.post("/webhook/instagram", content=body, headers=sign(secret, body)).status_code
    kept = WebhookDelivery.objects.filter(body=body).first()
    return status, settle(kept).state if kept else ""


def read(api: Api, tenant: Tenant) -> list[tuple[str, str]]:
    """What the customer reads of the person, in all its conversations."""
    messages = Message.objects.of(tenant.customer.pk).filter(connection__platform="instagram")
    return sorted((m.direction, m.text) for m in messages)


def test_a_message_reaches_the_account_it_names_and_no_other(api: Api, world: World, live: Tenant) -> None:
    theirs = world.make("globex")
    for tenant, text in ((live, "for acme"), (theirs, "for globex")):
        assert post(api, row(tenant).external_id, text=text) == (200, "done")
    assert read(api, live) == [("in", "for acme")]
    assert read(api, theirs) == [("in", "for globex")]
    assert post(api, "17841400000000000", text="for nobody") == (200, "unrouted")
    assert post(api, row(live).routes[0], text="by the other id", secret=PREVIOUS) == (200, "done")


@pytest.mark.parametrize("secret", ["wrong", ""])
def test_wh01_what_the_app_did_not_sign_is_refused(api: Api, live: Tenant, secret: str) -> None:
    assert post(api, row(live).external_id, secret=secret) == (401, "")
    assert read(api, live) == []


def test_the_handshake_answers_who_knows_the_token(api: Api) -> None:
    """WH03."""
    asked = "/webhook/instagram?hub.mode=subscribe&hub.challenge=%3Cb%3E7&hub.verify_token="
    answer = api.get(f"{asked}meta-verify-token", None)
    assert (answer.status_code, answer.text) == (200, "<b>7")
    assert answer.headers["content-type"].startswith("text/plain")
    assert api.get(f"{asked}wrong", None).status_code == 403


def test_what_hermes_sent_is_not_heard_again(api: Api, live: Tenant) -> None:
    told = SURFACES["rest"](api, live.key, "instagram_send_dm", {"to": PERSON, "text": "Hi"})
    account = row(live).external_id
    assert post(api, account, mid=told.data["message_id"], text="Hi", is_echo=True) == (200, "done")
    assert post(api, account, text="typed on the phone", is_echo=True) == (200, "done")
    assert read(api, live) == [("out", "Hi"), ("out", "typed on the phone")]


def test_connecting_subscribes_the_account_and_disconnecting_ends_it(
    api: Api, world: World, live: Tenant
) -> None:
    connection = row(live)
    assert (connection.webhook_address, connection.webhook_fault) == (f"{HERE}/webhook/instagram", "")
    accounts = (a for a in world.platforms._accounts if a.platform == "instagram")
    standin: Any = next(a.standin for a in accounts if a.secrets[0] in live.secrets)
    assert api.run(standin._state.is_subscribed())
    connections.disconnect(live.customer.pk, connection.public_id)
    assert not api.run(standin._state.is_subscribed())


def test_a_strangers_comment_and_job_are_unknown(api: Api, world: World, live: Tenant) -> None:
    theirs = world.make("globex")
    made = SURFACES["rest"](
        api, theirs.key, "instagram_publish", {"kind": "image", "media": ["https://files.example.com/a.jpg"]}
    ).data
    for tool, arguments in (
        ("instagram_get_media", {"media_id": made["media_id"]}),
        ("instagram_get_publish_job", {"job_id": made["job_id"]}),
    ):
        assert SURFACES["rest"](api, live.key, tool, arguments).code == "not_found"
    hidden = SURFACES["rest"](api, live.key, "instagram_delete_comment", {"comment_id": COMMENT})
    assert hidden.code == "ok"
    listed = SURFACES["rest"](api, theirs.key, "instagram_list_comments", {"media_id": POST}).data["comments"]
    assert COMMENT in [comment["id"] for comment in listed]
