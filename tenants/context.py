"""Binding a call to a customer's connection: the closures a handler works with, and no id."""

import asyncio
import functools
import secrets
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, cast
from weakref import WeakValueDictionary

from django.conf import settings

from billing.plans import Plan
from connectors.kit.connector import Connector
from connectors.kit.context import NO_CLIENT, ClientLink, Http, InboxReader, ToolContext
from connectors.kit.credentials import Credentials
from connectors.kit.patience import Patience, PatientHttp
from connectors.kit.vaults import VaultSpace
from connectors.registry import all_connectors
from connectors.sandbox import DialledStandin
from hermes.core import clock, egress, http
from hermes.core.http_types import NotReached
from hermes.core.threads import waiting
from tenants import credentials as credential_store, memories, sandbox_http
from tenants.models import ApiKey, Connection
from tenants.oauth.access import Access, RenewingHttp
from tenants.platform_http import PlatformHttp
from tenants.principals import ConnectionView, Principal

AT_ONCE = 4
SANDBOX_BYTES, SANDBOX_FILES = 5_000_000, 500
Dial = Callable[[str, int], Awaitable[Any]]


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
    opened = credential_store.opener(principal, connection)
    return _context(
        connector,
        Access(connector, connection, opened, customer_id=principal.customer_id, http=http.client()),
        *_platform(connection, principal.customer, http.client()),
        inbox=inbox,
        call_token=call_token,
        client=link,
        connection=connection,
        vault=_space(principal.customer, connection, principal.plan),
    )


def outside_calls(
    connection: Connection,
    credentials: Credentials,
    client: Http,
    *,
    inbox: InboxReader | None = None,
    plan: Plan | None = None,
) -> ToolContext:
    """The context in which a connector verifies or revokes credentials, or watches an account.

    Without a plan it has no files.
    """
    customer, connector = connection.customer.public_id, all_connectors()[connection.platform]
    return _context(
        connector,
        Access(connector, connection, lambda: credentials, customer_id=connection.customer_id, http=client),
        *_platform(connection, customer, client),
        inbox=inbox or cast("InboxReader", _NoInbox()),
        call_token=secrets.token_hex(16),
        client=NO_CLIENT,
        connection=connection,
        vault=_space(customer, connection, plan) if plan is not None else None,
    )


def vault_folder(customer: str) -> Path:
    """Where the files of a customer's (public id) vaults lie, a folder for each connection."""
    return Path(settings.DATA_DIR) / "vaults" / customer


def _space(customer: str, connection: Connection | ConnectionView, plan: Plan) -> VaultSpace:
    is_live = connection.mode == ApiKey.Mode.LIVE
    return VaultSpace(
        folder=vault_folder(customer) / connection.public_id,
        limit_bytes=plan.vault_bytes if is_live else SANDBOX_BYTES,
        limit_files=plan.vault_files if is_live else SANDBOX_FILES,
    )


class _NoInbox:
    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"there is no inbox outside of a tool call ({name})")


def _context(
    connector: Connector,
    access: Access,
    platform: Http,
    web: Http,
    dial: Dial,
    *,
    inbox: InboxReader,
    call_token: str,
    client: ClientLink,
    connection: Connection | ConnectionView,
    vault: VaultSpace | None,
) -> ToolContext:
    patience = _patience(connection)
    patient = PatientHttp(PlatformHttp(platform, connector), patience, connector.silence_s)
    return ToolContext(
        credentials=access.credentials,
        renew=access.renew,
        http=RenewingHttp(patient, access) if access.is_granted else patient,
        web=web,
        config=_config_of(connector),
        inbox=inbox,
        now=clock.now,
        call_token=call_token,
        blocking=functools.partial(_in_turn, connection.public_id),
        dial=dial,
        client=client,
        vault=vault,
        memory=memories.of(connection.public_id),
        patience=patience,
    )


def _patience(connection: Connection | ConnectionView) -> Patience:
    """What a live account's platform must be spared. What a stand-in answers is about one magic value."""
    if connection.mode != ApiKey.Mode.LIVE:
        return Patience()
    remembered = memories.of(connection.public_id)
    patience: Patience = remembered.setdefault("patience", Patience(connection.platform))
    return patience


def _platform(
    connection: Connection | ConnectionView, customer: str, client: Http
) -> tuple[Http, Http, Dial]:
    """The ways to the platform, everywhere else and mail servers; in the sandbox its stand-in is all."""
    if connection.mode == ApiKey.Mode.LIVE:
        return client, http.outside(), egress.dial
    standin = sandbox_http.standin_of(customer, connection.public_id, connection.platform)
    stand_in = sandbox_http.SandboxHttp(standin, connection.platform, connection.public_id)
    return stand_in, stand_in, standin.dial if isinstance(standin, DialledStandin) else _refuse_sockets


def _config_of(connector: Connector) -> Mapping[str, str]:
    return {s.name: settings.CONNECTOR_SETTINGS[s.name] for s in connector.settings}


_turns: WeakValueDictionary[tuple[int, str], asyncio.Semaphore] = WeakValueDictionary()


async def _in_turn(connection: str, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`ToolContext.blocking` of a connection (public id): `AT_ONCE` run, more wait for their turn."""
    key = (id(asyncio.get_running_loop()), connection)
    async with _turns.setdefault(key, asyncio.Semaphore(AT_ONCE)):
        return await waiting(fn, *args, **kwargs)


async def _refuse_sockets(host: str, port: int) -> NoReturn:  # noqa: ARG001  (as `egress.dial`)
    raise NotReached
