"""Acts of management stand in the trail, closed from the start."""

from typing import Any

import pytest

from audit import records, trail
from audit.models import AuditEntry
from hermes.core.errors import Conflict


def test_an_act_is_written_closed_with_who_did_what(acme: Any) -> None:
    entry = records.record(
        customer_id=acme.customer.pk,
        action="connection.linked",
        actor="key:key_1",
        surface="rest",
        detail="whatsapp 'main'",
        address="203.0.113.7",
    )
    shown = trail.page(acme.customer.pk, action="connection.linked").entries[0]
    assert shown["id"] == entry.public_id
    assert (shown["actor"], shown["outcome"], shown["detail"]) == ("key:key_1", "ok", "whatsapp 'main'")
    assert shown["closed_at"] == shown["at"]


def test_texts_too_long_for_their_column_are_cut(acme: Any) -> None:
    entry = records.record(
        customer_id=acme.customer.pk, action="a" * 500, actor="b" * 500, surface="c" * 500, detail="d" * 5000
    )
    entry.refresh_from_db()
    assert (len(entry.action), len(entry.actor), len(entry.detail)) == (64, 80, 300)


def test_an_entry_is_never_saved_twice(acme: Any) -> None:
    entry = records.record(customer_id=acme.customer.pk, action="x", actor="y", surface="rest")
    entry.detail = "changed"
    with pytest.raises(Conflict, match="never changed"):
        entry.save()
    assert AuditEntry.objects.get(pk=entry.pk).detail == ""
