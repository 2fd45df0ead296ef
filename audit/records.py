"""Acts of management: one closed entry, written in the transaction of the act itself."""

from audit.models import AuditEntry
from hermes.core import clock, ids

_LIMITS = {f.name: f.max_length for f in AuditEntry._meta.fields if getattr(f, "max_length", None)}


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

    Texts longer than their column are cut. `detail` is public to the customer: never a secret.
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
    cut = {name: text[: _LIMITS[name]] for name, text in texts.items()}
    return AuditEntry.objects.create(
        public_id=ids.new("aud"), customer_id=customer_id, at=moment, closed_at=moment, **cut
    )
