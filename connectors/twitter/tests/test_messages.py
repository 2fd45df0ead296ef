"""Direct messages and reactions."""

from typing import Any

import pytest

from connectors.kit.testing import answer
from connectors.sandbox.twitter import magic, world
from connectors.twitter.connector import CONNECTOR
from connectors.twitter.tests.conftest import WEB, Account, opened
from hermes.core.errors import (
    InvalidArgument,
    NotAllowedByPlatform,
    OutcomeUnknown,
    PlatformRejected,
    RateLimited,
    RecipientUnreachable,
)

REACTIONS = {"twitter_like": "likes", "twitter_repost": "retweets", "twitter_bookmark": "bookmarks"}


def test_messages_are_listed_with_who_sent_them(account: Account) -> None:
    account("twitter_send_dm", to="ben_sandbox", text="Hello")
    newest, older, oldest = account("twitter_list_dms")["messages"]
    assert (newest["text"], newest["from_me"], newest["untrusted"]) == ("Hello", True, False)
    assert (older["sender"]["username"], older["from_me"]) == ("ann_sandbox", False)
    assert (newest["conversation"], older["conversation"]) == (world.BEN, world.ANN)
    hers = account("twitter_list_dms", **{"with": "@ann_sandbox"})["messages"]
    assert [m["id"] for m in hers] == [older["id"], oldest["id"]]


def test_a_message_is_sent_once_and_filed_under_the_person(account: Account) -> None:
    result = account.result("twitter_send_dm", to="@ann_sandbox", text="There is.")
    (sent,) = result.sent
    assert (sent.contact, sent.text, sent.kind) == (world.ANN, "There is.", "text")
    assert sent.upstream_id == result.upstream_id
    (request,) = account.requests("POST", "/messages")
    assert request["url"].endswith(f"/2/dm_conversations/with/{world.ANN}/messages")
    assert request["json"] == {"text": "There is."}


def test_a_file_and_a_group(account: Account) -> None:
    account("twitter_send_dm", to="group:1582103724607971328", media={"url": WEB + "cake.png"})
    (request,) = account.requests("POST", "/messages")
    assert request["url"].endswith("/dm_conversations/1582103724607971328/messages")
    assert list(request["json"]) == ["attachments"]
    upload = {p.name: p.content for p in account.requests("POST", "media/upload")[0]["parts"]}
    assert upload["media_category"] == "dm_image"
    (message,) = account("twitter_list_dms", **{"with": "group:1582103724607971328"})["messages"]
    assert message["conversation"] == "group:1582103724607971328"
    assert message["media"][0]["type"] == "photo"


@pytest.mark.parametrize(
    "arguments",
    [{"to": "a b"}, {"to": world.ANN}, {"to": "group:x", "text": "x"}, {"to": world.ANN, "text": " "}],
)
def test_a_message_to_nobody_or_of_nothing_is_not_sent(account: Account, arguments: Any) -> None:
    with pytest.raises(InvalidArgument):
        account("twitter_send_dm", **({"text": "x"} if arguments == {"to": "a b"} else {}), **arguments)
    assert not account.asked


@pytest.mark.parametrize(
    ("word", "error"), [("429", RateLimited), ("cut", OutcomeUnknown), ("502", OutcomeUnknown)]
)
def test_a_message_that_fails_is_not_repeated(account: Account, word: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        account("twitter_send_dm", to=world.ANN, text=f"sandbox-fail-{word}")
    assert len(account.requests("POST", "/messages")) == 1


def test_who_takes_no_messages_and_what_needs_permission_are_told_apart(account: Account) -> None:
    with pytest.raises(RecipientUnreachable):
        account("twitter_send_dm", to=magic.UNREACHABLE_PERSON, text="x")
    for arguments in ({"to": world.ANN, "text": "x"}, {}):
        with pytest.raises(NotAllowedByPlatform, match="Direct Messages"):
            opened(magic.TOKEN_WITHOUT_DMS)(
                "twitter_send_dm" if arguments else "twitter_list_dms", **arguments
            )


def test_hermes_send_writes_to_contacts_and_names() -> None:
    texting = CONNECTOR.texting
    assert texting is not None
    assert texting.send(world.ANN, "Hi").arguments == {"to": world.ANN, "text": "Hi"}
    assert texting.reaches("@ann_sandbox")
    for address in ("14155550123", "ann_sandbox", "@ann sandbox", "@" + "x" * 16, "ann@example.com"):
        assert not texting.reaches(address)


@pytest.mark.parametrize("tool", REACTIONS)
def test_a_reaction_is_put_and_taken_back(account: Account, tool: str) -> None:
    address = f"https://x.com/ben_sandbox/status/{world.BREAD}"
    for _ in range(2):
        assert account(tool, post_id=address)["done"] is True
    assert account(tool, post_id=world.BREAD, undo=True)["done"] is True
    me, kind = world.account_id(account.token), REACTIONS[tool]
    put, _, taken = [r for r in account.asked if r["method"] != "GET"]
    assert put["url"].endswith(f"/2/users/{me}/{kind}")
    assert put["json"] == {"tweet_id": world.BREAD}
    assert taken["url"].endswith(f"/2/users/{me}/{kind}/{world.BREAD}")


def test_what_is_gone_and_what_the_plan_leaves_out(account: Account) -> None:
    with pytest.raises(PlatformRejected):
        account("twitter_repost", post_id=magic.GONE)
    with pytest.raises(NotAllowedByPlatform, match="plan"):
        opened(magic.TOKEN_SELF_SERVE)("twitter_like", post_id=world.BREAD)


def test_a_reaction_x_does_not_confirm_is_an_unknown_outcome(account: Account) -> None:
    account.replies = lambda r: answer(200, {"data": {"liked": False}}) if r.method == "POST" else None
    with pytest.raises(OutcomeUnknown):
        account("twitter_like", post_id=world.BREAD)
