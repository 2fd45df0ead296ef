"""Servers without the extensions that make moving and removing exact, and ids that hide line breaks."""

from typing import Any

import pytest

from connectors import sandbox
from connectors.email import headers
from connectors.email.ids import EXAMPLE
from connectors.email.tests.accounts import Account
from connectors.sandbox import DialledStandin, MemoryStore
from connectors.sandbox.email import imap


@pytest.fixture
def account() -> Account:
    standin = sandbox.standin("email", MemoryStore())
    assert isinstance(standin, DialledStandin)
    return Account(sandbox.credentials("email"), dial=standin.dial)


def announce(monkeypatch: pytest.MonkeyPatch, *without: bytes) -> None:
    offers = [word for word in imap.CAPABILITY.split() if word not in without]
    monkeypatch.setattr(imap, "CAPABILITY", b" ".join(offers))


def listed(account: Account, folder: str, **wanted: Any) -> list[str]:
    return [m["subject"] for m in account.call("email_list_messages", folder=folder, **wanted)["messages"]]


def test_without_move_messages_are_copied_and_exactly_they_removed(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(monkeypatch, b"MOVE")
    others = listed(account, "INBOX")[1:]
    moved = account.call("email_move", ids=[EXAMPLE], folder="Archive")
    assert moved["new_ids"][EXAMPLE].startswith("Archive:")
    assert "note" not in moved
    assert (listed(account, "INBOX"), len(listed(account, "Archive"))) == (others, 1)


def test_without_uidplus_nothing_of_others_is_expunged_and_that_is_said(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(monkeypatch, b"MOVE", b"UIDPLUS")
    before = listed(account, "INBOX")
    for told in (
        account.call("email_move", ids=[EXAMPLE], folder="Archive"),
        account.call("email_delete", ids=[EXAMPLE], permanent=True),
    ):
        assert "marks" in told["note"]
    assert listed(account, "INBOX") == before
    assert len(listed(account, "Archive")) == 1


def test_an_id_that_hides_a_line_break_is_no_id() -> None:
    read = headers.read(
        b"Message-ID: <=?utf-8?q?a=0D=0ABcc:x?=@x>\r\nReferences: <a@x> <=?utf-8?q?=0A?=@y>\r\n\r\n"
    )
    assert (read.message_id, read.references) == ("", ("<a@x>",))
