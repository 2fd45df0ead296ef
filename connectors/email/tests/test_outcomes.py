"""What becomes of a call when servers refuse, break off or are hostile: the stand-in, servers of bytes."""

import asyncio
import base64
import dataclasses
import logging
import secrets
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors import sandbox
from connectors.email import session
from connectors.email.connector import CONNECTOR
from connectors.email.credentials import EmailCredentials
from connectors.email.tests.accounts import Account
from connectors.kit.testing import FakeHttp, answer, context
from connectors.sandbox import DialledStandin, Inbound, MemoryStore
from connectors.sandbox.email import magic
from hermes.core import clock, egress
from hermes.core.errors import (
    HermesError,
    InvalidArgument,
    NeedsReauth,
    NotAllowedByPlatform,
    OutcomeUnknown,
    PlatformRejected,
    PlatformUnavailable,
    RateLimited,
    RecipientUnreachable,
    TooLarge,
)
from hermes.core.threads import waiting

LETTER = {"subject": "s", "body": "b"}


def sandboxed(**given: str) -> tuple[Account, Any]:
    """An account of the sandbox and its stand-in."""
    standin = sandbox.standin("email", MemoryStore())
    assert isinstance(standin, DialledStandin)
    return Account({**sandbox.credentials("email"), **given}, dial=standin.dial), standin


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("unknown", RecipientUnreachable),
        ("full", RecipientUnreachable),
        ("blocked", PlatformRejected),
        ("later", RateLimited),
        ("busy", PlatformUnavailable),
        ("spam", PlatformRejected),
        ("toolarge", TooLarge),
        ("limit", RateLimited),
        ("cut", OutcomeUnknown),
    ],
)
def test_a_refusal_has_its_code_and_nobody_gets_the_message(name: str, expected: type[HermesError]) -> None:
    account, _ = sandboxed()
    inbox = account.call("email_list_messages")["messages"]
    with pytest.raises(HermesError) as refused:
        account.call("email_send", to=[account.address, f"{name}@{magic.DOMAIN}"], **LETTER)
    assert type(refused.value) is expected
    assert (refused.value.retry_after_s or 0) > 0 or expected is not RateLimited
    assert account.call("email_list_messages", folder="Sent")["messages"] == []
    arrived = len(account.call("email_list_messages")["messages"]) - len(inbox)
    assert arrived == (1 if name == "cut" else 0)


def test_an_answer_that_never_comes_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "WITHIN_S", 2.0)
    account, _ = sandboxed()
    with pytest.raises(OutcomeUnknown):
        account.call("email_send", to=[f"silent@{magic.DOMAIN}"], **LETTER)


@pytest.mark.parametrize(
    ("given", "expected", "word"),
    [
        ({"password": magic.REFUSED_PASSWORD}, NeedsReauth, "password"),
        ({"password": magic.NO_IMAP}, NotAllowedByPlatform, "Switch them on"),
        ({"password": magic.NO_SMTP}, NotAllowedByPlatform, "Switch them on"),
        ({"access_token": magic.REFUSED_TOKEN}, NeedsReauth, "token"),
        ({"access_token": magic.NARROW_TOKEN}, NotAllowedByPlatform, "scopes"),
        ({"imap_host": "unreachable.example"}, PlatformUnavailable, "unreachable.example"),
        ({"smtp_port": "587"}, PlatformUnavailable, "587"),
    ],
)
def test_what_keeps_an_account_from_being_connected_is_told(
    given: dict[str, str], expected: type[HermesError], word: str
) -> None:
    account, _ = sandboxed(**given)
    with pytest.raises(expected, match=word):
        account.verify()


def test_a_provider_is_known_by_name_or_by_address() -> None:
    known = EmailCredentials.parse({"address": "ana@gmail.com", "password": "x"}).servers()
    named = EmailCredentials.parse(
        {"address": "a@firm.example", "password": "x", "preset": "gmail"}
    ).servers()
    assert known == named
    for given in ({"address": "a@firm.example", "password": "x"}, {"address": "ana@gmail.com"}):
        with pytest.raises(InvalidArgument):
            EmailCredentials.parse(given)


def test_the_same_address_at_another_server_is_another_account() -> None:
    first, second = sandboxed()[0], sandboxed()[0]
    second.given["address"] = first.address
    assert first.verify().external_id != second.verify().external_id
    assert first.verify().label == second.verify().label


def test_new_mail_is_found_once_and_old_mail_is_not_told() -> None:
    account, standin = sandboxed()
    ctx = context(CONNECTOR, EmailCredentials.parse(account.given), FakeHttp(lambda _: answer()))
    look: Callable[[str], Any] = lambda cursor: asyncio.run(_looked(ctx, account, cursor))  # noqa: E731
    first = look("")
    assert list(first.events) == []
    for number in range(30):
        event = Inbound(sender="ben@customer.example", name="Ben", text=f"mail {number}")
        asyncio.run(standin.inbound(event))
    second = look(first.cursor)
    assert (len(second.events), second.has_more) == (25, True)
    third = look(second.cursor)
    assert ([e.text.split("\n")[0] for e in third.events], third.has_more) == (
        [f"mail {n}" for n in range(25, 30)],
        False,
    )
    assert {(e.contact, e.contact_name, e.direction) for e in third.events} == {
        ("ben@customer.example", "Ben", "in")
    }
    assert account.call("email_get_message", id=third.events[0].extra["id"])["content"].strip() == "mail 25"
    assert list(look(third.cursor).events) == []


