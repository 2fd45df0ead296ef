"""Templates: listed, handed in, reviewed, sent, deleted."""

import time
from typing import Any

import pytest
import time_machine

from connectors.sandbox.tests.conftest import TO, Account, error_of

BODY = {"type": "BODY", "text": "Hi {{1}}, welcome.", "example": {"body_text": [["Ana"]]}}
NEW = {"name": "welcome", "language": "en_US", "category": "UTILITY", "components": [BODY]}


def _list(account: Account, **params: str) -> dict[str, Any]:
    listed: dict[str, Any] = account.ask("GET", f"{account.waba_id}/message_templates", params=params).json()
    return listed


def _create(account: Account, **changes: Any) -> Any:
    return account.ask("POST", f"{account.waba_id}/message_templates", json=NEW | changes)


def _send(account: Account, name: str, *components: Any, language: str = "en_US") -> Any:
    template = {"name": name, "language": {"code": language}, "components": list(components)}
    return account.send("template", template)


def _body(*texts: str) -> dict[str, Any]:
    return {"type": "body", "parameters": [{"type": "text", "text": t} for t in texts]}


def _body_named(**texts: str) -> dict[str, Any]:
    told = [{"type": "text", "parameter_name": name, "text": text} for name, text in texts.items()]
    return {"type": "body", "parameters": told}


def _button(sub_type: str, index: int, parameter: dict[str, str]) -> dict[str, Any]:
    return {"type": "button", "sub_type": sub_type, "index": str(index), "parameters": [parameter]}


def test_a_new_account_has_templates_in_every_state(account: Account) -> None:
    listed = _list(account)["data"]
    assert {t["status"] for t in listed} == {"APPROVED", "PENDING", "REJECTED", "PAUSED"}
    assert {"id", "name", "language", "category", "components"} <= set(listed[0])


def test_a_list_is_filtered_chosen_and_paged(account: Account) -> None:
    assert {t["name"] for t in _list(account, name="order")["data"]} == {"order_update"}
    assert {t["status"] for t in _list(account, status="rejected")["data"]} == {"REJECTED"}
    assert set(_list(account, fields="name,rejected_reason")["data"][0]) == {"id", "name", "rejected_reason"}
    seen, after = [], None
    while True:
        page = _list(account, limit="3", **({"after": after} if after else {}))
        seen += [t["id"] for t in page["data"]]
        after = page["paging"]["cursors"]["after"]
        if "next" not in page["paging"]:
            break
    assert seen == [t["id"] for t in _list(account, limit="100")["data"]]
    assert error_of(account.ask("GET", f"{account.waba_id}/message_templates", params={"after": "%"}))


@pytest.mark.parametrize(
    ("name", "verdict"), [("welcome", "APPROVED"), ("please_reject", "REJECTED"), ("stay_pending", "PENDING")]
)
def test_a_new_template_is_reviewed(account: Account, name: str, verdict: str) -> None:
    created = _create(account, name=name).json()
    assert (created["status"], created["category"]) == ("PENDING", "UTILITY")
    told = [e.payload["entry"][0]["changes"][0] for e in account.told()]
    assert [c["value"]["event"] for c in told] == ([] if verdict == "PENDING" else [verdict])
    assert _list(account, name=name)["data"][0]["status"] == "PENDING"
    with time_machine.travel(time.time() + 60):
        assert _list(account, name=name)["data"][0]["status"] == verdict


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "With Capitals"},
        {"category": "NEWS"},
        {"components": []},
        {"components": [{"type": "FOOTER", "text": "no body"}]},
        {"components": [{"type": "BODY", "text": "Hi {{1}}, no example."}]},
        {"components": [BODY | {"text": "Ends with {{1}}"}]},
        {"components": [BODY, {"type": "BUTTONS", "buttons": []}]},
        {"name": "hello_world"},
    ],
)
def test_templates_that_are_refused(account: Account, changes: dict[str, Any]) -> None:
    before = _list(account)
    assert _create(account, **changes).status == 400
    assert _list(account) == before


def test_a_template_is_deleted_in_one_language_or_in_all(account: Account) -> None:
    path = f"{account.waba_id}/message_templates"
    german = _list(account, name="order_update", language="de")["data"][0]["id"]
    account.ask("DELETE", path, params={"name": "order_update", "hsm_id": german})
    assert [t["language"] for t in _list(account, name="order_update")["data"]] == ["en_US"]
    account.ask("DELETE", path, params={"name": "order_update"})
    assert _list(account, name="order_update")["data"] == []
    assert error_of(account.ask("DELETE", path, params={"name": "order_update"}))["error_subcode"] == 2593002


def test_templates_are_sent_with_the_values_they_take(account: Account) -> None:
    image = {"type": "image", "image": {"link": "https://example.com/a.jpg"}}
    picture = {"type": "header", "parameters": [image]}
    button = _button("url", 0, {"type": "text", "text": "spring"})
    reply = _button("quick_reply", 1, {"type": "payload", "payload": "p"})
    for sent in (
        _send(account, "hello_world"),
        _send(account, "order_update", _body("Ana", "A-1")),
        _send(account, "order_update", _body("Ana", "A-1"), language="de"),
        _send(account, "appointment_reminder", _body_named(first_name="Ana", day="Monday"), reply),
        _send(account, "spring_offer", picture, _body("20 %"), button),
    ):
        assert sent.status == 200, sent.body
        assert sent.json()["messages"][0]["message_status"] == "accepted"
    categories = {
        e.payload["entry"][0]["changes"][0]["value"]["statuses"][0]["pricing"]["category"]
        for e in account.told()
    }
    assert categories == {"utility", "marketing"}


@pytest.mark.parametrize(
    ("name", "components", "code"),
    [
        ("unknown", [], 132001),
        ("summer_offer", [], 132001),
        ("loud_offer", [], 132001),
        ("winter_offer", [], 132015),
        ("order_update", [_body("Ana")], 132000),
        ("order_update", [_body("Ana", "A\n1")], 132018),
        ("order_update", [_body("Ana", "")], 131008),
        ("hello_world", [_body("Ana")], 132000),
        ("appointment_reminder", [_body_named(first_name="Ana", when="Monday")], 100),
        ("spring_offer", [_body("20 %")], 132012),
        ("hello_world", [{"type": "button", "sub_type": "url", "index": "0", "parameters": []}], 132012),
    ],
)
def test_templates_that_cannot_be_sent_so(
    account: Account, name: str, components: list[Any], code: int
) -> None:
    assert error_of(_send(account, name, *components))["code"] == code
    assert account.told() == []


def test_a_template_wants_its_language(account: Account) -> None:
    assert error_of(_send(account, "hello_world", language="fr"))["code"] == 132001
    body = {
        "messaging_product": "whatsapp",
        "to": TO,
        "type": "template",
        "template": {"name": "hello_world"},
    }
    assert error_of(account.ask("POST", f"{account.phone_id}/messages", json=body))["code"] == 131008
