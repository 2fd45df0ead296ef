"""Telegram (Bot API), declared."""

from pathlib import Path

from connectors.kit.connector import Connector, Setting
from connectors.telegram.client import BASE
from connectors.telegram.credentials import TelegramCredentials
from connectors.telegram.errors import silence_s
from connectors.telegram.limits import PUBLISHED
from connectors.telegram.texting import TEXTING
from connectors.telegram.tools import changing, chats, files, media, polls, reading, sending, waiting
from connectors.telegram.verification import verify
from connectors.telegram.webhook import WEBHOOK

CONNECTOR = Connector(
    slug="telegram",
    name="Telegram",
    summary="Send and read messages of a Telegram bot in chats, groups and channels, with media and buttons.",
    credentials=TelegramCredentials,
    tools=(
        *sending.TOOLS,
        *media.TOOLS,
        *polls.TOOLS,
        *changing.TOOLS,
        *reading.TOOLS,
        *waiting.TOOLS,
        *chats.TOOLS,
        *files.TOOLS,
    ),
    verify=verify,
    silence_s=silence_s,
    folder=Path(__file__).parent,
    settings=(
        Setting(
            name=BASE,
            default="https://api.telegram.org",
            help="Address of the Bot API; your own server's if you run one.",
            is_base=True,
        ),
    ),
    limits=PUBLISHED,
    webhook=WEBHOOK,
    texting=TEXTING,
    fetch_media=files.fetch_media,
)
