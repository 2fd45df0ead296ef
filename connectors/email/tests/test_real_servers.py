"""Every tool on Dovecot and OpenSMTPD, by password and by XOAUTH2, on both kinds of port."""

import base64
import imaplib
import secrets
import time
from collections.abc import Callable
from typing import Any

import pytest

from connectors.email.tests import servers
from connectors.email.tests.accounts import Account, received
from connectors.email.tests.servers import MailServers
from hermes.core import egress
from hermes.core.errors import (
    Conflict,
    HermesError,
    InvalidArgument,
    NeedsReauth,
    NotAllowedByPlatform,
    NotFound,
    PlatformRejected,
    PlatformUnavailable,
    RecipientUnreachable,
)

pytestmark = pytest.mark.mail
Make = Callable[..., Account]
PDF = base64.b64encode(b"%PDF-1.4 real").decode()


@pytest.fixture(params=["password", "token", "starttls"])
def make(request: Any, mail: MailServers) -> Make:
    """New accounts that sign in in each of the ways."""

    def made(name: str) -> Account:
        address = f"{name}-{secrets.token_hex(4)}@firm.test"
        more = {"access_token": servers.token(address)} if request.param == "token" else {}
        return Account(mail.credentials(address, starttls=request.param == "starttls", **more))

    return made


@pytest.fixture
def ana(mail: MailServers) -> Account:
    """An account that signs in by password."""
    return Account(mail.credentials(f"ana-{secrets.token_hex(4)}@firm.test"))


def test_every_tool_does_its_work(make: Make) -> None:
    ana, ben = make("ana"), make("ben")
    assert ana.verify().label == ana.address
    roles = {f.get("role"): f["name"] for f in ana.call("email_list_folders")["folders"]}
    assert {"inbox", "sent", "drafts", "trash", "archive"} <= set(roles)

    sent = ana.call(
        "email_send",
        to=[f"Ben Müller <{ben.address}>"],
        subject="Grüße: an invoice",
        body="Hello\n.\n..two dots\nFrom here",
        attachments=[{"content": PDF, "filename": "rechnung ä.pdf", "mime_type": "application/pdf"}],
    )
    assert sent["id"].startswith("Sent:")
    (mail,) = received(ben)
    assert (mail["subject"], mail["unread"], mail["attachments"]) == (
        "Grüße: an invoice",
        True,
        ["rechnung ä.pdf"],
    )
    read = ben.call("email_get_message", id=mail["id"])
    assert read["content"].strip() == "Hello\n.\n..two dots\nFrom here"
    assert "Message-ID" in ben.call("email_get_message", id=mail["id"], format="headers")["content"]
    assert sent["message_id"] in ben.call("email_get_message", id=mail["id"], format="raw")["content"]
    file = ben.result("email_get_attachment", id=mail["id"], name="rechnung ä.pdf")
    assert file.content[0]["resource"]["blob"] == PDF

    ben.call("email_reply", id=mail["id"], body="Thank you")
    (answer,) = received(ana)
    assert answer["subject"] == "Re: Grüße: an invoice"
    thread = ana.call("email_get_thread", id=answer["id"])["messages"]
    assert [m["folder"] for m in thread] == ["Sent", "INBOX"]
    assert received(ben)[0]["answered"] is True
    ben.call("email_forward", id=mail["id"], to=[ana.address], note="See this")
    forward = received(ana, 2)[0]
    assert (forward["subject"], forward["attachments"]) == ("Fwd: Grüße: an invoice", ["rechnung ä.pdf"])

    draft = ana.call(
        "email_create_draft", body="Soon more", reply_to_id=answer["id"], cc=["cleo@customer.test"]
    )
    assert draft["to"] == [ben.address]
    ana.call("email_send_draft", draft_id=draft["id"])
    assert received(ben, 2)[0]["subject"] == "Re: Grüße: an invoice"
    assert ana.call("email_list_messages", folder="Drafts")["messages"] == []

    ben.call("email_flag", ids=[mail["id"]], seen=True, flagged=True, add_labels=["todo"])
    assert [m["id"] for m in received(ben, flagged=True, unread=False)] == [mail["id"]]
    assert ben.call("email_create_folder", name="Bücher & Co")["existed"] is False
    assert ben.call("email_create_folder", name="Bücher & Co")["existed"] is True
    moved = ben.call("email_move", ids=[mail["id"]], folder="Bücher & Co")["new_ids"][mail["id"]]
    assert moved.startswith("Bücher & Co:")
    with pytest.raises(NotFound):
        ben.call("email_get_message", id=mail["id"])
    found = ben.call("email_search", text="two dots", folder="Bücher & Co", has_attachment=True)["messages"]
    assert [m["id"] for m in found] == [moved]
    assert (
        ben.call("email_search", subject="Grüße", from_=ana.address, folder="Bücher & Co")["messages"]
        == found
    )
    trashed = ben.call("email_delete", ids=[moved])["new_ids"][moved]
    assert trashed.startswith("Trash:")
    ben.call("email_delete", ids=[trashed], permanent=True)
    assert ben.call("email_list_messages", folder="Trash")["messages"] == []


def test_a_repeated_send_is_found_in_the_sent_folder_and_goes_out_once(ana: Account) -> None:
    letter = {"to": [ana.address], "subject": "once", "body": "once"}
    first = ana.call("email_send", call_token="k" * 32, **letter)
    again = ana.call("email_send", call_token="k" * 32, **letter)
    assert (again["message_id"], again["repeated"]) == (first["message_id"], True)
    ana.call("email_send", to=[ana.address], subject="last", body="last")
    assert [m["subject"] for m in received(ana, 2)] == ["last", "once"]


