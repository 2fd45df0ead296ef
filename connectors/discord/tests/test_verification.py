"""Connecting: whose token it is, and the right sentence for a wrong one."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from connectors.discord import verification
from connectors.discord.connector import CONNECTOR
from connectors.discord.tests.conftest import credentials_with
from connectors.kit.connector import Identity
from connectors.kit.context import HttpResponse
from connectors.kit.testing import FakeHttp, Request, answer, context
from hermes.core.errors import HermesError, InvalidArgument

KEY = "9d" * 32
BOT = {"id": "1096172334001844001", "username": "helper", "bot": True}
APPLICATION = {
    "id": "1096161334001844294",
    "name": "Helper",
    "verify_key": KEY,
    "flags": 1 << 19,
    "approximate_guild_count": 3,
}


def verify(bot: Any, application: Any = APPLICATION, **given: str) -> Identity:
    def respond(request: Request) -> HttpResponse:
        told = bot if request.url.endswith("/users/@me") else application
        return told if isinstance(told, HttpResponse) else answer(200, told)

    return asyncio.run(verification.verify(context(CONNECTOR, credentials_with(**given), FakeHttp(respond))))


def test_a_bot_is_known_by_its_user_and_its_application() -> None:
    identity = verify(BOT, channels="1096172334001844290, 1096172334001844291", public_key=KEY.upper())
    assert identity.external_id == BOT["id"]
    assert identity.routes == (APPLICATION["id"],)
    assert identity.label == "helper"
    assert identity.details == {
        "application_id": APPLICATION["id"],
        "application": "Helper",
        "servers": 3,
        "reads_message_content": True,
        "watched_channels": 2,
    }


@pytest.mark.parametrize(
    ("trouble", "code", "says"),
    [
        (lambda: verify(answer(401, {"code": 0})), "needs_reauth", "reset it in the Developer Portal"),
        (lambda: verify({**BOT, "bot": False}), "platform_rejected", "create a bot"),
        (lambda: verify(BOT, public_key="00" * 32), "invalid_argument", "another application"),
        (lambda: verify(BOT, answer(403, {"code": 50013})), "not_allowed_by_platform", "permission"),
        (lambda: verify({"id": 5}), "platform_unavailable", "cannot be read"),
        (lambda: verify(answer(503)), "platform_unavailable", "try again"),
    ],
)
def test_what_is_wrong_has_its_sentence(trouble: Callable[[], Identity], code: str, says: str) -> None:
    with pytest.raises(HermesError, match=says) as refused:
        trouble()
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channels", "#general"),
        ("channels", "123"),
        ("channels", ", ".join(["1096172334001844290"] * 26)),
        ("public_key", "00"),
    ],
)
def test_a_field_that_cannot_be_right_is_named(field: str, value: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        credentials_with(**{field: value})
    assert refused.value.details["argument"] == field


def test_a_channel_named_twice_is_watched_once() -> None:
    given = credentials_with(channels="1096172334001844290 1096172334001844290, 1096172334001844291")
    assert getattr(given, "watched") == ("1096172334001844290", "1096172334001844291")  # noqa: B009
