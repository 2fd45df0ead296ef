"""The account behind the stand-in, its number and its token."""

import pytest

from connectors.sandbox import MemoryStore, standin
from connectors.sandbox.tests.conftest import Account, error_of


def test_a_platform_without_a_module_has_no_stand_in() -> None:
    assert standin("nowhere", MemoryStore()) is None


def test_the_number_belongs_to_the_business_account(account: Account) -> None:
    number = account.ask("GET", account.phone_id, params={"fields": "display_phone_number,status"}).json()
    listed = account.ask("GET", f"{account.waba_id}/phone_numbers").json()["data"]
    assert set(number) == {"id", "display_phone_number", "status"}
    assert [n["id"] for n in listed] == [number["id"]] == [account.phone_id]


def test_an_account_knows_no_other_ids_than_its_own(account: Account) -> None:
    """TE02: the envelope is Graph's for an id that is unknown or foreign, whatever is asked."""
    for method, path in (
        ("GET", "106540352242922"),
        ("POST", "106540352242922/messages"),
        ("GET", "106540352242922/message_templates"),
        ("GET", "106540352242922?phone_number_id=1"),
        ("DELETE", "106540352242922"),
        ("GET", f"{account.phone_id}/nothing"),
    ):
        error = error_of(account.ask(method, path, json={"messaging_product": "whatsapp"}))
        assert (error["code"], error["error_subcode"]) == (100, 33), path
        assert error["fbtrace_id"]


@pytest.mark.parametrize(
    ("token", "status", "code"),
    [("", 401, 190), ("EAA_SANDBOX_EXPIRED", 401, 190), ("EAA_SANDBOX_NO_PERMISSION", 403, 10)],
)
def test_tokens_that_stand_for_trouble(account: Account, token: str, status: int, code: int) -> None:
    response = account.ask("GET", account.phone_id, token=token)
    assert (response.status, error_of(response)["code"]) == (status, code)


def test_a_token_of_another_business_does_not_see_the_number(account: Account) -> None:
    path = f"{account.waba_id}/phone_numbers"
    assert account.ask("GET", path, token="EAA_SANDBOX_OTHER_BUSINESS").json()["data"] == []


def test_webhooks_are_subscribed_and_unsubscribed(account: Account) -> None:
    path = f"{account.waba_id}/subscribed_apps"
    assert account.ask("GET", path).json() == {"data": []}
    assert account.ask("POST", path).json() == {"success": True}
    assert len(account.ask("GET", path).json()["data"]) == 1
    account.ask("DELETE", path)
    assert account.ask("GET", path).json() == {"data": []}


@pytest.mark.parametrize(("version", "code"), [("v20.0", 2635), ("v99.0", 2500)])
def test_versions_meta_does_not_serve(account: Account, version: str, code: int) -> None:
    response = account.ask("GET", f"https://graph.facebook.com/{version}/{account.phone_id}")
    assert error_of(response)["code"] == code


def test_a_field_that_is_none_is_refused(account: Account) -> None:
    response = account.ask("GET", account.phone_id, params={"fields": "id,shoe_size"})
    assert "nonexisting field (shoe_size)" in error_of(response)["message"]
