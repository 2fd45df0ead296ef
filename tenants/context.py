"""Binding a call to a customer's connection: the closures a handler works with, and no id."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, cast

from django.conf import settings

from connectors.kit.connector import Connector
from connectors.kit.context import NO_CLIENT, ClientLink, Http, InboxReader, ToolContext
from connectors.kit.credentials import Credentials
from connectors.registry import all_connectors
from hermes.core import clock, egress, http
from hermes.core.http_types import NotReached
from hermes.core.threads import blocking
from tenants import credentials as vault, sandbox_http
from tenants.models import ApiKey, Connection
from tenants.platform_http import PlatformHttp
from tenants.principals import ConnectionView, Principal


def bind(
    principal: Principal,
    connection: ConnectionView,
    *,
    inbox: InboxReader,
    call_token: str,
    link: ClientLink = NO_CLIENT,
) -> ToolContext:
    """The context of one call on one of the principal's own connections; a sandbox replaces the platform."""
    connector = all_connectors()[connection.platform]
    return _context(
        connector,
        vault.opener(principal, connection),
        *_platform(connection, principal.customer, http.client()),
        inbox=inbox,
        call_token=call_token,
        client=link,
        dial=_dial_of(connection.mode),
        folder=vault_folder(principal.customer) / connection.public_id,
    )


def outside_calls(connection: Connection, credentials: Credentials, client: Http) -> ToolContext:
    """The context in which a connector verifies or revokes credentials; there is no inbox to read."""
    customer = connection.customer.public_id
    return _context(
        all_connectors()[connection.platform],
        lambda: credentials,
        *_platform(connection, customer, client),
        inbox=cast("InboxReader", _NoInbox()),
        call_token=secrets.token_hex(16),
        client=NO_CLIENT,
        dial=_dial_of(connection.mode),
        folder=vault_folder(customer) / connection.public_id,
    )


def vault_folder(customer: str) -> Path:
    """Where the files of a customer's (public id) vaults lie, a folder for each connection."""
    return Path(settings.DATA_DIR) / "vaults" / customer


class _NoInbox:
    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"there is no inbox outside of a tool call ({name})")


def _context(
    connector: Connector,
    credentials: Callable[[], Credentials],
    platform: Http,
    web: Http,
    *,
    inbox: InboxReader,
    call_token: str,
    client: ClientLink,
    dial: Callable[[str, int], Awaitable[Any]],
    folder: Path,
) -> ToolContext:
    return ToolContext(
        credentials=credentials,
        http=PlatformHttp(platform, connector),
        web=web,
        config=_config_of(connector),
        inbox=inbox,
        now=clock.now,
        call_token=call_token,
        blocking=blocking,
        dial=dial,
        client=client,
        vault=folder,
    )


def _platform(connection: Connection | ConnectionView, customer: str, client: Http) -> tuple[Http, Http]:
    """The way to the platform, and the way to everywhere else; in the sandbox its stand-in is both."""
    if connection.mode == ApiKey.Mode.LIVE:
        return client, http.outside()
    standin = sandbox_http.standin_of(customer, connection.public_id, connection.platform)
    stand_in = sandbox_http.SandboxHttp(standin, connection.platform, connection.public_id)
    return stand_in, stand_in


def _config_of(connector: Connector) -> Mapping[str, str]:
    return {s.name: settings.CONNECTOR_SETTINGS[s.name] for s in connector.settings}


def _dial_of(mode: str) -> Callable[[str, int], Awaitable[Any]]:
    if mode == ApiKey.Mode.LIVE:
        return egress.dial
    return _refuse_sockets


async def _refuse_sockets(host: str, port: int) -> NoReturn:  # noqa: ARG001  (as `egress.dial`)
    raise NotReached
