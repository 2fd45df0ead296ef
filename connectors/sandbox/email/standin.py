"""The stand-in itself: which server a dialled host and port lead to, and mail that people send."""

import asyncio
import socket
import time
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime
from typing import Any
from urllib.parse import urlsplit

from connectors.kit.context import HttpResponse
from connectors.sandbox.contract import Emission, Inbound
from connectors.sandbox.email.imap import ImapServer
from connectors.sandbox.email.magic import NOT_REACHED
from connectors.sandbox.email.mails import LIMIT_BYTES, Mails
from connectors.sandbox.email.smtp import SmtpServer
from connectors.sandbox.store import SandboxStore
from connectors.sandbox.web import from_the_web
from hermes.core.errors import InvalidArgument
from hermes.core.http_types import NotReached, ResponseTooLarge

IMAP_PORTS, SMTP_PORTS = frozenset({993}), frozenset({465})
_serving: set[asyncio.Task[None]] = set()


class Standin:
    """`connectors.sandbox.Standin` and `DialledStandin` of e-mail."""

    def __init__(self, store: SandboxStore) -> None:
        self._store = store
        self.events: list[Emission] = []

    async def request(self, method: str, url: str, **asked: Any) -> HttpResponse:  # noqa: ARG002  (all is a GET)
        """A sample file of the web; mail servers speak no HTTP."""
        response = from_the_web(urlsplit(url).path)
        limit_bytes = asked.get("limit_bytes", LIMIT_BYTES)
        if len(response.body) > limit_bytes:
            raise ResponseTooLarge(limit_bytes)
        return response

    async def dial(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """As `DialledStandin.dial`: 993 is IMAP and 465 SMTP, as if inside TLS; nothing else is served."""
        if host.partition(".")[0] == NOT_REACHED or port not in IMAP_PORTS | SMTP_PORTS:
            raise NotReached
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=theirs, limit=LIMIT_BYTES * 2)
        mails = Mails(self._store)
        if port in IMAP_PORTS:
            server: ImapServer | SmtpServer = ImapServer(mails, reader, writer)
        else:
            server = SmtpServer(mails, reader, writer)
        task = asyncio.ensure_future(_served(server, writer))
        _serving.add(task)
        task.add_done_callback(_serving.discard)
        return await asyncio.open_connection(sock=ours)

    async def inbound(self, event: Inbound) -> None:
        """As `connectors.sandbox.Standin.inbound`: the mail lies in the inbox, where a look finds it."""
        if event.kind not in ("text", "html"):
            raise InvalidArgument(
                "The sandbox's people write 'text' or 'html' mail.", details={"argument": "kind"}
            )
        mails = Mails(self._store)
        await mails.read()
        await mails.add("INBOX", _written(event))
        await mails.keep()


async def _served(server: ImapServer | SmtpServer, writer: asyncio.StreamWriter) -> None:
    try:
        await server.serve()
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
        pass  # the client left in the middle, or talks another protocol
    finally:
        writer.close()


def _written(event: Inbound) -> bytes:
    if "@" not in event.sender or any(c in f"{event.sender}{event.name}" for c in "\r\n<>"):
        raise InvalidArgument("The sender must be an e-mail address.", details={"argument": "sender"})
    mail = EmailMessage(policy=SMTP)
    subject = str(event.content.get("subject") or event.text.partition("\n")[0][:80] or "(no subject)")
    mail["From"] = f'"{event.name}" <{event.sender}>'.replace("\\", "")
    mail["To"] = "you@sandbox.example"
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = f"<{time.time_ns()}@{event.sender.rpartition('@')[2]}>"
    if event.reply_to:
        mail["In-Reply-To"] = mail["References"] = f"<{event.reply_to.strip('<>')}>"
    mail.set_content(event.text, subtype="html" if event.kind == "html" else "plain")
    return mail.as_bytes()
