"""What a customer takes along, and what is left when it goes."""

import json
import uuid
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from hermes.core import redis
from hermes.core.errors import InsufficientScope, NotFound, Unauthenticated
from tenants import (
    actors,
    belongings,
    connect_links,
    context,
    credentials,
    customers,
    erasure,
    export,
    keys,
    members,
)
from tenants.models import Customer
from tenants.roles import ROLES
from tenants.tests.conftest import Link, acts


@pytest.fixture
def canary(acme: Any, link: Link) -> str:
    """acme with an account, a sandbox, a key of its own name, a vault file and something in Redis."""
    canary = f"canary-{uuid.uuid4().hex}"
    linked = link(acme.customer, token=f"secret-{canary}", label=f"account-{canary}")
    asked = connect_links.make(
        acme.customer.pk, "probe", mode="live", account=f"link-{canary}", by=actors.SYSTEM
    )
    connect_links.use(asked, lambda: linked, by=actors.SYSTEM)
    keys.issue(acme.customer.pk, name=f"key-{canary}", mode="live")
    keys.load_principal(acme.test_key)
    folder = context.vault_folder(acme.customer.public_id) / "con_1"
    folder.mkdir(parents=True)
    (folder / "note.md").write_text(f"note-{canary}")
    (folder / "out.md").symlink_to("/etc/hostname")
    redis.sync_client().set(redis.name("sandbox", acme.customer.public_id, "x"), canary)
    return canary


def counts(customer: Customer) -> dict[str, int]:
    return {m._meta.label: belongings.rows_of(m, customer).count() for m in belongings.models_of_customers()}


def test_every_model_with_a_customer_belongs_to_it() -> None:
    names = [m._meta.label for m in belongings.models_of_customers()]
    assert set(names) >= {
        "tenants.ApiKey",
        "tenants.Connection",
        "tenants.ConnectLink",
        "tenants.Membership",
        "audit.AuditEntry",
        "audit.ChainHead",
        "billing.Subscription",
        "billing.UsagePeriod",
        "inbox.Thread",
        "inbox.Message",
        "inbox.WebhookEndpoint",
        "inbox.ForwardedEvent",
        "mcp_gateway.IdempotencyRecord",
    }
    assert names.index("inbox.Message") < names.index("inbox.Thread") < names.index("tenants.Connection")


def test_ad12_nothing_of_an_erased_customer_is_left(acme: Any, globex: Any, canary: str, link: Link) -> None:
    link(globex.customer)
    sealed = acme.customer.connections.get(mode="live").sealed
    wrapped, others = Customer.objects.get(pk=acme.customer.pk).data_key, counts(globex.customer)
    users = get_user_model().objects
    assert users.filter(email=acme.email).exists()
    told = StringIO()
    call_command("erase_customer", acme.customer.public_id, yes=True, stdout=told)
    left = counts(acme.customer)
    assert left.pop("audit.AuditEntry") == 1
    assert set(left.values()) == {0}
    assert acts(acme.customer) == ["customer.erased"]
    tomb = Customer.objects.get(pk=acme.customer.pk)
    assert (tomb.status, tomb.name, tomb.data_key, tomb.instructions) == ("erased", "Erased", "", "")
    assert tomb.public_id in told.getvalue()
    assert not users.filter(email=acme.email).exists()
    assert not context.vault_folder(acme.customer.public_id).exists()
    client = redis.sync_client()
    kept = [key for key in client.scan_iter(f"*{tomb.public_id}*") if b"epoch" not in key]
    assert kept == []
    with pytest.raises(credentials.CredentialInvalid):
        credentials.unseal(
            tomb.public_id, tomb.data_key, acme.customer.connections.model(platform="probe"), sealed
        )
    assert wrapped != ""
    with pytest.raises(Unauthenticated):
        keys.load_principal(acme.live_key)
    with pytest.raises(NotFound):
        customers.get(tomb.public_id)
    assert counts(globex.customer) == others
    assert keys.load_principal(globex.live_key).connections[0].status == "active"


def test_one_who_belongs_to_another_customer_too_stays(acme: Any, globex: Any) -> None:
    shared = members.listed(acme.customer.pk).get().user
    members.add(globex.customer.pk, shared, "viewer")
    erasure.erase(acme.customer, by=actors.SYSTEM)
    assert members.get(globex.customer.pk, shared.pk).user == shared


def test_an_erasure_that_stopped_can_be_done_again(acme: Any, canary: str, monkeypatch: Any) -> None:
    def fail(*_: Any) -> None:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(belongings, "rows_of", fail)
        with pytest.raises(OSError, match=r"^$"):
            erasure.erase(acme.customer, by=actors.SYSTEM)
    with pytest.raises(Unauthenticated):
        keys.load_principal(acme.live_key)
    erasure.erase(acme.customer, by=actors.SYSTEM)
    assert sum(counts(acme.customer).values()) == 1


def test_only_an_owner_erases_or_exports(acme: Any, tmp_path: Path) -> None:
    admin = actors.Actor(name="user:1", surface="portal", permissions=ROLES["admin"])
    with pytest.raises(InsufficientScope):
        erasure.erase(acme.customer, by=admin)
    with pytest.raises(InsufficientScope):
        export.export(acme.customer, tmp_path / "x.zip", by=admin)
    assert not (tmp_path / "x.zip").exists()


def test_erasing_asks_for_the_id(acme: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "yes")
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("erase_customer", acme.customer.public_id, stdout=StringIO())
    assert keys.load_principal(acme.live_key).customer_status == "active"


def test_ad13_an_export_has_all_of_the_customer_nothing_foreign_and_no_secret(
    acme: Any, globex: Any, canary: str, tmp_path: Path
) -> None:
    target = tmp_path / "acme.zip"
    told = StringIO()
    call_command("export_customer", acme.customer.public_id, output=target, stdout=told)
    with zipfile.ZipFile(target) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert target.stat().st_mode & 0o777 == 0o600
    assert json.loads(texts["customer.json"])["public_id"] == acme.customer.public_id
    for label, count in counts(acme.customer).items():
        written = len(texts[f"{label.split('.')[1].lower()}.jsonl"].splitlines())
        assert written == (count - 1 if label == "audit.AuditEntry" else count)
    assert f"account-{canary}" in texts["connection.jsonl"]
    assert f"key-{canary}" in texts["apikey.jsonl"]
    assert texts["vaults/con_1/note.md"] == f"note-{canary}"
    assert "vaults/con_1/out.md" not in texts
    everything = "\n".join(texts.values())
    row = Customer.objects.get(pk=acme.customer.pk)
    hidden = [f"secret-{canary}", row.data_key, *row.api_keys.values_list("mac", flat=True)]
    hidden += [c.sealed for c in row.connections.all()]
    assert not [secret for secret in hidden if secret in everything]
    assert globex.customer.public_id not in everything
    assert globex.email not in everything
    with pytest.raises(CommandError, match="there already"):
        call_command("export_customer", acme.customer.public_id, output=target)


def test_commands_name_a_customer_that_is_not_there(tmp_path: Path) -> None:
    unknown = "cus_" + "7" * 26
    for command, options in (
        ("export_customer", {"output": tmp_path / "x.zip"}),
        ("erase_customer", {"yes": True}),
    ):
        with pytest.raises(CommandError, match="no such customer"):
            call_command(command, unknown, **options)
