"""Acts of management: one closed entry, written in the transaction of the act itself."""

from audit.columns import masked
from audit.models import AuditEntry
from hermes.core import clock, ids


def record(
    *,
    customer_id: int,
    action: str,
    actor: str,
    surface: str,
    detail: str = "",
    outcome: str = "ok",
    client: str = "",
    address: str = "",
    mode: str = "",
    platform: str = "",
    connection: str = "",
) -> AuditEntry:
    """Write that `actor` (`key:key_...`, `user:7`, `command:...`) did `action` (`connection.link`).

    Texts longer than their column are cut, what looks like a secret is masked.
    """
    moment = clock.now()
    texts = {
        "action": action,
        "actor": actor,
        "surface": surface,
        "detail": detail,
        "outcome": outcome,
        "client": client,
        "address": address,
        "mode": mode,
        "platform": platform,
        "connection": connection,
    }
    kept = {column: masked(column, text) for column, text in texts.items()}
    return AuditEntry.objects.create(
        public_id=ids.new("aud"), customer_id=customer_id, at=moment, closed_at=moment, **kept
    )
