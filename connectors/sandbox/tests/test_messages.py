"""Messages: what is taken, what is refused, and what becomes of them."""

from typing import Any

import pytest

from connectors.sandbox.tests.conftest import Account, error_of, statuses_of
from hermes.core.http_types import CutOff, NotReached

WAMID = "wamid.HBgLMTQxNTU1NTAxMjMVAgARGBQ1NkY0OEMA"
BUTTONS = {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "Yes"}}]}
ROWS = [{"id": str(n), "title": f"Row {n}"} for n in range(10)]


def _interactive(kind: str, action: Any, **more: Any) -> dict[str, Any]:
    return {"type": kind, "body": {"text": "body"}, "action": action, **more}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text", {"body": "x" * 4096, "preview_url": True}),
        ("image", {"link": "https://example.com/a.jpg", "caption": "c"}),
        ("document", {"link": "https://example.com/a.pdf", "filename": "a.pdf"}),
        ("location", {"latitude": 0, "longitude": "-122.1", "name": "Shop"}),
        ("contacts", [{"name": {"formatted_name": "Ana Sand", "first_name": "Ana"}}]),
        ("reaction", {"message_id": WAMID, "emoji": "👍🏽"}),
        ("reaction", {"message_id": WAMID, "emoji": ""}),
        ("interactive", _interactive("button", BUTTONS, header={"type": "text", "text": "h"})),
        ("interactive", _interactive("list", {"button": "Choose", "sections": [{"rows": ROWS}]})),
        (
            "interactive",
            _interactive(
                "cta_url",
                {
                    "name": "cta_url",
                    "parameters": {"display_text": "Go", "url": "https://example.com"},
                },
            ),
        ),
        ("interactive", _interactive("location_request_message", {"name": "send_location"})),
        (
            "interactive",
            _interactive(
                "flow",
                {
                    "name": "flow",
                    "parameters": {
                        "flow_message_version": "3",
                        "flow_id": "1",
                        "flow_cta": "Open",
                    },
                },
            ),
        ),
    ],
)
def test_each_kind_of_message_is_taken(account: Account, kind: str, content: Any) -> None:
    response = account.send(kind, content)
    assert response.status == 200, response.body
    taken = response.json()
    assert taken["messaging_product"] == "whatsapp"
    assert taken["contacts"] == [{"input": "14155550123", "wa_id": "14155550123"}]
    assert taken["messages"][0]["id"].startswith("wamid.HBg")
    assert statuses_of(account.told()) == ["sent", "delivered", "read"]


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("text", {"body": "x" * 4097}, 100),
        ("text", {"body": ""}, 131008),
        ("text", {"body": "x", "colour": "red"}, 100),
        ("text", "x", 100),
        ("image", {"id": "123", "link": "https://example.com/a.jpg"}, 100),
        ("image", {"id": "123456"}, 100),
        ("image", {"link": "ftp://example.com/a.jpg"}, 131009),
        ("audio", {"link": "https://example.com/a.mp3", "caption": "no"}, 100),
        ("location", {"latitude": 91, "longitude": 0}, 131009),
        ("location", {"latitude": 1}, 131008),
        ("contacts", [], 131008),
        ("contacts", [{"name": {"formatted_name": "Ana"}}], 131008),
        ("reaction", {"message_id": "123", "emoji": "👍"}, 131009),
        ("reaction", {"message_id": WAMID, "emoji": "thumbs up"}, 131009),
        ("interactive", _interactive("button", {"buttons": BUTTONS["buttons"] * 4}), 100),
        ("interactive", _interactive("button", {"buttons": BUTTONS["buttons"] * 2}), 100),
        ("interactive", _interactive("list", {"button": "b" * 21, "sections": [{"rows": ROWS}]}), 100),
        ("interactive", _interactive("list", {"button": "b", "sections": [{"rows": ROWS}] * 2}), 131008),
        ("interactive", _interactive("poll", {}), 131009),
        ("interactive", _interactive("cta_url", {"name": "cta_url"}), 131008),
        ("sticker", None, 131008),
        ("order", {"x": 1}, 100),
    ],
)
def test_what_meta_refuses_is_refused_in_its_words(
    account: Account, kind: str, content: Any, code: int
) -> None:
    response = account.send(kind, content)
    assert (response.status, error_of(response)["code"]) == (400, code), response.body
    assert account.told() == []


