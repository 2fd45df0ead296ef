"""WhatsApp Business (Meta's Cloud API), declared."""

from pathlib import Path

from connectors.kit.connector import Connector, Setting
from connectors.whatsapp.client import BASE, MEDIA_HOSTS, VERSION
from connectors.whatsapp.credentials import WhatsAppCredentials
from connectors.whatsapp.limits import PUBLISHED
from connectors.whatsapp.tools import cards, interactive, media, reading, sending, template_sending, templates
from connectors.whatsapp.verification import verify
from connectors.whatsapp.webhook import WEBHOOK

CONNECTOR = Connector(
    slug="whatsapp",
    name="WhatsApp",
    summary="Send and read messages of a WhatsApp Business number, with media, buttons and templates.",
    credentials=WhatsAppCredentials,
    tools=(
        *sending.TOOLS,
        *template_sending.TOOLS,
        *interactive.TOOLS,
        *cards.TOOLS,
        *reading.TOOLS,
        *media.TOOLS,
        *templates.TOOLS,
    ),
    verify=verify,
    folder=Path(__file__).parent,
    settings=(
        Setting(
            name=BASE,
            default="https://graph.facebook.com",
            help="Address of Meta's Graph API.",
            is_base=True,
        ),
        Setting(name=VERSION, default="v26.0", help="Graph API version, served by Meta for about two years."),
    ),
    limits=PUBLISHED,
    hosts=MEDIA_HOSTS,
    webhook=WEBHOOK,
)
