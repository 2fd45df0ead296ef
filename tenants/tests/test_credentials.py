"""Credentials: sealed for one place, opened there only, and nowhere in plain."""

import sqlite3
from typing import Any

import pytest
from django.db import connection as database
from hypothesis import given, strategies as st

from connectors.registry import all_connectors
from hermes.core import crypto
from hermes.core.errors import NeedsReauth, Unavailable
from hermes.core.keyring import ring
from tenants import connections, credentials, data_keys, keys
from tenants.credentials import CredentialInvalid
from tenants.models import Connection, Customer
from tenants.principals import ConnectionView, Principal
from tenants.tests.conftest import Link, acts
from tests.support.upstream import Upstream

Pair = tuple[Principal, ConnectionView]


def pair(person: Any) -> Pair:
    """A principal with its first probe connection, as a call has them."""
    principal = keys.load_principal(person.live_key)
    return principal, next(c for c in principal.connections if c.platform == "probe")


def put(connection: Connection, **columns: Any) -> None:
    """Write columns as somebody with the database's password would."""
    Connection.objects.unscoped().filter(pk=connection.pk).update(**columns)


def test_a_call_opens_the_credentials_of_its_own_connection(acme: Any, link: Link) -> None:
    link(acme.customer, token="a secret token")
    opened = credentials.opener(*pair(acme))()
    assert opened.dump() == {"token": "a secret token"}
    assert "a secret token" not in repr(opened)


def test_te03_a_strangers_ciphertext_does_not_open(
    acme: Any, globex: Any, link: Link, upstream: Upstream
) -> None:
    mine, foreign = link(acme.customer), link(globex.customer)
    put(mine, sealed=foreign.sealed)
    with pytest.raises(NeedsReauth) as refused:
        credentials.opener(*pair(acme))()
    assert "credential_invalid" in refused.value.message
    upstream.asked.clear()
    with pytest.raises(CredentialInvalid):
        connections.verify(acme.customer.pk, mine.public_id)
    assert upstream.asked == []
    flagged = connections.get(acme.customer.pk, mine.public_id)
    assert flagged.status == "needs_reauth"
    assert "credential_invalid" in flagged.status_reason
    assert acts(acme.customer)[-1] == "connection.needs_reauth"


def test_te03_nor_does_it_with_the_strangers_data_key(acme: Any, globex: Any, link: Link) -> None:
    mine, foreign = link(acme.customer), link(globex.customer)
    put(mine, sealed=foreign.sealed)
    stolen = Customer.objects.get(pk=globex.customer.pk).data_key
    Customer.objects.filter(pk=acme.customer.pk).update(data_key=stolen)
    with pytest.raises(CredentialInvalid):
        credentials.opener(*pair(acme))()


def test_ciphertext_of_another_connection_or_platform_does_not_open(acme: Any, link: Link) -> None:
    first, second = link(acme.customer), link(acme.customer)
    put(first, sealed=second.sealed)
    with pytest.raises(CredentialInvalid):
        credentials.opener(*pair(acme))()
    put(second, platform="whatsapp")
    moved = connections.get(acme.customer.pk, second.public_id)
    with pytest.raises(CredentialInvalid):
        credentials.of_connection(moved)


@pytest.mark.parametrize(
    "stored", ["", "a1b2c3d4:e5f6:0011", "h0.d1.AAAA", '{"token": "plain"}', "h1.d1.", "h1.d1.AAAA"]
)
def test_cr02_only_the_one_format_is_read(acme: Any, link: Link, stored: str) -> None:
    put(link(acme.customer), sealed=stored)
    with pytest.raises(CredentialInvalid):
        credentials.opener(*pair(acme))()


def test_cr03_an_envelope_under_an_unknown_key_flags_the_connection(acme: Any, link: Link) -> None:
    made = link(acme.customer)
    put(made, sealed=made.sealed.replace("h1.d1.", "h1.d9."))
    with pytest.raises(CredentialInvalid):
        connections.verify(acme.customer.pk, made.public_id)
    assert connections.get(acme.customer.pk, made.public_id).status == "needs_reauth"


def test_cr03_a_key_missing_from_the_ring_is_the_operators_to_mend(acme: Any, link: Link) -> None:
    made = link(acme.customer)
    row = Customer.objects.get(pk=acme.customer.pk)
    place = (row.public_id, "data-key")
    retired = crypto.seal(
        data_keys.unwrap(row.public_id, row.data_key), key=bytes(range(1, 33)), kid="gone", aad=place
    )
    Customer.objects.filter(pk=row.pk).update(data_key=retired)
    with pytest.raises(Unavailable, match="'gone'"):
        connections.verify(acme.customer.pk, made.public_id)
    with pytest.raises(Unavailable, match="'gone'"):
        credentials.opener(*pair(acme))()
    assert connections.get(acme.customer.pk, made.public_id).status == "active"


@given(
    st.text(
        alphabet=st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"]), min_size=1, max_size=100
    )
)
def test_what_is_sealed_comes_back_and_is_never_legible(token: str) -> None:
    parsed = all_connectors()["probe"].credentials.parse({"token": f"x{token}x"})
    wrapped = data_keys.wrap_new("cus_1")
    draft = Connection(platform="probe")
    sealed = credentials.seal("cus_1", wrapped, draft, parsed)
    assert credentials.unseal("cus_1", wrapped, draft, sealed) == parsed
    assert f"x{token}x" not in sealed
    assert credentials.seal("cus_1", wrapped, draft, parsed) != sealed


def test_a_data_key_opens_for_its_own_customer_only() -> None:
    wrapped = data_keys.wrap_new("cus_1")
    assert len(data_keys.unwrap("cus_1", wrapped)) == 32
    assert data_keys.kid_of(wrapped) == ring().primary_kid
    with pytest.raises(crypto.CannotOpen):
        data_keys.unwrap("cus_2", wrapped)


def test_cr06_a_secret_is_in_no_text_the_database_keeps(acme: Any, link: Link, upstream: Upstream) -> None:
    canary = f"canary-{acme.customer.public_id}"
    made = link(acme.customer, token=canary)
    upstream.script.append((401, {}, {"echo": canary}))
    with pytest.raises(NeedsReauth) as refused:
        connections.verify(acme.customer.pk, made.public_id)
    assert canary not in str(refused.value)
    connections.disconnect(acme.customer.pk, made.public_id)
    assert canary not in _everything_stored()


def _everything_stored() -> str:
    if database.vendor == "sqlite":
        with sqlite3.connect(database.settings_dict["NAME"]) as file:
            dump = "\n".join(file.iterdump())
        file.close()
        return dump
    with database.cursor() as cursor:
        found = []
        for table in database.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
            found += [str(row) for row in cursor.fetchall()]
    return "\n".join(found)
