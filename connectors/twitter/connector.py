"""X (API v2), declared."""

from pathlib import Path

from connectors.kit.connector import Connector, Setting
from connectors.twitter.client import BASE
from connectors.twitter.credentials import TwitterCredentials
from connectors.twitter.limits import PUBLISHED
from connectors.twitter.oauth import OAUTH, OAUTH_BASE
from connectors.twitter.texting import TEXTING
from connectors.twitter.tools import lookups, messages, posting, reactions, searching, threads, timelines
from connectors.twitter.verification import verify
from connectors.twitter.watching import WATCH
from connectors.twitter.webhook import WEBHOOK

CONNECTOR = Connector(
    slug="twitter",
    name="X",
    summary="Post, reply and message as an X (Twitter) account, search posts, and hear of mentions.",
    credentials=TwitterCredentials,
    tools=(
        *posting.TOOLS,
        *threads.TOOLS,
        *lookups.TOOLS,
        *searching.TOOLS,
        *timelines.TOOLS,
        *reactions.TOOLS,
        *messages.TOOLS,
    ),
    verify=verify,
    folder=Path(__file__).parent,
    settings=(
        Setting(name=BASE, default="https://api.x.com", help="Address of X's API.", is_base=True),
        OAUTH_BASE,
    ),
    limits=PUBLISHED,
    oauth=(OAUTH,),
    webhook=WEBHOOK,
    watch=WATCH,
    texting=TEXTING,
)
