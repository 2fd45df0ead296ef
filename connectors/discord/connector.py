"""Discord, declared."""

from pathlib import Path

from connectors.discord.client import BASE, USER_AGENT
from connectors.discord.credentials import DiscordCredentials
from connectors.discord.errors import silence_s
from connectors.discord.limits import PUBLISHED
from connectors.discord.media import fetch_media
from connectors.discord.oauth import OAUTH
from connectors.discord.texting import TEXTING
from connectors.discord.tools import changing, people, reading, searching, sending, threads
from connectors.discord.verification import revoke, verify
from connectors.discord.watching import WATCH
from connectors.discord.webhook import WEBHOOK
from connectors.kit.connector import Connector, Setting

CONNECTOR = Connector(
    slug="discord",
    name="Discord",
    summary="Read and write in the servers of a Discord bot: channels, threads, direct messages, "
    "reactions, pins.",
    credentials=DiscordCredentials,
    tools=(
        *reading.TOOLS,
        *searching.TOOLS,
        *sending.TOOLS,
        *changing.TOOLS,
        *threads.TOOLS,
        *people.TOOLS,
    ),
    verify=verify,
    silence_s=silence_s,
    folder=Path(__file__).parent,
    settings=(
        Setting(name=BASE, default="https://discord.com", help="Address of Discord's API.", is_base=True),
        Setting(
            name=USER_AGENT,
            default="DiscordBot (https://localhost, 1.0)",
            help="How Hermes names itself to Discord: DiscordBot (your address, version).",
        ),
    ),
    limits=PUBLISHED,
    oauth=(OAUTH,),
    revoke=revoke,
    webhook=WEBHOOK,
    watch=WATCH,
    texting=TEXTING,
    fetch_media=fetch_media,
)
