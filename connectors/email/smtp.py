"""Handing a message in: all recipients or none, and an honest word where the answer is lost."""

import base64
import re
import smtplib
from collections.abc import Callable
from typing import Any, cast

from connectors.email import errors
from connectors.email.credentials import EmailCredentials
from connectors.email.session import is_too_narrow
from connectors.email.wire import Wire
from hermes.core import egress
from hermes.core.errors import HermesError, NotAllowedByPlatform, TooLarge

_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"(?m)^\.")


class _Smtp(smtplib.SMTP):
    """smtplib's protocol over a `Wire`; it opens no socket."""

    def __init__(self, wire: Wire, own_name: str) -> None:
        super().__init__(local_hostname=own_name)
        self.sock = cast("Any", wire)
        self.file = None


class Outbox:
    """A signed-in connection to the SMTP server; all of it blocks."""

    def __init__(self, wire: Wire, credentials: EmailCredentials) -> None:
        self._wire = wire
        self._credentials = credentials
        self._smtp = _Smtp(wire, credentials.address.rpartition("@")[2])
        self._is_given = False

    def open(self) -> None:
        """Greet, go on in TLS and sign in. Raises HermesError."""
        self._told(self._open)

    def hand_in(self, content: bytes, recipients: list[str]) -> None:
        """Send one message to all recipients, or to nobody.

        Raises OutcomeUnknown where the line breaks after the message went out; it is not sent again.
        """
        self._told(lambda: self._hand_in(content, recipients))

    def _open(self) -> None:
        code, text = _answer(self._smtp.getreply())
        if code != 220:
            raise errors.smtp_refusal(code if code < 500 else 421, text)
        self._smtp.ehlo_or_helo_if_needed()
        servers = self._credentials.servers()
        if not egress.begins_tls(servers.smtp_port):
            self._secure(servers.smtp_host)
        self._sign_in()

    def _secure(self, host: str) -> None:
        if not self._smtp.has_extn("starttls") or _answer(self._smtp.docmd("STARTTLS"))[0] != 220:
            raise NotAllowedByPlatform(
                "The SMTP server offers no TLS on this port, so nothing was sent to it; use port 465."
            )
        self._wire.start_tls(host)
        self._smtp.helo_resp = self._smtp.ehlo_resp = None
        self._smtp.esmtp_features = {}
        self._smtp.ehlo_or_helo_if_needed()

    def _sign_in(self) -> None:
        held = self._credentials
        offered = self._smtp.esmtp_features.get("auth", "").upper().split()
        by_token = held.access_token is not None
        if held.access_token is not None:
            token = f"user={held.login}\1auth=Bearer {held.access_token.reveal()}\1\1"
            code, text = self._command(f"AUTH XOAUTH2 {_packed(token)}")
            if code == 334:
                is_narrow = is_too_narrow(_unpacked(text))
                code, text = self._command("")
                if is_narrow:
                    raise NotAllowedByPlatform(errors.TOO_NARROW)
        elif held.password is None:
            raise TypeError("neither a password nor a token")
        elif "PLAIN" in offered or "LOGIN" not in offered:
            code, text = self._command(
                f"AUTH PLAIN {_packed(f'{chr(0)}{held.login}{chr(0)}{held.password.reveal()}')}"
            )
        else:
            code, text = self._command("AUTH LOGIN")
            for word in (held.login, held.password.reveal()):
                code, text = self._command(_packed(word)) if code == 334 else (code, text)
        if code != 235:
            raise errors.smtp_sign_in(code, text, by_token=by_token)

    def _hand_in(self, content: bytes, recipients: list[str]) -> None:
        data = _LINE_END.sub(b"\r\n", content)
        size = self._smtp.esmtp_features.get("size", "")
        if size.isdecimal() and 0 < int(size) < len(data):
            raise TooLarge(f"The mail server takes messages up to {int(size) // 1024**2} MB; send less.")
        code, text = self._command(f"MAIL FROM:<{self._credentials.address}>")
        if code != 250:
            raise errors.smtp_refusal(code, text)
        self._name(recipients)
        code, text = self._command("DATA")
        if code != 354:
            raise errors.smtp_refusal(code, text)
        self._is_given = True
        self._wire.sendall(_LEADING_DOT.sub(b"..", data).removesuffix(b"\r\n") + b"\r\n.\r\n")
        code, text = _answer(self._smtp.getreply())
        self._is_given = False
        if code != 250:
            raise errors.smtp_refusal(code, text)

    def _name(self, recipients: list[str]) -> None:
        refused: dict[str, tuple[int, str]] = {}
        for address in recipients:
            code, text = self._command(f"RCPT TO:<{address}>")
            if code not in (250, 251):
                refused[address] = code, text
        if refused:
            self._command("RSET")
            # A lasting refusal says more than a passing one.
            code, text = max(refused.values())
            raise errors.smtp_recipient(code, text, [a for a, told in refused.items() if told[0] == code])

    def _command(self, line: str) -> tuple[int, str]:
        self._wire.sendall(f"{line}\r\n".encode("ascii"))
        return _answer(self._smtp.getreply())

    def _told(self, work: Callable[[], None]) -> None:
        failure: HermesError
        try:
            work()
        except (OSError, smtplib.SMTPException, ValueError):
            failure = errors.lost(is_changing=self._is_given)
        else:
            return
        raise failure


def _answer(told: tuple[int, bytes]) -> tuple[int, str]:
    code, text = told
    return code, text.decode("ascii", "replace")


def _packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _unpacked(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except ValueError:
        return b""
