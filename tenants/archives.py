"""The files of a connection as one archive: brought in, taken out, both with an entry in the audit trail."""

from typing import BinaryIO

from connectors.kit.vaults import Imported, VaultSpec
from connectors.registry import all_connectors
from hermes.core.errors import Conflict, HermesError, NotFound
from tenants import connections, credentials, probes, states
from tenants.actors import Actor
from tenants.models import Connection


def opened(customer_id: int, public_id: str, *, by: Actor) -> tuple[Connection, VaultSpec]:
    """The connection and how its files come in and go out.

    Raises InsufficientScope, NotFound (no such connection, or a platform that is no files) and Conflict
    (not active).
    """
    by.require("connections:manage")
    connection = connections.get(customer_id, public_id, mode=by.mode)
    spec = all_connectors()[connection.platform].vault
    if spec is None:
        raise NotFound("This account has no files to bring in or take out; its platform keeps them.")
    if connection.status != states.ACTIVE:
        raise Conflict(f"This account is {connection.status}. Resume or connect it first.")
    return connection, spec


def bring_in(
    connection: Connection, spec: VaultSpec, archive: BinaryIO, *, overwrite: bool, by: Actor
) -> Imported:
    """Take an archive's files in, all or nothing. Raises what `VaultSpec.load` raises."""
    try:
        done = probes.ask(
            lambda ctx: spec.load(ctx, archive, overwrite), connection, credentials.of_connection(connection)
        )
    except HermesError as refusal:
        by.record(
            connection.customer_id,
            "connection.imported",
            refusal.message,
            outcome=refusal.code,
            connection=connection,
        )
        raise
    told = f"{done.added} added, {done.replaced} replaced, {done.kept} kept, {done.skipped_count} left out"
    by.record(connection.customer_id, "connection.imported", told, connection=connection)
    return done


def take_out(connection: Connection, spec: VaultSpec, target: BinaryIO, *, by: Actor) -> int:
    """Write the connection's files into an archive; how many there are."""
    count = probes.ask(lambda ctx: spec.save(ctx, target), connection, credentials.of_connection(connection))
    by.record(connection.customer_id, "connection.exported", f"{count} files", connection=connection)
    return count
