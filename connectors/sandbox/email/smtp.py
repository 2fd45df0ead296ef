"""Message submission (RFC 6409): what is sent goes nowhere, but to the account itself."""

import asyncio
import base64
import re

from connectors.sandbox.email import magic
from connectors.sandbox.email.imap import CHALLENGE
from connectors.sandbox.email.mails import LIMIT_BYTES, Mails
from connectors.sandbox.tokens import ENDED, account_of

_PATH = re.compile(rb"(?:FROM|TO):\s*<([^<>\s]*)>.*", re.IGNORECASE)
_OFFERS = (f"SIZE {LIMIT_BYTES}", "8BITMIME", "ENHANCEDSTATUSCODES")
_PLAIN = {
    b"EHLO": "\r\n".join(
        ["250-smtp.sandbox.example", *(f"250-{o}" for o in _OFFERS), "250 AUTH PLAIN XOAUTH2"]
    ),
    b"NOOP": "250 2.0.0 OK",
    b"RSET": "250 2.0.0 OK",
    b"QUIT": "221 2.0.0 Bye",
}
_MAILING = frozenset((b"MAIL", b"RCPT", b"DATA"))


class SmtpServer:
    """Serves one connection; who signs in is the account."""

    def __init__(self, mails: Mails, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._mails = mails
        self._reader = reader
        self._writer = writer
        self._own = ""
        self._is_in = False
        self._recipients: list[str] = []

    async def serve(self) -> None:
        """Until the client leaves."""
        self._say("220 smtp.sandbox.example ESMTP Hermes sandbox")
        while line := await self._reader.readline():
            verb, _, rest = line.strip().partition(b" ")
            answer = await self._answer(verb.upper(), rest)
            if answer is None:
                return
            self._say(answer)
            await self._writer.drain()
            if verb.upper() == b"QUIT" or answer.startswith("421"):
                return

    async def _answer(self, verb: bytes, rest: bytes) -> str | None:
        """The answer to a command; None where the line is cut."""
        if verb in (b"MAIL", b"RSET"):
            self._recipients = []
        if verb in _PLAIN:
            return _PLAIN[verb]
        if verb == b"AUTH":
            return await self._sign_in(rest)
        if verb not in _MAILING:
            return "502 5.5.2 Not known here"
        if not self._is_in:
            return "530 5.7.0 Authentication required"
        if verb == b"DATA":
            return await self._data() if self._recipients else "503 5.5.1 No recipients"
        return self._recipient(rest) if verb == b"RCPT" else "250 2.1.0 OK"

    async def _sign_in(self, rest: bytes) -> str:
        mechanism, _, packed = rest.partition(b" ")
        given = base64.b64decode(packed).decode()
        if mechanism.upper() == b"PLAIN":
            _, self._own, secret = given.split("\0")
        else:
            self._own = given.removeprefix("user=").partition("\1")[0]
            secret = account_of(given.partition("auth=Bearer ")[2].partition("\1")[0])
        if secret in (magic.REFUSED_TOKEN, magic.NARROW_TOKEN, ENDED):
            status = "403" if secret == magic.NARROW_TOKEN else "401"
            self._say("334 " + base64.b64encode((CHALLENGE % status).encode()).decode())
            await self._writer.drain()
            await self._reader.readline()
            return "535 5.7.8 Invalid credentials"
        if secret == magic.REFUSED_PASSWORD:
            return "535 5.7.8 Invalid credentials"
        if secret == magic.NO_SMTP:
            return "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled"
        self._is_in = True
        return "235 2.7.0 Accepted"

    def _recipient(self, rest: bytes) -> str:
        found = _PATH.fullmatch(rest)
        if found is None:
            return "501 5.1.3 Bad address"
        address = found[1].decode("ascii", "replace")
        refusal = magic.REFUSED_RECIPIENTS.get(magic.trouble(address))
        if refusal is None:
            self._recipients.append(address)
        return refusal or "250 2.1.5 OK"

    async def _data(self) -> str | None:
        self._say("354 Go on")
        await self._writer.drain()
        content = (await self._reader.readuntil(b"\r\n.\r\n"))[: -len(b".\r\n")].replace(b"\r\n..", b"\r\n.")
        troubles = {magic.trouble(address) for address in self._recipients}
        refusal = next((magic.REFUSED_MESSAGES[t] for t in troubles if t in magic.REFUSED_MESSAGES), None)
        if refusal:
            return refusal
        if self._own.lower() in (address.lower() for address in self._recipients):
            await self._mails.read()
            await self._mails.add("INBOX", content)
            await self._mails.keep()
        if magic.CUT in troubles:
            return None
        if magic.SILENT in troubles:
            await self._reader.readline()
            return None
        await asyncio.sleep(magic.SLOW_S if magic.SLOW in troubles else 0)
        return "250 2.0.0 Taken"

    def _say(self, line: str) -> None:
        self._writer.write(f"{line}\r\n".encode())
