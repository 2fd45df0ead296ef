"""Giving access back: a disconnected account's credentials are taken back at its platform."""

import dataclasses

from connectors.kit.credentials import Credentials
from connectors.kit.oauth import OAuthSpec, Tokens
from connectors.kit.secret import Secret
from connectors.registry import all_connectors
from hermes.core import crypto
from hermes.core.errors import HermesError
from tenants import probes
from tenants.models import ApiKey, Connection
from tenants.oauth import calling, grants, platform_apps


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A grant that is no longer stored, and what takes it back."""

    spec: OAuthSpec
    tokens: Tokens
    is_own_app: bool


def taken_out(connection: Connection, credentials: Credentials | None) -> Granted | None:
    """Delete the connection's grant, in the caller's transaction; None where there is none to give back."""
    row = grants.of_connection(connection)
    if row is None:
        return None
    grants.keep(connection, None)
    spec = platform_apps.spec_of(connection.platform, row.provider)
    if credentials is None:
        return None
    try:
        access = Secret(credentials.dump()[spec.token_field])
        tokens, _ = grants.unseal(connection.customer, connection, row, access)
    except (crypto.SealError, KeyError):
        return None
    return Granted(spec=spec, tokens=tokens, is_own_app=row.is_own_app)


def withdraw(
    connection: Connection, credentials: Credentials | None, granted: Granted | None
) -> tuple[str, str]:
    """Take credentials back at the platform: an outcome (`ok`, `skipped`, an error code) and a sentence."""
    connector = all_connectors()[connection.platform]
    try:
        if granted is not None and granted.spec.revoke is not None:
            return "ok", _revoked(connection, granted)
        if connection.mode == ApiKey.Mode.TEST:
            return "skipped", "The sandbox has nothing to revoke."
        if connector.revoke is None or credentials is None:
            return "skipped", f"Revoke the access at {connector.name} too where it is no longer wanted."
        return "ok", probes.ask(connector.revoke, connection, credentials)
    except HermesError as failure:
        return failure.code, f"{connector.name} did not confirm; revoke the access there. {failure.message}"


def _revoked(connection: Connection, granted: Granted) -> str:
    spec, revoke = granted.spec, granted.spec.revoke
    assert revoke is not None  # noqa: S101  (asked before)
    calling.ask(
        lambda ctx: revoke(ctx, spec, granted.tokens),
        connection.customer,
        connection.platform,
        spec,
        mode=connection.mode,
        is_own_app=granted.is_own_app,
    )
    return f"{spec.name} has taken the access back."