@pytest.mark.parametrize(
    "change",
    [
        {"to": "12"},
        {"to": None},
        {"recipient_type": "group"},
        {"context": {"message_id": "123"}},
        {"messaging_product": "signal"},
        {"biz_opaque_callback_data": "x" * 513},
    ],
)
def test_an_envelope_that_is_wrong_is_refused(account: Account, change: dict[str, Any]) -> None:
    response = account.send("text", {"body": "x"}, **change)
    assert response.status == 400
    assert account.told() == []


def test_a_person_without_a_number_is_reached_by_user_id(account: Account) -> None:
    body = {"messaging_product": "whatsapp", "recipient": "US.13491208655302741918", "type": "text"}
    path = f"{account.phone_id}/messages"
    taken = account.ask("POST", path, json=body | {"text": {"body": "x"}}).json()
    assert taken["contacts"] == [{"input": "US.13491208655302741918", "user_id": "US.13491208655302741918"}]


def test_a_status_names_its_message_its_recipient_and_the_callback(account: Account) -> None:
    taken = account.send("text", {"body": "x"}, biz_opaque_callback_data="token").json()
    first = account.told()[0].payload
    entry = first["entry"][0]
    value = entry["changes"][0]["value"]
    assert (first["object"], entry["id"]) == ("whatsapp_business_account", account.waba_id)
    assert value["metadata"]["phone_number_id"] == account.phone_id
    status = value["statuses"][0]
    assert status["id"] == taken["messages"][0]["id"]
    assert (status["recipient_id"], status["biz_opaque_callback_data"]) == ("14155550123", "token")
    assert status["pricing"]["category"] == "service"


@pytest.mark.parametrize(
    ("to", "status", "code"),
    [
        ("12025550126", 400, 131026),
        ("12025550129", 429, 130429),
        ("12025550130", 400, 131030),
        ("12025550131", 403, 131031),
        ("12025550147", 400, 131047),
        ("12025550150", 500, 131000),
        ("12025550153", 503, 131016),
        ("12025550156", 400, 131056),
        ("12025550190", 401, 190),
    ],
)
def test_numbers_that_are_refused_at_once(account: Account, to: str, status: int, code: int) -> None:
    response = account.send("text", {"body": "x"}, to=f"+{to}")
    assert (response.status, error_of(response)["code"]) == (status, code)
    assert ("retry-after" in response.headers) == (status == 429)
    assert account.told() == []


@pytest.mark.parametrize(
    ("to", "statuses", "code"),
    [
        ("13035550101", ["sent"], None),
        ("13035550102", ["sent", "delivered"], None),
        ("13035550126", ["failed"], 131026),
        ("13035550147", ["failed"], 131047),
        ("13035550149", ["failed"], 131049),
    ],
)
def test_numbers_whose_messages_end_on_the_way(
    account: Account, to: str, statuses: list[str], code: int | None
) -> None:
    assert account.send("text", {"body": "x"}, to=to).status == 200
    events = account.told()
    assert statuses_of(events) == statuses
    last = events[-1].payload["entry"][0]["changes"][0]["value"]["statuses"][0]
    assert [e["code"] for e in last.get("errors", [])] == ([code] if code else [])


@pytest.mark.parametrize("to", ["12025550104", "12025550105", "12025550108"])
def test_numbers_whose_answer_is_lost_although_the_message_was_taken(account: Account, to: str) -> None:
    with pytest.raises(CutOff):
        account.send("text", {"body": "x"}, to=to)
    assert statuses_of(account.told()) == ["sent", "delivered", "read"]


def test_a_gateway_that_lost_its_back_end_answers_no_json(account: Account) -> None:
    response = account.send("text", {"body": "x"}, to="12025550152")
    assert (response.status, response.json()) == (502, None)
    assert statuses_of(account.told()) == ["sent", "delivered", "read"]


def test_a_number_that_is_not_reached_gets_nothing(account: Account) -> None:
    with pytest.raises(NotReached):
        account.send("text", {"body": "x"}, to="12025550106")
    assert account.told() == []


def test_a_link_that_cannot_be_loaded_fails_the_message_later(account: Account) -> None:
    assert account.send("image", {"link": "https://example.com/missing.jpg"}).status == 200
    assert statuses_of(account.told()) == ["failed"]


def test_read_receipts_name_a_message(account: Account) -> None:
    path, body = f"{account.phone_id}/messages", {"messaging_product": "whatsapp", "status": "read"}
    typing = {"typing_indicator": {"type": "text"}}
    assert account.ask("POST", path, json=body | {"message_id": WAMID} | typing).json() == {"success": True}
    assert error_of(account.ask("POST", path, json=body | {"message_id": "x"}))["code"] == 131009
    assert error_of(account.ask("POST", path, json=body))["code"] == 131008
    assert account.told() == []
