"""Files: kept, looked up, downloaded with the token, forgotten."""

import hashlib
from typing import Any

import pytest
import time_machine

from connectors.kit.context import Part
from connectors.sandbox.tests.conftest import Account, error_of
from hermes.core.http_types import ResponseTooLarge

CONTENT = b"\x89PNG" + bytes(range(256))


def _upload(account: Account, *parts: Part) -> Any:
    return account.ask("POST", f"{account.phone_id}/media", parts=parts)


def _file(content: bytes = CONTENT, content_type: str = "image/png") -> Part:
    return Part(name="file", content=content, filename="a.png", content_type=content_type)


PRODUCT = Part(name="messaging_product", content="whatsapp")


def test_a_file_comes_back_as_it_was_and_can_be_sent(account: Account) -> None:
    media_id = _upload(account, PRODUCT, _file()).json()["id"]
    facts = account.ask("GET", media_id, params={"phone_number_id": account.phone_id}).json()
    assert facts["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert (facts["mime_type"], facts["file_size"]) == ("image/png", len(CONTENT))
    assert facts["url"].startswith("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=")
    downloaded = account.ask("GET", facts["url"])
    assert (downloaded.body, downloaded.headers["content-type"]) == (CONTENT, "image/png")
    assert account.send("image", {"id": media_id, "caption": "c"}).status == 200
    assert account.ask("DELETE", media_id).json() == {"success": True}
    assert error_of(account.ask("GET", media_id, params={"phone_number_id": account.phone_id}))["code"] == 100


def test_a_media_address_wants_the_token_and_ends_after_five_minutes(account: Account) -> None:
    media_id = _upload(account, PRODUCT, _file()).json()["id"]
    url = account.ask("GET", media_id).json()["url"]
    assert account.ask("GET", url, token="").status == 401
    assert account.ask("GET", url.replace(media_id, media_id[::-1] + "0")).status == 404
    assert account.ask("GET", url.replace("hash=", "hash=0")).status == 404
    with time_machine.travel("2099-01-01"):
        assert account.ask("GET", url).status == 404


def test_an_answer_larger_than_the_caller_takes_is_cut(account: Account) -> None:
    media_id = _upload(account, PRODUCT, _file()).json()["id"]
    url = account.ask("GET", media_id).json()["url"]
    with pytest.raises(ResponseTooLarge):
        account.ask("GET", url, limit_bytes=100)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([_file()], 131008),
        ([PRODUCT], 131008),
        ([PRODUCT, _file(content_type="application/x-msdownload")], 100),
        ([PRODUCT, _file(bytes(5 * 1024 * 1024 + 1))], 131053),
    ],
)
def test_uploads_that_are_refused(account: Account, parts: list[Part], code: int) -> None:
    assert error_of(_upload(account, *parts))["code"] == code


def test_only_the_latest_files_are_kept(account: Account) -> None:
    ids = [_upload(account, PRODUCT, _file(CONTENT + bytes([n]))).json()["id"] for n in range(22)]
    known = [account.ask("GET", i, params={"phone_number_id": account.phone_id}).status == 200 for i in ids]
    assert known == [False] * 2 + [True] * 20


@pytest.mark.parametrize(
    ("address", "status", "content_type"),
    [
        ("https://files.example.com/menu.pdf", 200, "application/pdf"),
        ("https://files.example.com/photo.JPEG", 200, "image/jpeg"),
        ("https://files.example.com/page", 200, "text/plain"),
        ("https://files.example.com/missing.pdf", 404, "text/plain"),
    ],
)
def test_the_web_is_a_shelf_of_samples(
    account: Account, address: str, status: int, content_type: str
) -> None:
    response = account.ask("GET", address)
    assert (response.status, response.headers["content-type"]) == (status, content_type)
