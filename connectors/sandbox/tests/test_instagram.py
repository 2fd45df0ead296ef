"""Instagram's stand-in: stateful, and failing in the ways docs/sandbox.md lists."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from connectors.kit.context import HttpResponse
from connectors.kit.secret import Secret
from connectors.sandbox import Inbound, MemoryStore, lost
from connectors.sandbox.instagram import Standin, credentials, magic
from connectors.sandbox.instagram.inbound import KINDS
from connectors.sandbox.instagram.samples import ALBUM, DRAFT, POST, REEL
from hermes.core.errors import InvalidArgument

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "sandbox.md").read_text()
OWN = re.split(r"\n## ", PAGE[PAGE.index("\n## Instagram") + 4 :])[0]
PERSON = "1254459154682919"


class Instagram:
    """The stand-in as a client of its own sees it."""

    def __init__(self) -> None:
        self.standin = Standin(MemoryStore())
        self.token = credentials()["access_token"]

    def ask(self, method: str, path: str, json: Any = None, **params: str) -> HttpResponse:
        url = f"https://graph.instagram.com/v26.0/{path}"
        return asyncio.run(
            self.standin.request(method, url, bearer=Secret(self.token), json=json, params=params)
        )

    def told(self, event: Inbound) -> dict[str, Any]:
        entry: dict[str, Any] = asyncio.run(self.standin.inbound(event))["entry"][0]
        return entry


@pytest.fixture
def instagram() -> Instagram:
    made = Instagram()
    made.ask("GET", "me")
    return made


def test_the_page_names_every_value_that_means_trouble() -> None:
    words = {
        word
        for row in re.findall(r"^\| (`.*?) \|", OWN, re.MULTILINE)
        for word in re.findall(r"`(.*?)`", row)
    }
    told = {
        word.removeprefix("sandbox-").removeprefix("fail").lstrip("-") for word in words if "IGAA" not in word
    }
    own = {magic.UNREACHED, magic.LIMITED, magic.REJECTED, magic.ENDED, magic.WAITING}
    assert told == {*magic.REFUSALS, *lost.LOST, *own}
    assert f"`{magic.TOKEN_EXPIRED}`" in OWN
    assert f"`{magic.TOKEN_OF_READER}`" in OWN


def test_the_page_names_what_is_there_and_what_people_do() -> None:
    assert all(given in OWN for given in (POST, REEL[-3:], ALBUM[-3:], DRAFT, PERSON))
    assert all(re.search(rf"\b{kind}\b", OWN) for kind in KINDS)
    for refusal in (r for word, r in magic.REFUSALS.items() if not word.isdecimal()):
        assert str(refusal.code) in OWN


def test_only_members_that_are_asked_for_are_told(instagram: Instagram) -> None:
    told = instagram.ask("GET", POST, fields="caption,children{id}").json()
    assert set(told) == {"id", "caption"}
    refused = instagram.ask("GET", POST, fields="id,secrets")
    assert (refused.status, refused.json()["error"]["code"]) == (400, 100)


def test_what_there_is_not_is_refused_as_graph_does(instagram: Instagram) -> None:
    for method, path in (("GET", "1"), ("POST", "1/replies"), ("DELETE", "1"), ("POST", f"{POST}/nothing")):
        error = instagram.ask(method, path, json={"message": "x"}).json()["error"]
        assert (error["code"], error["error_subcode"]) == (100, 33), (method, path)
    assert instagram.ask("GET", "a/b/c/d").json()["error"]["code"] == 100


def test_a_container_is_published_once(instagram: Instagram) -> None:
    first, second = (instagram.ask("POST", "me/media_publish", json={"creation_id": DRAFT}) for _ in range(2))
    assert (first.status, second.status) == (200, 400)
    assert second.json()["error"]["error_subcode"] == 2207008
    assert len(instagram.ask("GET", "me/media").json()["data"]) == 4


def test_two_accounts_keep_their_things_apart(instagram: Instagram) -> None:
    other = Instagram()
    accounts = {one.ask("GET", "me", fields="user_id").json()["user_id"] for one in (instagram, other)}
    instagram.ask("POST", "me/media_publish", json={"creation_id": DRAFT})
    assert len(accounts) == 2
    assert len(other.ask("GET", "me/media").json()["data"]) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_everything_people_do_is_posted_for_the_account(instagram: Instagram, kind: str) -> None:
    about = POST if kind in ("comment", "mention") else "aWdA"
    entry = instagram.told(Inbound(sender=PERSON, name="Ann Sand", kind=kind, text="x", reply_to=about))
    assert entry["id"] == instagram.ask("GET", "me", fields="user_id").json()["user_id"]
    if kind not in ("comment", "mention"):
        assert entry["messaging"][0]["sender"] == {"id": PERSON}


@pytest.mark.parametrize(
    ("event", "argument"),
    [
        ({"kind": "call"}, "kind"),
        ({"sender": "ann"}, "sender"),
        ({"kind": "reaction"}, "reply_to"),
        ({"kind": "comment", "reply_to": "7"}, "reply_to"),
    ],
)
def test_what_nobody_can_do_is_told(instagram: Instagram, event: dict[str, Any], argument: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        instagram.told(Inbound(**{"sender": PERSON, "text": "x", **event}))
    assert refused.value.details["argument"] == argument
