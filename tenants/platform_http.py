"""Outbound HTTP of one connector: a credential goes to the hosts the connector names, and nowhere else."""

from typing import Unpack

from django.conf import settings

from connectors.kit.connector import Connector
from connectors.kit.context import Http, HttpResponse
from connectors.kit.hosts import may_receive
from hermes.core.errors import PlatformRejected
from hermes.core.http_types import RequestOptions


class PlatformHttp:
    """`Http` that refuses to send a bearer token or an Authorization header to a host that is not named."""

    def __init__(self, platform: Http, connector: Connector) -> None:
        self._platform = platform
        self._name = connector.name
        self._hosts = connector.hosts
        self._bases = [settings.CONNECTOR_SETTINGS[s.name] for s in connector.settings if s.is_base]

    async def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> HttpResponse:
        """One exchange. Raises PlatformRejected where a credential would go astray, else as `Http` does."""
        headers = (name.lower() for name in options.get("headers") or {})
        has_credential = options.get("bearer") is not None or "authorization" in headers
        if has_credential and not self._is_own(url):
            raise PlatformRejected(
                f"{self._name} named an address that is not its own; nothing was sent there."
            )
        return await self._platform.request(method, url, **options)

    def _is_own(self, url: str) -> bool:
        return any(may_receive(url, hosts=self._hosts, base=base) for base in self._bases)
