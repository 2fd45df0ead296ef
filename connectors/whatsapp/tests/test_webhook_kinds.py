"""Every kind of message a delivery can hold, told in a shape of our own."""

from typing import Any

import pytest

from connectors.kit.webhook import InboundMessage
from connectors.whatsapp.tests.deliveries import ACCOUNT, AT, NUMBER, WHO, change, delivery, message
from connectors.whatsapp.webhook import parse


def test_a_text_has_its_person_and_its_route() -> None:
    event = message("text", text={"body": "Hi"}, context={"id": "wamid.B", "from": "15550783881"})
    assert event == InboundMessage(
        route=(NUMBER, ACCOUNT),
        upstream_id="wamid.A",
        contact="US.1349",
        at=AT,
        kind="text",
        contact_name="Ada",
        contact_phone="14155550123",
        text="Hi",
        reply_to="wamid.B",
    )


def test_a_person_who_hides_the_number_is_known_by_user_id() -> None:
    raw = {"from_user_id": "US.1349", "id": "wamid.A", "timestamp": "1749416383", "type": "text"}
    person = {"profile": {"name": "Ada"}, "user_id": "US.1349"}
    (event,) = parse(delivery(change(contacts=[person], messages=[{**raw, "text": {"body": "Hi"}}])))
    assert isinstance(event, InboundMessage)
    assert (event.contact, event.contact_phone, event.contact_name) == ("US.1349", "", "Ada")


def test_without_a_user_id_the_number_is_the_contact() -> None:
    (event,) = parse(delivery(change(contacts=[], messages=[{**WHO, "type": "text"}])))
    assert isinstance(event, InboundMessage)
    assert (event.contact, event.contact_phone) == ("14155550123", "14155550123")


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document", "sticker"])
def test_a_file_keeps_its_facts_and_its_caption(kind: str) -> None:
    file = {
        "id": "77",
        "mime_type": "x/y",
        "sha256": "s",
        "caption": "Look",
        "url": "https://x",
        "voice": True,
    }
    event = message(kind, **{kind: file})
    assert event.media == {"kind": kind, "id": "77", "mime_type": "x/y", "sha256": "s", "voice": True}
    assert event.text == "Look"


@pytest.mark.parametrize(
    ("kind", "content", "text", "extra"),
    [
        (
            "location",
            {"latitude": 1.5, "longitude": 2, "name": "Shop", "address": "1 Way"},
            "Shop, 1 Way",
            {"location": {"latitude": 1.5, "longitude": 2, "name": "Shop", "address": "1 Way"}},
        ),
        ("button", {"text": "Stop", "payload": "stop"}, "Stop", {"reply": {"payload": "stop"}}),
        (
            "interactive",
            {"type": "list_reply", "list_reply": {"id": "1", "title": "Express"}},
            "Express",
            {"reply": {"type": "list_reply", "id": "1", "title": "Express"}},
        ),
        (
            "interactive",
            {"type": "nfm_reply", "nfm_reply": {"body": "Sent", "response_json": "{}"}},
            "Sent",
            {"reply": {"type": "nfm_reply", "body": "Sent", "response_json": "{}"}},
        ),
        (
            "interactive",
            {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}},
            "accept",
            {"reply": {"type": "call_permission_reply", "response": "accept"}},
        ),
        ("order", {"text": "Please", "catalog_id": "1"}, "Please", None),
        ("system", {"body": "Ada changed", "type": "user_changed_number", "wa_id": "1"}, "Ada changed", None),
    ],
)
def test_kinds_with_content_tell_text_and_data(
    kind: str, content: dict[str, Any], text: str, extra: dict[str, Any] | None
) -> None:
    event = message(kind, **{kind: content})
    assert event.text == text
    assert event.extra == ({kind: content} if extra is None else extra)


def test_contact_cards_are_told_by_their_names() -> None:
    people = [{"name": {"formatted_name": "Ada"}}, {"name": {"formatted_name": "Bob"}}, {"phones": []}]
    event = message("contacts", contacts=people)
    assert (event.text, event.extra) == ("Ada, Bob", {"contacts": people})


@pytest.mark.parametrize(("emoji", "text"), [({"emoji": "👍"}, "👍"), ({"emoji": ""}, ""), ({}, "")])
def test_a_reaction_names_its_message_and_none_takes_it_back(emoji: dict[str, str], text: str) -> None:
    event = message("reaction", reaction={"message_id": "wamid.Z", **emoji})
    assert (event.kind, event.reply_to, event.text) == ("reaction", "wamid.Z", text)


def test_an_edit_has_the_new_content_of_the_message_it_names() -> None:
    file = {"id": "77", "caption": "Better", "mime_type": "image/png"}
    edited = {"original_message_id": "wamid.Z", "message": {"type": "image", "image": file}}
    event = message("edit", edit=edited)
    assert (event.kind, event.reply_to, event.text) == ("edit", "wamid.Z", "Better")
    assert event.media == {"kind": "image", "id": "77", "mime_type": "image/png"}
    new = {"original_message_id": "wamid.Z", "message": {"type": "text", "text": {"body": "New"}}}
    assert message("edit", edit=new).text == "New"


def test_a_revoke_names_the_message_that_is_gone() -> None:
    event = message("revoke", revoke={"original_message_id": "wamid.Z"})
    assert (event.kind, event.reply_to, event.text) == ("revoke", "wamid.Z", "")


def test_a_kind_nobody_knows_keeps_its_content() -> None:
    event = message("hologram_of_a_very_long_name", hologram={"a": 1}, errors=[{"code": 131051}])
    assert event.kind == "hologram_of_a_very_long_"
    assert event.extra == {"hologram": {"a": 1}, "errors": [{"code": 131051}]}


def test_how_a_message_came_is_kept() -> None:
    event = message(
        "text",
        text={"body": "Hi"},
        context={"forwarded": True, "referred_product": {"catalog_id": "1"}},
        referral={"source_id": "ad"},
    )
    assert event.extra == {
        "forwarded": True,
        "product": {"catalog_id": "1"},
        "referral": {"source_id": "ad"},
    }


def test_what_the_business_wrote_on_its_phone_goes_out() -> None:
    echo = {
        "from": "15550783881",
        "to": "14155550123",
        "id": "wamid.E",
        "timestamp": "1749416383",
        "type": "text",
    }
    (event,) = parse(
        delivery(change("smb_message_echoes", message_echoes=[{**echo, "text": {"body": "Yes"}}]))
    )
    assert isinstance(event, InboundMessage)
    assert (event.direction, event.contact, event.text) == ("out", "US.1349", "Yes")


def test_history_is_read_in_both_directions() -> None:
    """Its messages stand in `history`, beside none in `messages`; they are messages all the same."""
    mine = {"from": "15550783881", "id": "wamid.2", "timestamp": "1738796600", "type": "text"}
    theirs = {**WHO, "type": "text", "text": {"body": "old"}, "history_context": {"status": "READ"}}
    part = {"metadata": {"phase": 1}, "threads": [{"id": "14155550123", "messages": [theirs, mine]}]}
    events = parse(delivery(change("history", history=[part])))
    told = [(e.direction, e.contact, e.contact_phone) for e in events if isinstance(e, InboundMessage)]
    assert told == [("in", "US.1349", "14155550123"), ("out", "US.1349", "14155550123")]
    assert events[0].extra == {"history": {"status": "READ"}}  # type: ignore[union-attr]
