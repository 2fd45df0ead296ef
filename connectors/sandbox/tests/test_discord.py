"""Discord's stand-in answers as Discord does, and docs/sandbox.md says what it does on chosen values."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from connectors.kit.context import HttpResponse
from connectors.sandbox import Inbound, MemoryStore, Standin, credentials, standin
from connectors.sandbox.discord import magic
from connectors.sandbox.discord.people import POSTED, WRITTEN
from connectors.sandbox.discord.world import IDS
from hermes.core.errors import InvalidArgument
from hermes.core.http_types import CutOff, NotReached

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "sandbox.md").read_text()
PAGE = PAGE.partition("\n## Discord")[2].partition("\n## ")[0]
GENERAL = f"channels/{IDS['general']}"


class Account:
    """A bot of the sandbox, asked directly."""

    def __init__(self) -> None:
        made = standin("discord", MemoryStore())
        assert made is not None
        self.standin: Standin = made
        self.token = credentials("discord")["bot_token"]

    def ask(self, method: str, path: str, **asked: Any) -> HttpResponse:
        """One request."""
        token = asked.pop("token", self.token)
        headers = {"Authorization": f"Bot {token}"} if token else {}
        url = path if path.startswith("https:") else f"https://discord.com/api/v10/{path}"
        return asyncio.run(self.standin.request(method, url, headers=headers, **asked))

    def inbound(self, **event: Any) -> dict[str, Any] | None:
        """A person does something."""
        return asyncio.run(self.standin.inbound(Inbound(**{"sender": "ana", **event})))


@pytest.fixture
def account() -> Account:
    """A bot that was used once."""
    made = Account()
    assert made.ask("GET", "users/@me").status == 200
    return made


def code(response: HttpResponse) -> int:
    """The error code of an answer."""
    told: int = response.json()["code"]
    return told


def test_only_the_bots_own_token_is_good(account: Account) -> None:
    for token in ("", "nonsense", Account().token, f"{account.token}{magic.TOKEN_RESET}"):
        assert account.ask("GET", "users/@me", token=token).status == 401
    reset = account.token.partition(".")[0] + ".SANDBX.another"
    assert account.ask("GET", "users/@me", token=reset).status == 200


def test_a_post_without_content_or_with_too_much_is_refused(account: Account) -> None:
    for body, refused in (({}, 50006), ({"content": "x" * 2001}, 50035)):
        response = account.ask("POST", f"{GENERAL}/messages", json=body)
        assert (response.status, code(response)) == (400, refused)


def test_the_same_nonce_is_one_message(account: Account) -> None:
    body = {"content": "x", "nonce": "n", "enforce_nonce": True}
    first, second = (account.ask("POST", f"{GENERAL}/messages", json=body).json()["id"] for _ in range(2))
    assert first == second
    without = account.ask("POST", f"{GENERAL}/messages", json={"content": "x", "nonce": "n"}).json()["id"]
    assert without != first


def test_everyone_is_mentioned_unless_the_message_forbids_it(account: Account) -> None:
    silent: dict[str, Any] = {"allowed_mentions": {"parse": []}}
    said = [
        account.ask("POST", f"{GENERAL}/messages", json={"content": "@everyone"} | more).json()
        for more in ({}, silent)
    ]
    assert [m["mention_everyone"] for m in said] == [True, False]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "nowhere", 404),
        ("GET", "guilds/1/channels", 404),
        ("GET", "channels/1", 404),
        ("GET", f"{GENERAL}/messages/1", 404),
        ("GET", f"{GENERAL}/messages?limit=101", 400),
        ("GET", f"{GENERAL}/threads/archived/public?limit=1", 400),
        ("PUT", f"{GENERAL}/messages/{IDS['first message']}/reactions/smile/@me", 400),
        ("DELETE", "guilds/1", 404),
    ],
)
def test_what_is_not_there_or_not_right_is_refused(
    account: Account, method: str, path: str, status: int
) -> None:
    assert account.ask(method, path).status == status


@pytest.mark.parametrize("channel", magic.CHANNELS)
def test_a_channel_of_trouble_refuses_everything(account: Account, channel: str) -> None:
    refusal = magic.CHANNELS[channel]
    for method, path in (("GET", ""), ("GET", "/messages"), ("POST", "/messages")):
        response = account.ask(method, f"channels/{channel}{path}", json={"content": "x"})
        assert (response.status, code(response)) == (refusal.status, refusal.code)
        assert response.headers.get("retry-after") == (
            str(int(refusal.retry_after_s)) if refusal.retry_after_s else None
        )


def test_lost_answers_are_lost(account: Account) -> None:
    def send(channel: str) -> HttpResponse:
        return account.ask("POST", f"channels/{channel}/messages", json={"content": "x"}, deadline_s=0.05)

    for channel in (magic.CUT, magic.NEVER_ANSWERED):
        with pytest.raises(CutOff):
            send(channel)
    with pytest.raises(NotReached):
        send(magic.NOT_REACHED)
    assert send(magic.BAD_GATEWAY).status == 502


@pytest.mark.parametrize("kind", WRITTEN)
def test_what_people_write_is_kept_and_not_posted(account: Account, kind: str) -> None:
    assert account.inbound(kind=kind, text="hello", sender="200000000000000001", name="Zoe") is None


def test_an_answer_goes_where_the_message_is(account: Account) -> None:
    lobby = f"channels/{IDS['lobby']}/messages"
    asked = account.ask("POST", lobby, json={"content": "who?"}).json()["id"]
    account.inbound(text="me", reply_to=asked)
    newest = account.ask("GET", f"{lobby}?limit=1").json()[0]
    assert (newest["content"], newest["message_reference"]["message_id"]) == ("me", asked)
    assert newest["author"]["username"] == "ana"


@pytest.mark.parametrize("kind", POSTED)
def test_commands_and_buttons_are_posted(account: Account, kind: str) -> None:
    payload = account.inbound(kind=kind, text="order")
    assert payload is not None
    assert payload["application_id"] == account.ask("GET", "applications/@me").json()["id"]
    assert payload["channel_id"] == IDS["general"]


@pytest.mark.parametrize(
    "event",
    [{"kind": "telepathy"}, {"sender": "nobody"}, {"content": {"channel_id": "1"}}],
)
def test_what_cannot_be_simulated_is_refused(account: Account, event: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        account.inbound(**event)


def test_files_of_the_web_stand_for_any(account: Account) -> None:
    assert account.ask("GET", "https://files.example/a.png").headers["content-type"] == "image/png"
    assert account.ask("GET", "https://files.example/missing.png").status == 404


def test_every_value_that_means_trouble_is_on_the_page_with_its_code() -> None:
    rows = dict(re.findall(r"^\| `(\d+)` \|(.*)$", PAGE, re.MULTILINE))
    refusals = {**magic.CHANNELS, **magic.UNOPENED, **magic.UNREACHABLE}
    lost = {magic.NOT_REACHED, magic.BAD_GATEWAY, magic.NEVER_ANSWERED, magic.CUT, magic.SLOW}
    assert set(rows) == {*refusals, *lost}
    for value, refusal in refusals.items():
        assert not refusal.code or str(refusal.code) in rows[value]
    assert f"`{magic.TOKEN_RESET}`" in PAGE
    assert all(f"`{kind}`" in PAGE for kind in (*WRITTEN, *POSTED))
