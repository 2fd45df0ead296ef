"""Texts, reactions, read receipts and cards as Meta receives them, and what comes back."""

from typing import Any

import pytest

from connectors.kit.testing import CALL_TOKEN, NOW
from connectors.whatsapp.tests.conftest import Calling
from connectors.whatsapp.tests.meta import NUMBER, Fault, Meta
from hermes.core.errors import InvalidArgument

WHO = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": "14155550123"}
TRACED = {"biz_opaque_callback_data": CALL_TOKEN}


def test_a_text_goes_out_with_the_token_of_its_call(call: Calling, meta: Meta) -> None:
    data = call("whatsapp_send_text", to="+1 (415) 555-0123", text="Hello *Ada* 👋")
    assert meta.sent() == [
        {**WHO, **TRACED, "type": "text", "text": {"body": "Hello *Ada* 👋", "preview_url": False}}
    ]
    assert meta.seen[-1].path == f"/v26.0/{NUMBER}/messages"
    assert data["message_id"].startswith("wamid.")
    assert data == {
        "message_id": data["message_id"],
        "to": "14155550123",
        "kind": "text",
        "status": "accepted",
    }


def test_a_reply_quotes_the_message(call: Calling, meta: Meta) -> None:
    call("whatsapp_send_text", to="14155550123", text="Yes", reply_to="wamid.A", preview_url=True)
    assert meta.sent()[0]["context"] == {"message_id": "wamid.A"}
    assert meta.sent()[0]["text"]["preview_url"] is True


def test_a_person_without_a_number_is_addressed_by_user_id(call: Calling, meta: Meta) -> None:
    data = call("whatsapp_send_text", to="US.13491208655302741918", text="Hi")
    assert meta.sent()[0]["recipient"] == "US.13491208655302741918"
    assert "to" not in meta.sent()[0]
    assert data["to"] == "US.13491208655302741918"


def test_what_was_sent_is_handed_over_for_the_inbox(call: Calling) -> None:
    result = call.result("whatsapp_send_text", to="+14155550123", text="Hi", reply_to="wamid.A")
    (filed,) = result.sent
    assert (filed.contact, filed.kind, filed.text, filed.reply_to) == (
        "14155550123",
        "text",
        "Hi",
        "wamid.A",
    )
    assert filed.at == NOW
    assert filed.upstream_id == result.upstream_id


def test_the_inbox_knows_the_person_by_the_id_meta_answers(call: Calling, meta: Meta) -> None:
    """Brazilian and other numbers come back without or with a digit more than was typed."""
    answer = {
        "contacts": [{"input": "5511999999999", "wa_id": "551199999999"}],
        "messages": [{"id": "wamid.X", "message_status": "held_for_quality_assessment"}],
    }
    meta.faults.append(Fault("POST", "/messages", status=200, body=answer))
    data = call("whatsapp_send_text", to="+5511999999999", text="Oi")
    assert (data["to"], data["status"]) == ("551199999999", "held_for_quality_assessment")


@pytest.mark.parametrize("to", ["", "   ", "Ada", "+1", "0151 2345678", "+1415555012345678", "US.", "us.12"])
def test_what_is_no_recipient_is_refused_before_anything_is_asked(to: str, call: Calling, meta: Meta) -> None:
    with pytest.raises(InvalidArgument) as caught:
        call("whatsapp_send_text", to=to, text="Hi")
    assert caught.value.details["argument"] == "to"
    assert meta.seen == []


@pytest.mark.parametrize("text", ["", "x" * 4097])
def test_a_text_has_one_to_4096_characters(text: str, call: Calling, meta: Meta) -> None:
    with pytest.raises(InvalidArgument, match="'text'"):
        call("whatsapp_send_text", to="+14155550123", text=text)
    assert meta.seen == []


def test_a_reaction_names_its_message_and_an_empty_one_takes_it_back(call: Calling, meta: Meta) -> None:
    call("whatsapp_react", to="+14155550123", message_id="wamid.A", emoji="👍")
    result = call.result("whatsapp_react", to="+14155550123", message_id="wamid.A", emoji="")
    assert [m["reaction"] for m in meta.sent()] == [
        {"message_id": "wamid.A", "emoji": "👍"},
        {"message_id": "wamid.A", "emoji": ""},
    ]
    assert (result.sent[0].kind, result.sent[0].reply_to) == ("reaction", "wamid.A")


def test_a_read_receipt_can_show_typing(call: Calling, meta: Meta) -> None:
    assert call("whatsapp_mark_read", message_id="wamid.A") == {"message_id": "wamid.A", "done": True}
    call("whatsapp_mark_read", message_id="wamid.B", typing=True)
    assert meta.sent() == [
        {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.A"},
        {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": "wamid.B",
            "typing_indicator": {"type": "text"},
        },
    ]


def test_a_place_is_sent_with_name_and_address(call: Calling, meta: Meta) -> None:
    place = {"latitude": 37.4847, "longitude": -122.1473, "name": "Shop", "address": "1 Way"}
    result = call.result("whatsapp_send_card", to="+14155550123", kind="location", data=place)
    assert meta.sent()[0]["location"] == place
    assert result.sent[0].text == "Shop, 1 Way"


def test_a_person_is_sent_as_a_contact_card(call: Calling, meta: Meta) -> None:
    ada = {
        "name": "Ada Lovelace King",
        "phones": ["+14155550199"],
        "emails": ["ada@example.com"],
        "company": "Engines",
        "birthday": "1815-12-10",
    }
    call("whatsapp_send_card", to="+14155550123", kind="contacts", data={"contacts": [ada]})
    assert meta.sent()[0]["contacts"] == [
        {
            "name": {
                "formatted_name": "Ada Lovelace King",
                "first_name": "Ada",
                "last_name": "Lovelace King",
            },
            "phones": [{"phone": "+14155550199"}],
            "emails": [{"email": "ada@example.com"}],
            "org": {"company": "Engines"},
            "birthday": "1815-12-10",
        }
    ]


@pytest.mark.parametrize(
    ("kind", "data", "argument"),
    [
        ("location", {"latitude": 1}, "data.longitude"),
        ("location", {"latitude": 91, "longitude": 0}, "data.latitude"),
        ("location", {"latitude": 1, "longitude": 2, "contacts": [{"name": "A"}]}, "data.contacts"),
        ("contacts", {}, "data.contacts"),
        ("contacts", {"contacts": []}, "data.contacts"),
        ("contacts", {"contacts": [{"name": "A"}] * 6}, "data.contacts"),
        ("contacts", {"contacts": [{"name": "A"}], "latitude": 1}, "data.latitude"),
    ],
)
def test_a_card_must_fit_its_kind(
    kind: str, data: dict[str, Any], argument: str, call: Calling, meta: Meta
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        call("whatsapp_send_card", to="+14155550123", kind=kind, data=data)
    assert caught.value.details["argument"] == argument
    assert meta.seen == []
