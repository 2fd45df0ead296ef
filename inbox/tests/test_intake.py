"""The door platforms post at: what is signed is stored and then acknowledged, nothing else is."""

import asyncio
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django import db

from connectors.kit.meta import sign
from hermes.core import write_transaction
from inbox import deliveries, nudge
from inbox.models import WebhookDelivery
from inbox.tests.conftest import Line
from inbox.tests.posting import PATH, PREVIOUS, SECRET, kept, post, settle, take_broker_away
from tests.support.api import Api

TOKEN = "meta-verify-token"


def body_of(line: Line) -> bytes:
    """Bytes that no JSON writer of ours would make: spaces, an escape, a fraction."""
    message = json.dumps(line.message(f"wamid.{uuid.uuid4().hex}"))
    return b'{ "x": 1.10, "y": "\\u00e9",  ' + message[1:].encode()


def _one_bit_off(body: bytes) -> dict[str, str]:
    mac = sign(SECRET, body)["x-hub-signature-256"]
    return {"x-hub-signature-256": mac[:-1] + ("0" if mac[-1] != "0" else "1")}


def _sha1(body: bytes) -> dict[str, str]:
    return {"x-hub-signature": "sha1=" + hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()}


FORGERIES: dict[str, Callable[[bytes], Any]] = {
    "missing": lambda body: {},
    "empty": lambda body: {"x-hub-signature-256": ""},
    "sha1 only": _sha1,
    "one bit off": _one_bit_off,
    "no scheme": lambda body: {"x-hub-signature-256": sign(SECRET, body)["x-hub-signature-256"][7:]},
    "upper case": lambda body: {"x-hub-signature-256": sign(SECRET, body)["x-hub-signature-256"].upper()},
    "over re-serialised JSON": lambda body: sign(SECRET, json.dumps(json.loads(body)).encode()),
    "of another app": lambda body: sign("another-app-secret", body),
    "with no secret": lambda body: sign("", body),
    "not ASCII": lambda body: {"x-hub-signature-256": b"sha256=\xff\xfe"},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_wh01_a_signature_that_does_not_fit_is_refused_and_nothing_stored(
    api: Api, shop: Line, forgery: str
) -> None:
    body = body_of(shop)
    assert post(api, body, headers=FORGERIES[forgery](body)) == 401
    assert kept(body) is None


def test_wh01_without_a_secret_in_the_settings_nothing_is_taken(api: Api, shop: Line, settings: Any) -> None:
    settings.META_APP_SECRET = []
    body = body_of(shop)
    assert post(api, body, secret="") == 401
    assert kept(body) is None


def test_what_is_signed_is_kept_byte_for_byte_before_it_is_acknowledged(api: Api, shop: Line) -> None:
    body = body_of(shop)
    assert post(api, body) == 200
    row = kept(body)
    assert row is not None
    assert (bytes(row.body), row.state, row.lane) == (body, "received", shop.phone_id)
    assert row.public_id.startswith("whd_")


@pytest.mark.parametrize("garbage", [b"not json", b"", b"[" * 100_000, b"\xff\xfe\x00", b'"text"', b"null"])
def test_wh02_signed_garbage_is_acknowledged_and_set_aside(api: Api, garbage: bytes) -> None:
    assert post(api, garbage) == 200
    row = kept(garbage)
    assert row is not None
    settle(row)
    assert (row.state, bool(row.reason)) == ("quarantined", True)


def test_wh02_garbage_with_a_bad_signature_is_refused(api: Api) -> None:
    assert post(api, b"not json either", secret="wrong") == 401
    assert kept(b"not json either") is None


def _handshake(api: Api, token: str, challenge: str = "1158201444", mode: str = "subscribe") -> Any:
    query = {"hub.mode": mode, "hub.verify_token": token, "hub.challenge": challenge}
    return api.get(PATH, params=query)


def test_wh03_the_handshake_echoes_the_challenge_as_plain_text(api: Api) -> None:
    for challenge in ("1158201444", "<script>alert(1)</script>", "é"):
        answer = _handshake(api, TOKEN, challenge)
        assert (answer.status_code, answer.text) == (200, challenge)
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x", "é"])
def test_wh03_a_wrong_token_is_refused(api: Api, token: str) -> None:
    answer = _handshake(api, token)
    assert answer.status_code == 403
    assert "1158201444" not in answer.text


def test_wh03_no_token_in_the_settings_and_other_modes_are_refused(api: Api, settings: Any) -> None:
    assert _handshake(api, TOKEN, mode="unsubscribe").status_code == 403
    assert api.get(PATH).status_code == 403
    settings.META_VERIFY_TOKEN = ""
    assert _handshake(api, "").status_code == 403


def test_wh09_three_mebibytes_are_taken_and_more_is_refused(api: Api) -> None:
    largest = b" " * (3 << 20)
    assert post(api, largest) == 200
    assert post(api, largest + b" ") == 413
    assert kept(largest + b" ") is None
    declared = api.post(PATH, content=b"", headers={"content-length": str(50 << 20)})
    assert declared.status_code == 413


def test_many_large_deliveries_at_once_are_all_stored(api: Api) -> None:
    """Together they are more than a database takes in one statement."""
    bodies = [bytes([65 + n]) * (3 << 20) for n in range(8)]

    async def posted() -> list[int]:
        client = api._client
        answers = await asyncio.gather(
            *(client.post(PATH, content=body, headers=sign(SECRET, body)) for body in bodies)
        )
        return [answer.status_code for answer in answers]

    assert api.run(posted()) == [200] * len(bodies)
    assert all(kept(body) for body in bodies)


def test_wh13_both_secrets_hold_while_they_overlap_and_the_old_one_is_refused_after(
    api: Api, shop: Line, settings: Any
) -> None:
    assert post(api, body_of(shop), secret=SECRET) == 200
    assert post(api, body_of(shop), secret=PREVIOUS) == 200
    settings.META_APP_SECRET = [SECRET]
    assert post(api, body_of(shop), secret=PREVIOUS) == 401
    assert post(api, body_of(shop), secret=SECRET) == 200


def test_the_same_bytes_again_are_acknowledged_and_kept_once(api: Api, shop: Line) -> None:
    body = body_of(shop)
    assert [post(api, body) for _ in range(3)] == [200] * 3
    row = kept(body)
    assert row is not None
    assert settle(row).state == "done"
    assert post(api, body) == 200
    row.refresh_from_db()
    assert row.state == "done"


def test_without_the_broker_the_answer_is_200_and_as_quick(
    api: Api, shop: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_broker_away(monkeypatch)
    assert nudge.send() is False
    body, began = body_of(shop), time.monotonic()
    assert post(api, body) == 200
    assert time.monotonic() - began < 1
    assert kept(body) is not None
    deliveries.drain(20)
    assert shop.thread().unread == 1


def test_without_the_database_the_answer_is_503_and_says_when_to_post_again(
    api: Api, shop: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_database() -> Any:
        raise db.InterfaceError("gone")

    body = body_of(shop)
    with monkeypatch.context() as away:
        away.setattr(write_transaction, "_away_until", 0.0)
        away.setattr(write_transaction, "_cursor", no_database)
        answer = api.post(PATH, content=body, headers=sign(SECRET, body))
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
    assert kept(body) is None
    assert post(api, body) == 200


@pytest.mark.parametrize("path", ["/webhook/nowhere", "/webhook/probe", "/webhook/", "/webhook/whatsapp/a/b"])
def test_where_no_platform_posts_there_is_nothing(api: Api, path: str) -> None:
    assert api.post(path, content=b"{}").status_code == 404


def test_other_methods_and_a_trailing_slash(api: Api, shop: Line) -> None:
    answer = api.request("PUT", PATH)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    body = body_of(shop)
    assert api.post(f"{PATH}/", content=body, headers=sign(SECRET, body)).status_code == 200
    assert api.post(f"{PATH}/con_nonsense", content=body, headers=sign(SECRET, body)).status_code == 404


def test_a_door_of_one_connection_takes_what_is_signed_for_it(api: Api, shop: Line, other_shop: Line) -> None:
    path = f"{PATH}/{shop.connection.public_id}"
    own, foreign = body_of(shop), body_of(other_shop)
    for body in (own, foreign):
        assert api.post(path, content=body, headers=sign(SECRET, body)).status_code == 200
    rows = WebhookDelivery.objects.filter(addressee=shop.connection.public_id).order_by("pk")
    assert [settle(row).state for row in rows] == ["done", "quarantined"]
