"""Texts on their way into a column of the trail: cut to fit, and without a secret that somebody put there."""

from audit.models import AuditEntry
from hermes.core.redaction import redact_text

_LIMITS = {f.name: f.max_length for f in AuditEntry._meta.fields if getattr(f, "max_length", None)}


def fitted(column: str, text: str) -> str:
    """`text` of our own, as long as the column is."""
    return text[: _LIMITS[column]]


def masked(column: str, text: str) -> str:
    """`text` that repeats what a caller sent (a client's name, an argument): fitted, secrets masked."""
    return fitted(column, redact_text(fitted(column, text))) if text else ""
