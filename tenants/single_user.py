"""Single-user mode: `MCP_API_KEY` stands for the built-in operator with the accounts of the environment.

`HERMES_<PLATFORM>_<FIELD>` (or `..._FILE`, naming a file) holds one credential field. Nobody but the operator
ever gets these: they are opened for the operator's own customer id only.
"""

import hashlib
import hmac
import os
from pathlib import Path

from django.conf import settings
from django.db import transaction

from billing import subscriptions
from connectors.kit.connector import Connector
from connectors.kit.credentials import Credentials
from connectors.registry import all_connectors
from hermes.core.errors import Internal, InvalidArgument, NeedsReauth
from tenants import changes, data_keys
from tenants.models import ApiKey, Connection, Customer
from tenants.principals import Credential, Principal, connections_of, principal_of
from tenants.roles import EVERY_SCOPE

OPERATOR = "cus_00000000000000000000000000"
OPERATOR_PLAN = "enterprise"


def is_operator_key(presented: str) -> bool:
    """Whether this is the operator's key; constant in time, and never where `MCP_API_KEY` is not set."""
    expected = settings.MCP_API_KEY
    # Digests of equal length, so that the time does not tell how long the key is.
    return bool(expected) and hmac.compare_digest(_digest(presented), _digest(expected))


def load_principal() -> Principal:
    """The operator's principal, live mode, with the environment's accounts that are complete."""
    customer = operator()
    offered = {c.slug for c in all_connectors().values() if is_given(c)}
    _add_missing(customer, offered)
    views = [
        view
        for view in connections_of(customer, ApiKey.Mode.LIVE)
        if view.source != Connection.Source.ENVIRONMENT or view.platform in offered
    ]
    credential = Credential(
        kind="operator",
        public_id="operator",
        name="MCP_API_KEY",
        mode=ApiKey.Mode.LIVE,
        scopes=EVERY_SCOPE,
        profile="full",
    )
    return principal_of(customer, credential, views)


def operator() -> Customer:
    """The operator's customer, made at the first call."""
    known = Customer.objects.filter(public_id=OPERATOR).first()
    if known is not None:
        return known
    with transaction.atomic():
        wrapped = data_keys.wrap_new(OPERATOR)
        customer, is_new = Customer.objects.get_or_create(
            public_id=OPERATOR,
            defaults={"name": "Operator", "data_key": wrapped, "data_key_kid": data_keys.kid_of(wrapped)},
        )
        if is_new:
            subscriptions.change_plan(customer.pk, OPERATOR_PLAN)
    return customer


def is_given(connector: Connector) -> bool:
    """Whether the environment has all that the connector needs."""
    required = [f.name for f in connector.credentials.fields() if f.required]
    return bool(required) and all(_is_set(variable_name(connector.slug, name)) for name in required)


def credentials(customer: str, platform: str) -> Credentials:
    """The environment's credentials for the operator (public id); raises Internal for anybody else.

    Raises NeedsReauth naming the field that does not look right.
    """
    if customer != OPERATOR:
        raise Internal("Credentials of the environment belong to the operator only.")
    connector = all_connectors()[platform]
    given = {f.name: _value(variable_name(platform, f.name)) for f in connector.credentials.fields()}
    try:
        return connector.credentials.parse(given)
    except InvalidArgument as wrong:
        name = variable_name(platform, str(wrong.details["argument"]))
        raise NeedsReauth(f"{name}: {wrong.message}") from None


def variable_name(platform: str, field: str) -> str:
    """The environment variable of a credential field."""
    return f"HERMES_{platform}_{field}".upper()


def _is_set(variable: str) -> bool:
    return bool(os.environ.get(f"{variable}_FILE") or os.environ.get(variable))


def _value(variable: str) -> str:
    path = os.environ.get(f"{variable}_FILE")
    if not path:
        return os.environ.get(variable, "")
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError):
        raise NeedsReauth(f"{variable}_FILE names a file that cannot be read; give its full path.") from None


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


def _add_missing(customer: Customer, offered: set[str]) -> None:
    known = Connection.objects.of(customer).filter(source=Connection.Source.ENVIRONMENT)
    missing = offered - set(known.values_list("platform", flat=True))
    for platform in sorted(missing):
        _, is_new = customer.connections.get_or_create(
            platform=platform,
            mode=ApiKey.Mode.LIVE,
            account="environment",
            defaults={
                "source": Connection.Source.ENVIRONMENT,
                "status": Connection.Status.ACTIVE,
                "identity": {"label": f"{platform} account of the environment"},
            },
        )
        if is_new:
            changes.announce(customer.public_id)
