"""People who write to the business."""

from typing import Any

import pytest

from connectors.sandbox import Inbound
from connectors.sandbox.tests.conftest import Account
from connectors.sandbox.whatsapp.inbound import KINDS
from hermes.core.errors import InvalidArgument


def _value(account: Account, **event: Any) -> dict[str, Any]:
    payload = account.run(account.standin.inbound(Inbound(**{"sender": "+1 415 555 0123"} | event)))
    assert payload is not None
    entry = payload["entry"][0]
    value: dict[str, Any] = entry["changes"][0]["value"]
    assert (payload["object"], entry["id"]) == ("whatsapp_business_account", account.waba_id)
    assert value["metadata"]["phone_number_id"] == account.phone_id
    return value


def test_a_reply_has_the_shape_meta_posts(account: Account) -> None:
    value = _value(account, name="Ana", text="Yes, please", reply_to="wamid.X")
    message, contact = value["messages"][0], value["contacts"][0]
    assert contact == {
        "profile": {"name": "Ana"},
        "wa_id": "14155550123",
        "user_id": message["from_user_id"],
    }
    assert (message["from"], message["type"], message["text"]) == (
        "14155550123",
        "text",
        {"body": "Yes, please"},
    )
    assert message["context"] == {"id": "wamid.X"}
    assert message["timestamp"].isdecimal()


def test_one_number_is_always_one_person(account: Account) -> None:
    first, second = (_value(account, text=t)["messages"][0] for t in ("one", "two"))
    assert first["from_user_id"] == second["from_user_id"]
    assert first["id"] != second["id"]


def test_a_person_who_hides_the_number_has_an_id_only(account: Account) -> None:
    value = _value(account, sender="US.13491208655302741918", text="hi")
    assert "from" not in value["messages"][0]
    assert value["contacts"][0]["user_id"] == "US.13491208655302741918"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_simulated(account: Account, kind: str) -> None:
    message = _value(account, kind=kind, text="👍", reply_to="wamid.X")["messages"][0]
    assert message["type"] == kind
    assert kind in message or (kind == "unsupported" and message["errors"])


def test_a_picture_that_arrives_can_be_downloaded(account: Account) -> None:
    image = _value(account, kind="image", text="look")["messages"][0]["image"]
    url = account.ask("GET", image["id"], params={"phone_number_id": account.phone_id}).json()["url"]
    assert account.ask("GET", url).headers["content-type"] == image["mime_type"] == "image/png"
    assert image["caption"] == "look"


@pytest.mark.parametrize("event", [{"kind": "telepathy"}, {"kind": "reaction"}, {"sender": "nobody"}])
def test_what_cannot_be_simulated_is_refused(account: Account, event: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        _value(account, **event)
