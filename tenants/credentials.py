"""A connection's credentials: sealed at rest, opened for the moment of one call."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from connectors.kit.credentials import Credentials
from connectors.registry import all_connectors
from hermes.core import crypto
from hermes.core.errors import InvalidArgument, NeedsReauth, Unavailable
from tenants import data_keys, single_user
from tenants.models import Connection
from tenants.principals import ConnectionView, Principal


class CredentialInvalid(NeedsReauth):
    """What is stored does not open here: changed, or moved from another customer, platform or connection."""

    def __init__(self) -> None:
        super().__init__(
            "The account's stored credential cannot be opened (credential_invalid); reconnect the account."
        )


class Place(Protocol):
    """Where a credential belongs: a Connection or a ConnectionView."""

    @property
    def public_id(self) -> str:
        """Its public id."""
        ...

    @property
    def platform(self) -> str:
        """Its connector's slug."""
        ...


def seal(customer: str, data_key: str, connection: Place, credentials: Credentials) -> str:
    """The envelope to store for a connection of the customer (public id)."""
    plain = msgspec.json.encode(credentials.dump())
    key = _data_key(customer, data_key)
    return crypto.seal(plain, key=key, kid=data_keys.KID, aad=_aad(customer, connection))


def unseal(customer: str, data_key: str, connection: Place, sealed: str) -> Credentials:
    """The credentials in an envelope.

    Raises CredentialInvalid where it does not belong here, and Unavailable where the key ring lacks
    the key that wraps the customer's data key.
    """
    key = _data_key(customer, data_key)
    try:
        plain = crypto.open_sealed(
            sealed, key_of={data_keys.KID: key}.__getitem__, aad=_aad(customer, connection)
        )
    except crypto.SealError:
        raise CredentialInvalid from None
    try:
        return all_connectors()[connection.platform].credentials.parse(msgspec.json.decode(plain))
    except InvalidArgument:
        # What was sealed was checked then: the platform's fields have changed since.
        raise CredentialInvalid from None


def of_connection(connection: Connection) -> Credentials:
    """The credentials of a stored connection, for acts of management; raises as `unseal` does."""
    customer = connection.customer
    if connection.source == Connection.Source.ENVIRONMENT:
        return single_user.credentials(customer.public_id, connection.platform)
    return unseal(customer.public_id, customer.data_key, connection, connection.sealed)


def opener(principal: Principal, connection: ConnectionView) -> Callable[[], Credentials]:
    """A closure that opens the credentials of one of the principal's own connections, at each call anew."""

    def open_credentials() -> Credentials:
        if connection.source == Connection.Source.ENVIRONMENT:
            return single_user.credentials(principal.customer, connection.platform)
        return unseal(principal.customer, principal.data_key, connection, connection.sealed)

    return open_credentials


def _data_key(customer: str, wrapped: str) -> bytes:
    try:
        return data_keys.unwrap(customer, wrapped)
    except crypto.UnknownKid as missing:
        raise Unavailable(
            f"The key '{missing.kid}' that guards this customer's credentials is not in the key ring; "
            "the operator must put it back."
        ) from None
    except crypto.SealError:
        raise CredentialInvalid from None


def _aad(customer: str, connection: Place) -> tuple[str, str, str, str]:
    return (customer, connection.platform, connection.public_id, "credentials")
