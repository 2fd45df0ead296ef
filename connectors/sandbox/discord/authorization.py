"""Discord's authorization server: a grant with the scope `bot` names the server the bot was put into."""

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.authorization_server import AuthorizationServer
from connectors.sandbox.discord.world import IDS

WEEK_S = 604_800


class Authorization(AuthorizationServer):
    """As Discord's documentation describes it ("OAuth2")."""

    paths = ("/oauth2/token", "/oauth2/token/revoke")
    access_s = WEEK_S
    asks_basic = True
    rotates = True

    async def issue(self, grant: Mapping[str, Any]) -> dict[str, Any]:
        """The server goes with the token."""
        told = await super().issue(grant)
        return {**told, "guild": {"id": IDS["server"], "name": "Sandbox"}}
