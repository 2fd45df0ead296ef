"""What links a Telegram bot."""

import dataclasses

from connectors.kit.credentials import Credentials, credential
from connectors.kit.secret import Secret


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TelegramCredentials(Credentials):
    """One bot."""

    bot_token: Secret = credential(
        label="Bot token",
        help="What @BotFather answers to /newbot or /token: digits, a colon and 35 further characters.",
        pattern=r"[0-9]{5,16}:[A-Za-z0-9_-]{30,64}",
        limit_chars=81,
        example="123456789:AAExample-Token_of-35-characters00",
    )