def test_hidden_recipients_get_it_and_are_named_in_the_own_copy_only(mail: MailServers, ana: Account) -> None:
    ben, cleo = (
        Account(mail.credentials(f"{n}-{secrets.token_hex(4)}@customer.test")) for n in ("ben", "cleo")
    )
    sent = ana.call("email_send", to=[ben.address], bcc=[cleo.address], subject="s", body="b")
    for other in (ben, cleo):
        raw = other.call("email_get_message", id=received(other)[0]["id"], format="raw")["content"]
        assert "Bcc" not in raw
        assert cleo.address not in raw.replace(f"Delivered-To: {cleo.address}", "").replace(
            f"for <{cleo.address}>", ""
        )
    assert f"Bcc: {cleo.address}" in ana.call("email_get_message", id=sent["id"], format="raw")["content"]


def test_one_unknown_recipient_and_nobody_gets_it(ana: Account) -> None:
    with pytest.raises(RecipientUnreachable) as refused:
        ana.call("email_send", to=[ana.address, "x@elsewhere.test"], subject="s", body="b")
    assert refused.value.details["recipients"] == ["x@elsewhere.test"]
    assert ana.call("email_list_messages", folder="Sent")["messages"] == []
    assert ana.call("email_list_messages")["messages"] == []


def test_pages_do_not_repeat_and_end(ana: Account) -> None:
    for number in range(5):
        ana.call("email_send", to=[ana.address], subject=f"n{number}", body="b")
    received(ana, 5)
    seen, cursor = [], None
    while True:
        page = ana.call("email_list_messages", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [m["id"] for m in page["messages"]]
        cursor = page.get("next_cursor")
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5
    first = ana.call("email_list_messages", limit=2)
    with pytest.raises(InvalidArgument, match="other arguments"):
        ana.call("email_list_messages", limit=2, unread=True, cursor=first["next_cursor"])


def test_ids_and_cursors_of_a_folder_that_was_renumbered_are_refused(mail: MailServers, ana: Account) -> None:
    for number in range(2):
        ana.call("email_send", to=[ana.address], subject=f"n{number}", body="b")
    (mail_id, *_), page = [m["id"] for m in received(ana, 2)], ana.call("email_list_messages", limit=1)
    for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"):
        (mail.folder / "mail" / ana.address / name).unlink(missing_ok=True)
    time.sleep(1.1)  # the new UIDVALIDITY is a second's number
    with pytest.raises(NotFound, match="renumbered"):
        ana.call("email_get_message", id=mail_id)
    with pytest.raises(InvalidArgument, match="renumbered"):
        ana.call("email_list_messages", limit=1, cursor=page["next_cursor"])


def test_deleting_for_good_leaves_what_others_marked(ana: Account) -> None:
    for number in range(2):
        ana.call("email_send", to=[ana.address], subject=f"n{number}", body="b")
    one, other = received(ana, 2)
    port = int(ana.given["imap_port"])
    with imaplib.IMAP4_SSL("localhost", port, ssl_context=egress.tls_context()) as mail_program:
        mail_program.login(ana.address, servers.PASSWORD)
        mail_program.select("INBOX")
        mail_program.uid("STORE", other["id"].rpartition(":")[2], "+FLAGS", "(\\Deleted)")
    assert ana.call("email_delete", ids=[one["id"]], permanent=True)["changed"] == [one["id"]]
    assert [m["id"] for m in received(ana)] == [other["id"]]
    assert ana.call("email_delete", ids=[one["id"], other["id"]])["missing"] == [one["id"]]


def _refused(given: dict[str, str]) -> HermesError:
    with pytest.raises(HermesError) as refused:
        Account(given).verify()
    return refused.value


def test_credentials_that_do_not_work_get_the_right_sentence(mail: MailServers) -> None:
    address = f"eve-{secrets.token_hex(4)}@firm.test"
    wrong = _refused(mail.credentials(address, password="wrong"))
    assert isinstance(wrong, NeedsReauth)
    assert "password" in wrong.message
    for bad in (
        servers.token(address, valid_s=-10),
        servers.token("somebody@else.test"),
        servers.token(address, key=b"another-signing-key-0123456789abcdefgh"),
        "no-token-at-all",
    ):
        refused = _refused(mail.credentials(address, access_token=bad))
        assert isinstance(refused, NeedsReauth)
        assert "token" in refused.message
    assert "auth failed" in mail.log or "unknown user" in mail.log or "Disconnected" in mail.log


def test_a_certificate_nobody_vouches_for_gets_no_password(mail: MailServers, settings: Any) -> None:
    """ML07"""
    settings.EGRESS_CA = ""
    egress.tls_context.cache_clear()
    address = f"tls-{secrets.token_hex(4)}@firm.test"
    for starttls in (False, True):
        assert isinstance(_refused(mail.credentials(address, starttls=starttls)), PlatformUnavailable)
    assert address not in mail.log


def test_what_the_server_refuses_is_told(ana: Account) -> None:
    with pytest.raises(NotFound):
        ana.call("email_list_messages", folder="nowhere")
    with pytest.raises(NotFound):
        ana.call("email_move", ids=["INBOX:1:1"], folder="nowhere")
    with pytest.raises((Conflict, PlatformRejected, NotAllowedByPlatform)):
        ana.call("email_create_folder", name="a//b")
