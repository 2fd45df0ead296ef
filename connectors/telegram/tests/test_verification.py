"""Whose a token is, and the webhook it gets."""

from typing import Any

import pytest

from connectors.kit.secret import Secret
from connectors.telegram.connector import CONNECTOR
from connectors.telegram.credentials import TelegramCredentials
from connectors.telegram.tests.conftest import TOKEN, Calling, Telegram
from connectors.telegram.verification import verify
from connectors.telegram.webhook import UPDATES
from hermes.core.errors import InvalidArgument, NeedsReauth, PlatformRejected, PlatformUnavailable

HERE = "https://hermes.example/webhook/telegram/con_1"
REGISTRATION = CONNECTOR.webhook.registration if CONNECTOR.webhook else None


def test_a_token_is_known_by_its_bot(call: Calling) -> None:
    identity = call.run(verify)
    assert (identity.external_id, identity.label) == ("123456", "@sandbox_123456_bot")
    assert identity.details["reads_all_group_messages"] is False


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((401, {}, {"ok": False, "error_code": 401, "description": "Unauthorized"}), NeedsReauth),
        ((404, {}, {"ok": False, "error_code": 404, "description": "Not Found"}), NeedsReauth),
        ((200, {}, {"ok": True, "result": {"id": 777, "is_bot": True}}), PlatformUnavailable),
        ((200, {}, {"ok": True, "result": None}), PlatformUnavailable),
    ],
)
def test_a_token_that_is_refused_or_anothers_is_not_taken(
    call: Calling, telegram: Telegram, answer: Any, error: type[Exception]
) -> None:
    telegram.script.append(answer)
    with pytest.raises(error):
        call.run(verify)


@pytest.mark.parametrize(
    "token", ["", "123456", "abc:" + "x" * 35, "123456:short", f"{TOKEN}/../x", f"{TOKEN}\n1"]
)
def test_what_is_no_token_asks_nobody(token: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        TelegramCredentials.parse({"bot_token": token})
    assert refused.value.details["argument"] == "bot_token"
    assert "short" not in refused.value.message


def test_the_webhook_is_set_with_its_secret_and_removed(call: Calling, telegram: Telegram) -> None:
    assert REGISTRATION is not None
    call.run(lambda ctx: REGISTRATION.add(ctx, HERE, Secret("s" * 64)))
    assert telegram.sent("setWebhook") == [
        {"url": HERE, "secret_token": "s" * 64, "allowed_updates": list(UPDATES)}
    ]
    call.run(lambda ctx: REGISTRATION.remove(ctx, HERE))
    assert telegram.sent("deleteWebhook") == [{}]
    call.run(lambda ctx: REGISTRATION.remove(ctx, HERE))
    assert len(telegram.sent("deleteWebhook")) == 1


def test_a_webhook_of_somebody_elses_stays(call: Calling, telegram: Telegram) -> None:
    assert REGISTRATION is not None
    call.run(lambda ctx: REGISTRATION.add(ctx, "https://other.example/hook", Secret("s" * 64)))
    call.run(lambda ctx: REGISTRATION.remove(ctx, HERE))
    assert telegram.sent("deleteWebhook") == []


def test_an_address_telegram_does_not_take_is_told(call: Calling) -> None:
    assert REGISTRATION is not None
    with pytest.raises(PlatformRejected, match="https"):
        call.run(lambda ctx: REGISTRATION.add(ctx, "http://hermes.example", Secret("s" * 64)))
