"""E-mail by IMAP and SMTP, declared."""

from pathlib import Path

from connectors.email.credentials import EmailCredentials
from connectors.email.limits import PUBLISHED
from connectors.email.oauth import GOOGLE, GOOGLE_BASE, GOOGLE_SIGN_IN, MICROSOFT, MICROSOFT_BASE
from connectors.email.texting import TEXTING
from connectors.email.tools import drafts, folders, listing, organising, reading, sending
from connectors.email.verification import verify
from connectors.email.watch import WATCH
from connectors.kit.connector import Connector

CONNECTOR = Connector(
    slug="email",
    name="E-mail",
    summary="Read, search, send and sort mail: Gmail, Microsoft 365 or any IMAP and SMTP server.",
    credentials=EmailCredentials,
    tools=(
        *listing.TOOLS,
        *reading.TOOLS,
        *sending.TOOLS,
        *drafts.TOOLS,
        *organising.TOOLS,
        *folders.TOOLS,
    ),
    verify=verify,
    folder=Path(__file__).parent,
    settings=(GOOGLE_SIGN_IN, GOOGLE_BASE, MICROSOFT_BASE),
    limits=PUBLISHED,
    oauth=(GOOGLE, MICROSOFT),
    watch=WATCH,
    texting=TEXTING,
)
