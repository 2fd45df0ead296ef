"""WhatsApp Business (Meta's Cloud API), declared."""

from pathlib import Path

from connectors.kit.connector import Connector, Setting
from connectors.kit.meta import GRAPH_VERSION, silence_s
from connectors.whatsapp.client import BASE, MEDIA_HOSTS
from connectors.whatsapp.credentials import WhatsAppCredentials
from connectors.whatsapp.limits import PUBLISHED
from connectors.whatsapp.oauth import OAUTH, OAUTH_BASE
from connectors.whatsapp.texting import TEXTING
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
    silence_s=silence_s,
    folder=Path(__file__).parent,
    settings=(
        Setting(
            name=BASE,
            default="https://graph.facebook.com",
            help="Address of Meta's Graph API.",
            is_base=True,
        ),
        OAUTH_BASE,
        GRAPH_VERSION,
    ),
    limits=PUBLISHED,
    oauth=(OAUTH,),
    hosts=MEDIA_HOSTS,
    webhook=WEBHOOK,
    texting=TEXTING,
    fetch_media=media.fetch_media,
)
