"""What links a bot."""

import dataclasses

from connectors.kit.credentials import Credentials, credential
from connectors.kit.secret import Secret


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DiscordCredentials(Credentials):
    """One bot: its token, the key its application signs with, and the channels that are watched."""

    bot_token: Secret = credential(
        label="Bot token",
        help="Discord Developer Portal, your application, Bot, Reset Token. Not the client secret.",
        pattern=r"[A-Za-z0-9_.-]{20,120}",
        limit_chars=120,
        example="MTA5NjE2MTMzNDAwMTg0NDI5NA.GexAmp.le_token_of_a_bot_that_does_not_exist",
    )
    channels: str | None = credential(
        label="Watched channels",
        help="Ids of up to 25 channels whose messages come into the inbox, with commas between them. "
        "Conversations the bot takes part in are watched without being named here.",
        pattern=r"\d{15,20}([ ,]+\d{15,20}){0,24}",
        limit_chars=600,
        example="1096172334001844290, 1096172334001844291",
        required=False,
    )
    public_key: str | None = credential(
        label="Public key",
        help="Only for slash commands and buttons: Developer Portal, General Information, Public Key.",
        pattern=r"[0-9a-fA-F]{64}",
        limit_chars=64,
        example="9d2a5fb0c1a3f6f1f26b6b2f3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f",
        required=False,
    )

    server: str | None = credential(
        label="Server",
        help="Id of the one server this account is; everything else the bot sees is left alone.",
        pattern=r"\d{15,20}",
        limit_chars=20,
        example="1096172334001844111",
        required=False,
    )

    @property
    def watched(self) -> tuple[str, ...]:
        """The ids of the channels to watch."""
        return tuple(dict.fromkeys((self.channels or "").replace(",", " ").split()))
