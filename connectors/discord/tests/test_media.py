"""Files of messages come from Discord's own hosts, without a credential."""

import asyncio
from typing import Any

import pytest

from connectors.discord.connector import CONNECTOR
from connectors.discord.media import fetch_media
from connectors.discord.tests.conftest import always, credentials_with
from connectors.kit.connector import MediaFile
from connectors.kit.testing import FakeHttp, answer, context
from hermes.core.errors import NotFound

URL = "https://cdn.discordapp.com/attachments/1/2/a.png?ex=1&is=2&hm=3"


def fetched(http: FakeHttp, **media: Any) -> MediaFile:
    return asyncio.run(fetch_media(context(CONNECTOR, credentials_with(), http), media, 100))


def test_a_file_is_fetched_without_the_token() -> None:
    http = FakeHttp(lambda _: answer(200, b"png", {"content-type": "image/png"}))
    file = fetched(http, url=URL, filename="a.png", mime_type="image/png")
    assert file == MediaFile(content=b"png", mime_type="image/png", filename="a.png")
    assert "Authorization" not in http.requests[0].headers


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://evil.example/a.png",
        "http://cdn.discordapp.com/a",
        "https://cdn.discordapp.com@evil.example/",
    ],
)
def test_no_other_host_is_asked(url: str) -> None:
    http = FakeHttp(always(200, b"x"))
    with pytest.raises(NotFound):
        fetched(http, url=url)
    assert not http.requests


def test_an_address_that_ran_out_says_where_a_fresh_one_is() -> None:
    with pytest.raises(NotFound, match="discord_get_message"):
        fetched(FakeHttp(always(404)), url=URL)
