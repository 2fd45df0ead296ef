"""Connect links as an agent's calls offer them, and the question that takes a person to one."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from connectors.registry import all_connectors
from hermes.core import clock
from hermes.core.threads import blocking
from mcp_gateway.calls import Caller
from tenants import actors, connect_links
from tenants.models import ConnectLink

TOOL = "hermes_connect"
QUESTION = "connect"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A link that a person may follow. `connected` is the label of the account that it led to."""

    link: ConnectLink = dataclasses.field(repr=False)
    url: str
    platform: str
    expires_at: str
    connected: str | None

    @property
    def question(self) -> Mapping[str, Any]:
        """What asks the person to open the link's page (elicitation in URL mode).

        2025-11-25 requires an elicitationId; 2026-07-28 has none.
        """
        name = all_connectors()[self.platform].name
        message = f"Connect {name} to Hermes: sign in, connect the account there, then come back."
        params = {"mode": "url", "message": message, "url": self.url, "elicitationId": self.link.public_id}
        return {"method": "elicitation/create", "params": params}


@dataclasses.dataclass(frozen=True, slots=True)
class ConnectDesk:
    """The links that one caller offers."""

    caller: Caller

    async def offer(self, platform: str, account: str | None) -> Offer:
        """The caller's link to connect this platform; the same again until it was told how that ended.

        Raises NotFound (no such platform), InvalidArgument, InsufficientScope and Conflict.
        """
        principal = self.caller.principal
        link = await blocking(
            connect_links.offer,
            principal.customer_id,
            platform,
            mode=principal.mode,
            account=account,
            asked_as=" via ".join(filter(None, (principal.credential_name, self.caller.client))),
            by=self._actor,
        )
        return Offer(
            link=link,
            url=connect_links.address(link),
            platform=platform,
            expires_at=clock.iso(link.expires_at),
            connected=link.connection.account if link.connection else None,
        )

    async def withdraw(self, offer: Offer) -> None:
        """End the link: the person does not want it."""
        await blocking(connect_links.withdraw, offer.link, by=self._actor)

    async def close(self, offer: Offer) -> None:
        """The caller was told how it ended."""
        await blocking(connect_links.close, offer.link)

    @property
    def _actor(self) -> actors.Actor:
        return actors.of_key(self.caller.principal, surface=self.caller.surface, address=self.caller.address)