async def _looked(ctx: Any, account: Account, cursor: str) -> Any:
    assert CONNECTOR.watch is not None
    live = dataclasses.replace(ctx, dial=account.dial, blocking=waiting, now=clock.now)
    return await CONNECTOR.watch.look(live, cursor)


@pytest.fixture
def served() -> Iterator[Callable[[Callable[..., Any]], Account]]:
    """An account whose servers are a function of the two ends of the line."""
    tasks: set[asyncio.Future[None]] = set()

    def made(
        serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any], port: str = "993"
    ) -> Account:
        async def dial(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            ours, theirs = socket.socketpair()
            ends = await asyncio.open_connection(sock=theirs)
            tasks.add(asyncio.ensure_future(_quietly(serve, *ends)))
            return await asyncio.open_connection(sock=ours)

        given = {
            **sandbox.credentials("email"),
            "imap_port": port,
            "password": f"canary{secrets.token_hex(8)}",
        }
        return Account(given, dial=dial)

    yield made
    tasks.clear()


async def _quietly(serve: Callable[..., Any], reader: Any, writer: Any) -> None:
    try:
        await serve(reader, writer)
    except (OSError, asyncio.CancelledError):
        pass
    finally:
        writer.close()


def test_ml07_a_gigabyte_that_is_announced_is_not_read(served: Any) -> None:
    async def literal(reader: Any, writer: Any) -> None:
        writer.write(b"* OK hi\r\n")
        await reader.readline()
        writer.write(b"* CAPABILITY {1073741824}\r\n")
        while not writer.is_closing():
            writer.write(bytes(65536))
            await writer.drain()

    with pytest.raises(PlatformUnavailable):
        served(literal).call("email_list_folders")


@pytest.mark.parametrize("flood", [b"* 1 EXISTS\r\n" * 1000, b"x"])
def test_ml07_endless_answers_end_by_deadline_or_budget(
    served: Any, monkeypatch: pytest.MonkeyPatch, flood: bytes
) -> None:
    monkeypatch.setattr(session, "WITHIN_S", 2.0)
    monkeypatch.setattr(session, "LIMIT_BYTES", 5_000_000)

    async def endless(reader: Any, writer: Any) -> None:
        writer.write(b"* OK hi\r\n")
        while not writer.is_closing():
            writer.write(flood)
            await writer.drain()
            await asyncio.sleep(0.01 if len(flood) == 1 else 0)

    with pytest.raises(PlatformUnavailable):
        served(endless).call("email_list_folders")


@pytest.mark.parametrize(
    "offer", [b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", b"* CAPABILITY IMAP4rev1 STARTTLS\r\n"]
)
@pytest.mark.parametrize("greeting", [b"* OK hi\r\n", b"* PREAUTH hi\r\n"])
def test_ml07_no_password_goes_over_a_line_without_tls(served: Any, offer: bytes, greeting: bytes) -> None:
    """STARTTLS that is stripped, refused, answered with more (CVE-2011-0411) or avoided by PREAUTH."""
    heard = bytearray()

    async def stripped(reader: Any, writer: Any) -> None:
        writer.write(greeting)
        while line := await reader.readline():
            heard.extend(line)
            tag, command = line.split()[:2]
            told = offer if command == b"CAPABILITY" else b""
            more = tag + b" OK done\r\n* OK injected\r\n" if command == b"STARTTLS" else tag + b" OK done\r\n"
            writer.write(told + more)

    account = served(stripped, "143")
    with pytest.raises((NotAllowedByPlatform, PlatformUnavailable)):
        account.call("email_list_folders")
    assert b"AUTHENTICATE" not in heard
    assert b"LOGIN" not in heard
    assert account.given["password"].encode() not in heard


def test_the_ports_tell_how_tls_begins() -> None:
    assert [egress.begins_tls(port) for port in (993, 465, 143, 587, 10993, 10587)] == [
        True,
        True,
        False,
        False,
        True,
        False,
    ]


def test_no_log_line_holds_the_password_in_any_form(caplog: pytest.LogCaptureFixture) -> None:
    """CR06, with the mail libraries' own log lines at their most talkative."""
    caplog.set_level(logging.DEBUG)
    account, _ = sandboxed()
    account.verify()
    account.call("email_send", to=[account.address], **LETTER)
    with pytest.raises(HermesError):
        Account({**account.given, "smtp_port": "587"}, dial=account.dial).verify()
    held = account.given["password"]
    packed = base64.b64encode(f"\0{account.address}\0{held}".encode()).decode()
    assert held not in caplog.text
    assert packed not in caplog.text
