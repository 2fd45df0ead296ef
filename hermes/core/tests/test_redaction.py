"""Secrets are masked by shape, by name and because they are known; ordinary text stays as it is."""

import asyncio
import json
import time
from contextvars import Context

import pytest
from hypothesis import given, strategies as st

from connectors.kit.secret import Secret
from hermes.core.redaction import MASK, hide, is_secret_name, redact, redact_text

SECRET = "S3cr3tV4lue0123456789abcdefghijklmnopqrstuv"  # no shape of its own


@pytest.mark.parametrize(
    "text",
    [
        f"hms_live_{SECRET}",
        f"key=hms_test_{SECRET}, next",
        f"GET https://api.telegram.org/bot123456:{SECRET}/sendMessage failed",
        f"HTTPSConnectionPool: /bot123456:{SECRET}/getMe",
        f"GET /media/h1.m1.{SECRET} HTTP/1.1",
        f"/bot123456%3A{SECRET}/getMe",
        f"token 123456789:{SECRET} refused",
        f"Authorization: Bearer {SECRET}",
        f"authorization=Basic {SECRET}",
        f"{{'Authorization': 'Bearer {SECRET}'}}",
        f'{{"authorization": "OAuth {SECRET}"}}',
        f"(b'authorization', b'Bearer {SECRET}')",
        f"Bot {SECRET}.abcdef.{SECRET}",
        f"Cookie: sessionid={SECRET}; csrftoken={SECRET}",
        f"X-Hub-Signature-256: sha256={SECRET}",
        f"X-API-Key: {SECRET}",
        f"/cb?code={SECRET}&state={SECRET}",
        f"/v1?x=1&access_token={SECRET}#frag",
        f"client_secret={SECRET}&grant_type=x",
        f"next=%2Fcb%3Faccess_token%3D{SECRET}%26x",
        f'{{"access_token": "{SECRET}", "expires_in": 3600}}',
        f"{{'refresh_token': '{SECRET}'}}",
        f'"{{\\"app_secret\\": \\"{SECRET}\\"}}"',
        f"mysql://hermes:{SECRET}@db/hermes",
        f"redis://:{SECRET}@cache:6379/0",
        f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.{SECRET}",
        f"EAA{SECRET}",
        f"sk_live_{SECRET}",
        f"whsec_{SECRET}",
        f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n-----END RSA PRIVATE KEY-----",
        f"-----BEGIN PRIVATE KEY-----\n{SECRET}",
        f"CREDENTIAL_ENCRYPTION_KEYS=k1:{SECRET}",
    ],
)
def test_a_secret_is_masked_by_its_shape(text: str) -> None:
    masked = redact_text(text)
    assert SECRET not in masked
    assert MASK in masked


@pytest.mark.parametrize(
    "text",
    [
        "The bottle is in /bottles/12 and /both",
        "Invoice 12345678: paid by Basic plan",
        "https://api.example.com/v26.0/1234/messages?limit=50&after=abc",
        "tokens were counted: max 500",
        "10:45:30 a bot answered",
        "hms_ is the prefix",
        "Grüße an alle 🎉",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert redact_text(text) == text


def test_what_is_around_a_secret_stays_readable() -> None:
    text = redact_text(
        f"POST https://graph.facebook.com/v26.0/1/messages?access_token={SECRET}&fields=id failed"
    )
    assert text == "POST https://graph.facebook.com/v26.0/1/messages?access_token=***&fields=id failed"


@pytest.mark.parametrize(
    "name",
    [
        "access_token",
        "Token",
        "apiKey",
        "X-API-Key",
        "client_secret",
        "Set-Cookie",
        "password",
        "credentials",
    ],
)
def test_what_stands_under_a_secret_name_is_masked_whatever_it_is(name: str) -> None:
    assert is_secret_name(name)
    assert redact({name: ["anything", 4711]}) == {name: MASK}


@pytest.mark.parametrize("name", ["tool", "text", "to", "code", "key", "author", "tokenizer", "secretary"])
def test_other_names_are_not_secret(name: str) -> None:
    assert redact({name: "plain"}) == {name: "plain"}


def test_a_secret_object_shows_as_stars_at_any_depth() -> None:
    assert redact({"a": [Secret(SECRET), {"b": Secret(SECRET)}]}) == {"a": [MASK, {"b": MASK}]}


def test_hidden_values_are_masked_also_where_they_are_url_encoded() -> None:
    async def request() -> str:
        hide("pass word/42")
        return redact_text("a pass word/42 and pass%20word%2F42")

    assert asyncio.run(request()) == "a *** and ***"


def test_hidden_values_are_those_of_the_current_request_only() -> None:
    async def first() -> None:
        hide("one-of-first")
        await asyncio.sleep(0)
        assert redact_text("one-of-first one-of-second") == "*** one-of-second"

    async def second() -> None:
        hide("one-of-second")
        await asyncio.sleep(0)
        assert redact_text("one-of-first one-of-second") == "one-of-first ***"

    async def both() -> None:
        await asyncio.gather(first(), second())

    Context().run(asyncio.run, both())  # not in the one where other tests have hidden theirs


def test_a_secret_that_was_revealed_is_masked_in_what_the_call_logs_from_then_on() -> None:
    async def call() -> tuple[str, str]:
        secret = Secret("platform-token-9")
        before = redact_text("sent platform-token-9")
        secret.reveal()
        return before, redact_text("sent platform-token-9")

    assert asyncio.run(call()) == ("sent platform-token-9", "sent ***")


def test_a_hidden_value_that_holds_another_is_masked_whole() -> None:
    async def call() -> str:
        hide("platform", "platform-token-9")
        return redact_text("sent platform-token-9")

    assert asyncio.run(call()) == "sent ***"


def test_short_values_are_not_hidden() -> None:
    async def request() -> str:
        hide("", "a", "12345")
        return redact_text("a 12345 b")

    assert asyncio.run(request()) == "a 12345 b"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.builds(object),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner, inner)
    ),
    max_leaves=30,
)


@given(json_values)
def test_anything_becomes_strict_json(value: object) -> None:
    json.loads(json.dumps(redact(value), allow_nan=False))


def test_a_value_that_contains_itself_ends() -> None:
    loop: list[object] = []
    loop.append(loop)
    assert "…" in json.dumps(redact(loop), ensure_ascii=False)


def test_an_object_whose_repr_fails_does_not_cost_the_line() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError(SECRET)

    assert redact(Broken()) == "<Broken>"


def test_long_texts_keep_their_two_ends() -> None:
    shown = redact("a" * 50_000 + "z" * 5000)
    assert len(shown) < 8100
    assert (shown[0], shown[-1]) == ("a", "z")


@pytest.mark.parametrize(
    "bait",
    ["eyJ", "eyJ-", "token", "token=", "-----BEGIN PRIVATE KEY", "://", "://a:", "Bearer ", "1234567:",
     "/bot1", 'secret": "', "EAA", "sk_live_", "hms_live_", "%3d", "authorization: ", "cookie=", "a", " "],
)  # fmt: skip
def test_hostile_text_takes_no_more_than_linear_time(bait: str) -> None:
    text = (bait * 64_000)[:64_000] + "eyj hms_ /bot bearer authorization cookie = %3d : @ eaa _ private key"
    started = time.process_time()
    redact_text(text)
    assert time.process_time() - started < 1.0
