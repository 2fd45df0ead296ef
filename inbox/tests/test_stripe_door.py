"""Stripe's door: what Stripe signed lately is stored and then acknowledged, nothing else is."""

import hashlib
import hmac
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
from django import db
from hypothesis import HealthCheck, given, settings as examples, strategies as st

from billing.stripe_gateway import HEADER, sign
from hermes.core import ids, write_transaction
from inbox.models import WebhookDelivery
from inbox.tests.posting import take_broker_away
from inbox.tests.stripe import PATH, PREVIOUS, SECRET, Payer, event, kept, post, settle
from tests.support.api import Api


def encoded(body: dict[str, Any]) -> bytes:
    """Bytes that no JSON writer of ours would make."""
    return b'{ "x": 1.10, "y": "\\u00e9",  ' + msgspec.json.encode(body)[1:]


def mac(body: bytes, at: int, secret: str = SECRET) -> str:
    """The signature alone, of this moment."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


FORGERIES: dict[str, Callable[[bytes, int], str]] = {
    "missing": lambda body, now: "",
    "no time": lambda body, now: f"v1={mac(body, now)}",
    "older than 300 seconds": lambda body, now: f"t={now - 310},v1={mac(body, now - 310)}",
    "a new time on an old signature": lambda body, now: f"t={now},v1={mac(body, now - 310)}",
    "of another secret": lambda body, now: f"t={now},v1={mac(body, now, 'whsec_other')}",
    "over other bytes": lambda body, now: f"t={now},v1={mac(body + b' ', now)}",
    "of another scheme": lambda body, now: f"t={now},v0={mac(body, now)}",
    "several and none of them good": lambda body, now: f"t={now},v1={'0' * 64},v1={'1' * 64}",
    "not ASCII": lambda body, now: f"t={now},v1=\xe9",
    "a time that is none": lambda body, now: f"t=soon,v1={mac(body, now)}",
    "a time of 5,000 digits": lambda body, now: f"t={'9' * 5_000},v1={mac(body, now)}",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_wh12_a_signature_that_does_not_fit_or_is_old_is_refused_and_nothing_stored(
    api: Api, forgery: str
) -> None:
    told = Payer().told("created")
    body = encoded(told)
    header = FORGERIES[forgery](body, int(time.time()))
    answer = api.post(PATH, content=body, headers={HEADER: header.encode("latin-1")})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECRET not in answer.text
    assert kept(told) is None


def test_wh12_one_good_signature_among_several_is_enough(api: Api) -> None:
    told = Payer().told("created")
    body, now = encoded(told), int(time.time())
    assert post(api, body, header=f"t={now},v1={'0' * 64},v1={mac(body, now)},v0={'1' * 64}") == 200
    row = kept(told)
    assert row is not None
    assert bytes(row.body) == body


def test_wh12_an_old_time_within_the_tolerance_is_taken(api: Api) -> None:
    told = Payer().told("created")
    body, at = encoded(told), int(time.time()) - 200
    assert post(api, body, header=f"t={at},v1={mac(body, at)}") == 200


def test_wh13_both_secrets_hold_while_they_overlap_and_without_any_nothing_is_taken(
    api: Api, settings: Any
) -> None:
    assert post(api, Payer().told("created"), secret=PREVIOUS) == 200
    settings.STRIPE_WEBHOOK_SECRET = [SECRET]
    assert post(api, Payer().told("created"), secret=PREVIOUS) == 400
    assert post(api, Payer().told("created")) == 200
    for nothing in ([], [""]):
        settings.STRIPE_WEBHOOK_SECRET = nothing
        told = Payer().told("created")
        assert post(api, told, secret="") == post(api, told) == 400
        assert kept(told) is None


@pytest.mark.parametrize(
    ("key", "livemode", "status"),
    [
        ("sk_test_1", True, 400),
        ("rk_test_1", True, 400),
        ("sk_live_1", False, 400),
        ("rk_live_1", False, 400),
        ("sk_live_1", True, 200),
        ("sk_test_1", False, 200),
        ("", True, 200),
        ("", False, 200),
    ],
)
def test_an_event_of_the_other_mode_than_the_key_is_refused(
    api: Api, settings: Any, key: str, livemode: bool, status: int
) -> None:
    settings.STRIPE_SECRET_KEY = key
    told = Payer().told("created", livemode=livemode)
    assert post(api, told) == status
    assert (kept(told) is not None) == (status == 200)


def test_wh04_an_event_posted_many_times_at_once_in_other_bytes_is_kept_once(api: Api) -> None:
    told = Payer().told("created")
    bodies = [{**told, "pending_webhooks": count} for count in range(20)]
    with ThreadPoolExecutor(10) as pool:
        assert {*pool.map(lambda body: post(api, body), bodies)} == {200}
    assert WebhookDelivery.objects.filter(lane=told["data"]["object"]["customer"]).count() == 1


GARBAGE = [b"not json", b"", b"[" * 100_000, b'"text"', b"null", b"{}", b"[]", b'{"id": "evt_1"}']


@pytest.mark.parametrize("garbage", GARBAGE)
def test_wh02_signed_garbage_is_refused(api: Api, garbage: bytes) -> None:
    assert post(api, garbage) == 400


@pytest.mark.parametrize("body", [b"\xff\xfe{}", b'{"id": "\xed\xa0\x80"}'])
def test_bd02_bytes_that_are_no_text_are_refused(api: Api, body: bytes) -> None:
    assert post(api, body, header=f"t={time.time():.0f},v1={'0' * 64}") == 400


def test_wh09_more_than_three_mebibytes_are_refused(api: Api) -> None:
    told = Payer().told("created")
    padding = (3 << 20) - len(msgspec.json.encode(told))
    assert post(api, msgspec.json.encode(told) + b" " * (padding + 1)) == 413
    assert kept(told) is None
    assert post(api, msgspec.json.encode(told) + b" " * padding) == 200


def test_without_the_database_the_answer_is_503_and_the_event_is_taken_when_posted_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_database() -> Any:
        raise db.InterfaceError("gone")

    told = Payer().told("created")
    with monkeypatch.context() as away:
        away.setattr(write_transaction, "_away_until", 0.0)
        away.setattr(write_transaction, "_cursor", no_database)
        assert post(api, told) == 503
    assert kept(told) is None
    take_broker_away(monkeypatch)
    assert post(api, told) == 200


def test_there_is_no_handshake_and_no_door_of_a_connection(api: Api) -> None:
    answer = api.get(PATH)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    body = msgspec.json.encode(Payer().told("created"))
    for place in (ids.new("con"), "x"):
        assert api.post(f"{PATH}/{place}", content=body, headers=sign(SECRET, body)).status_code == 404


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KINDS = ["checkout.session.completed", "invoice.paid", "invoice.payment_failed", "customer.created", "x"]
KINDS += [f"customer.subscription.{change}" for change in ("created", "updated", "deleted", "paused")]


@given(data=st.data())
@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bd10_a_signed_event_of_any_shape_is_settled_and_none_fails(
    api: Api, acme: Any, data: st.DataObject
) -> None:
    payer = Payer()
    shapes = [payer.checkout(acme.customer.public_id), payer.told("updated"), payer.invoice("paid")]
    about = dict(data.draw(st.sampled_from(shapes))["data"]["object"])
    for name in data.draw(st.lists(st.sampled_from(sorted(about)), max_size=4)):
        about[name] = data.draw(JSON)
    told = event(data.draw(st.sampled_from(KINDS)), about)
    told["created"] = data.draw(st.sampled_from([told["created"], 0, 2**31, 253_402_300_799]))
    assert post(api, told) == 200
    row = settle(told)
    assert row.state in ("done", "unrouted", "quarantined")
    assert bool(row.reason) == (row.state != "done")
    assert "Error" not in row.reason


@given(about=JSON, created=st.integers())
@examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bd10_whatever_is_signed_is_taken_or_refused(api: Api, about: Any, created: int) -> None:
    told = event("customer.subscription.updated", about)
    told["created"] = created
    try:
        body = msgspec.json.encode(told)
    except (msgspec.MsgspecError, OverflowError, UnicodeError):
        return
    assert post(api, body) in (200, 400)
