"""What links a mail account."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Self

from connectors.email.presets import PRESETS, Servers, preset_of
from connectors.kit.credentials import Credentials, credential
from connectors.kit.secret import Secret
from hermes.core.errors import InvalidArgument

_HOST = r"[A-Za-z0-9.:-]{1,62}"
_PORT = r"[0-9]{2,5}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EmailCredentials(Credentials):
    """An address, the servers behind it, and a password or an access token for both."""

    address: str = credential(
        label="E-mail address",
        help="The address that mail is sent from, as in ana@firm.example.",
        pattern=r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,63}",
        limit_chars=128,
        example="ana@firm.example",
    )
    password: Secret | None = credential(
        label="App password",
        help="A password made for this use at your mail provider, or the account's where it has none.",
        limit_chars=500,
        example="abcd-efgh-ijkl-mnop",
        required=False,
    )
    access_token: Secret | None = credential(
        label="OAuth access token",
        help="Instead of a password: an access token for IMAP and SMTP (XOAUTH2).",
        pattern=r"[!-~]{1,8000}",
        limit_chars=8000,
        example="ya29.example-access-token",
        required=False,
    )
    preset: str | None = credential(
        label="Provider",
        help="gmail, microsoft365 or outlook fill in the servers; leave it empty for others.",
        pattern="|".join(PRESETS),
        limit_chars=20,
        required=False,
    )
    imap_host: str | None = credential(
        label="IMAP server",
        help="Where mail is read, as in imap.firm.example; only for providers not named above.",
        pattern=_HOST,
        limit_chars=62,
        example="imap.firm.example",
        required=False,
    )
    imap_port: str | None = credential(
        label="IMAP port",
        help="993 (TLS from the start, the default) or 143 (STARTTLS).",
        pattern=_PORT,
        limit_chars=5,
        example="993",
        required=False,
    )
    smtp_host: str | None = credential(
        label="SMTP server",
        help="Where mail is handed in, as in smtp.firm.example.",
        pattern=_HOST,
        limit_chars=62,
        example="smtp.firm.example",
        required=False,
    )
    smtp_port: str | None = credential(
        label="SMTP port",
        help="465 (TLS from the start, the default) or 587 (STARTTLS).",
        pattern=_PORT,
        limit_chars=5,
        example="465",
        required=False,
    )
    username: str | None = credential(
        label="User name",
        help="What you sign in with, where it is not the address.",
        limit_chars=200,
        required=False,
    )
    name: str | None = credential(
        label="Your name",
        help="Shown to those who get mail from this account.",
        pattern=r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,100}",
        limit_chars=100,
        example="Ana of Firm",
        required=False,
    )

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        """As `Credentials.parse`; the servers must be known and a password or a token given."""
        parsed = super(EmailCredentials, cls).parse(given)
        if parsed.password is None and parsed.access_token is None:
            raise InvalidArgument(
                "Give an app password or an OAuth access token.", details={"argument": "password"}
            )
        parsed.servers()
        return parsed

    @property
    def login(self) -> str:
        """What the servers know the account by."""
        return self.username or self.address

    def servers(self) -> Servers:
        """The servers: as given, else the provider's. Raises InvalidArgument where neither is known."""
        preset = self.preset or preset_of(self.address)
        known = PRESETS[preset] if preset and not self.imap_host and not self.smtp_host else None
        if known is not None:
            return known
        for field in ("imap_host", "smtp_host"):
            if not getattr(self, field):
                raise InvalidArgument(
                    "Name your provider, or its IMAP and SMTP servers.", details={"argument": field}
                )
        return Servers(
            str(self.imap_host), int(self.imap_port or 993), str(self.smtp_host), int(self.smtp_port or 465)
        )
