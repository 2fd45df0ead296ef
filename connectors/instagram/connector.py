"""Instagram (Graph API with Instagram Login), declared."""

from pathlib import Path

from connectors.instagram.client import BASE
from connectors.instagram.credentials import InstagramCredentials
from connectors.instagram.limits import PUBLISHED
from connectors.instagram.media import fetch_media
from connectors.instagram.oauth import OAUTH, OAUTH_BASE
from connectors.instagram.texting import TEXTING
from connectors.instagram.tools import comments, conversations, insights, posts, publishing, sending
from connectors.instagram.verification import verify
from connectors.instagram.webhook import WEBHOOK
from connectors.kit.connector import Connector, Setting
from connectors.kit.meta import GRAPH_VERSION, silence_s

CONNECTOR = Connector(
    slug="instagram",
    name="Instagram",
    summary="Publish posts, reels and stories, answer comments and direct messages, and read the numbers.",
    credentials=InstagramCredentials,
    tools=(
        *posts.TOOLS,
        *insights.TOOLS,
        *publishing.TOOLS,
        *comments.TOOLS,
        *sending.TOOLS,
        *conversations.TOOLS,
    ),
    verify=verify,
    silence_s=silence_s,
    folder=Path(__file__).parent,
    settings=(
        Setting(
            name=BASE,
            default="https://graph.instagram.com",
            help="Address of Instagram's Graph API.",
            is_base=True,
        ),
        OAUTH_BASE,
        GRAPH_VERSION,
    ),
    limits=PUBLISHED,
    oauth=(OAUTH,),
    webhook=WEBHOOK,
    texting=TEXTING,
    fetch_media=fetch_media,
)
