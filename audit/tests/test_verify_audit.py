"""`manage.py verify_audit` says which chains hold and names the first entry that does not (AD01)."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.core.management import call_command
from django.core.management.base import CommandError

from audit import chain, heads, records
from audit.models import AuditEntry, ChainHead


@pytest.fixture
def sealed(acme: Any) -> Any:
    """A customer with at least eight sealed entries and one that is not."""
    for _ in range(8):
        records.record(customer_id=acme.customer.pk, action="sample", actor="x", surface="rest")
    chain.seal(acme.customer.pk)
    records.record(customer_id=acme.customer.pk, action="sample", actor="x", surface="rest")
    return acme.customer


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("verify_audit", *arguments, stdout=out, no_color=True)
    return out.getvalue()


def test_a_chain_that_holds_is_told_with_its_extent(sealed: Any) -> None:
    said = run("--customer", str(sealed.pk))
    last = ChainHead.objects.get(customer=sealed).seq
    assert f"customer {sealed.pk}: {last} entries sealed (1 to {last}), 1 not sealed yet: holds" in said
    assert "1 chains verified; all hold." in said


def test_a_customer_can_be_named_by_its_public_id(sealed: Any) -> None:
    assert "all hold" in run("--customer", sealed.public_id)


def test_ad01_a_changed_entry_is_named_and_the_command_fails(sealed: Any) -> None:
    AuditEntry.objects.filter(customer=sealed, seq=3).update(detail="changed")
    changed = AuditEntry.objects.get(customer=sealed, seq=3)
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 of 1 chains do not hold") as failed:
        call_command("verify_audit", "--customer", str(sealed.pk), stdout=out, no_color=True)
    assert f"BROKEN at entry 3 ({changed.public_id}, {changed.action}" in out.getvalue()
    assert failed.value.returncode == 1


def test_ad01_a_missing_entry_is_named_as_missing(sealed: Any) -> None:
    AuditEntry.objects.filter(customer=sealed, seq=4).delete()
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("verify_audit", "--customer", str(sealed.pk), stdout=out, no_color=True)
    assert "BROKEN at entry 4 (it is missing)" in out.getvalue()


def test_without_an_option_every_chain_is_read(sealed: Any, globex: Any) -> None:
    chain.seal(globex.customer.pk)
    ChainHead.objects.filter(customer=globex.customer).delete()
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("verify_audit", stdout=out, no_color=True)
    assert f"customer {sealed.pk}: " in out.getvalue()
    assert f"customer {globex.customer.pk}: BROKEN at entry 1" in out.getvalue()


@pytest.mark.parametrize("unknown", ["cus_unknown", str(2**40), "x'; DROP TABLE"])
def test_an_unknown_customer_is_an_error(unknown: str) -> None:
    with pytest.raises(CommandError, match="no audit chain"):
        run("--customer", unknown)


def witnessed(customer_id: int, path: Path) -> Path:
    """A log with the heads of this moment, among other lines."""
    with structlog.testing.capture_logs() as lines:
        heads.witness()
    mine = [line for line in lines if line["customer_id"] == customer_id]
    assert len(mine) == 1
    path.write_text(
        "plain text\n" + "\n".join(json.dumps(line) for line in [{"event": "other"}, *mine]) + "\n"
    )
    return path


def test_a_log_of_earlier_heads_fits_a_chain_that_went_on(sealed: Any, tmp_path: Path) -> None:
    log = witnessed(sealed.pk, tmp_path / "log")
    chain.seal(sealed.pk)
    assert "all hold" in run("--customer", str(sealed.pk), "--witness", str(log))


def test_a_log_of_earlier_heads_shows_a_head_put_back_with_its_entries(sealed: Any, tmp_path: Path) -> None:
    """Who keeps an old head and puts it back passes every check inside the database."""
    old = ChainHead.objects.filter(customer=sealed).values("seq", "mac", "seal").get()
    chain.seal(sealed.pk)
    log = witnessed(sealed.pk, tmp_path / "log")
    AuditEntry.objects.filter(customer=sealed, seq__gt=old["seq"]).delete()
    ChainHead.objects.filter(customer=sealed).update(**old)
    assert "all hold" in run("--customer", str(sealed.pk))
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command(
            "verify_audit", "--customer", str(sealed.pk), "--witness", str(log), stdout=out, no_color=True
        )
    assert f"BROKEN at entry {old['seq'] + 1} (the log saw it sealed otherwise)" in out.getvalue()


def test_a_log_without_heads_is_an_error(sealed: Any, tmp_path: Path) -> None:
    (tmp_path / "log").write_text("plain text\n")
    with pytest.raises(CommandError, match="HERMES_LOG_FORMAT=json"):
        run("--customer", str(sealed.pk), "--witness", str(tmp_path / "log"))
