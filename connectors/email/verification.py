"""Proof that an account can be read and sent from."""

from connectors.email.credentials import EmailCredentials
from connectors.email.mailbox import Mailbox
from connectors.email.session import credentials_of, heeding, line, mailbox
from connectors.email.smtp import Outbox
from connectors.kit.connector import Identity
from connectors.kit.context import ToolContext


async def verify(ctx: ToolContext) -> Identity:
    """Whose account it is, after signing in to both servers; no mail is sent.

    Raises NeedsReauth (password or token refused), NotAllowedByPlatform (IMAP, SMTP or passwords are switched
    off, a scope is missing), PlatformUnavailable (a server is not reached by verified TLS).
    """
    async with mailbox(ctx) as session:
        await session.do(_inbox)
    credentials = credentials_of(ctx)
    servers = credentials.servers()
    async with line(ctx, servers.smtp_host, servers.smtp_port) as wire:
        await heeding(ctx, Outbox(wire, credentials).open)
    address = credentials.address.lower()
    return Identity(
        external_id=account_id(credentials),
        label=address,
        details={"address": address, "imap_server": servers.imap_host, "smtp_server": servers.smtp_host},
    )


def account_id(credentials: EmailCredentials) -> str:
    """What the account is known by: its address at its server.

    Whoever runs a server can claim any address there, and must not take it from those who have it elsewhere.
    """
    return f"{credentials.address.lower()} {credentials.servers().imap_host.lower()}"


def _inbox(box: Mailbox) -> int:
    return box.open("INBOX")
