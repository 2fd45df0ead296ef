"""A vault's files over REST: brought in, taken out, by whom and by whom not; and erased."""

import io
import zipfile
from typing import Any

import pytest

from audit import trail
from hermes.core import ids
from tenants import connections, context, erasure, export, keys, linking
from tenants.actors import SYSTEM
from tenants.key_limits import Limits
from tests.support.api import Api

NOTES = {"Home.md": b"[[Plan]]", "Projects/Plan.md": b"# Plan", "pic.png": b"\x89PNG"}


def packed(files: dict[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return archive.getvalue()


def unpacked(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def vault_of(person: Any, name: str = "Notes") -> str:
    return str(connections.link(person.customer.pk, "obsidian", {"vault": name}).public_id)


def bring_in(api: Api, key: str | None, vault: str, files: dict[str, bytes] | bytes, query: str = "") -> Any:
    body = files if isinstance(files, bytes) else packed(files)
    return api.request("POST", f"/api/connections/{vault}/import{query}", key, content=body)


def take_out(api: Api, key: str | None, vault: str) -> Any:
    return api.get(f"/api/connections/{vault}/export", key)


def test_what_is_brought_in_is_read_by_tools_and_taken_out_again(api: Api, acme: Any) -> None:
    vault = vault_of(acme)
    told = bring_in(api, acme.live_key, vault, {**NOTES, ".obsidian/app.json": b"{}", "x.exe": b"MZ"})
    assert told.status_code == 200, told.text
    assert told.json() == {
        "added": 3,
        "replaced": 0,
        "kept": 0,
        "skipped_count": 2,
        "skipped": [
            {"name": ".obsidian/app.json", "reason": "it is hidden or a setting of an app"},
            {"name": "x.exe", "reason": "this kind of file is not kept"},
        ],
    }
    read = api.post("/api/tools/obsidian_get_note", acme.live_key, {"path": "Home", "format": "full"})
    assert read.json()["data"]["links"] == ["Projects/Plan.md"]
    out = take_out(api, acme.live_key, vault)
    assert out.headers["content-type"] == "application/zip"
    assert out.headers["cache-control"] == "no-store"
    assert unpacked(out.content) == NOTES
    acts = [(e["action"], e["detail"]) for e in trail.page(acme.customer.pk, limit=10).entries]
    assert ("connection.imported", "3 added, 0 replaced, 0 kept, 2 left out") in acts
    assert ("connection.exported", "3 files") in acts


def test_what_is_there_stays_unless_it_is_to_be_overwritten(api: Api, acme: Any) -> None:
    vault = vault_of(acme)
    bring_in(api, acme.live_key, vault, NOTES)
    kept = bring_in(api, acme.live_key, vault, {"Home.md": b"new", "New.md": b"new"}).json()
    assert (kept["added"], kept["kept"], kept["replaced"]) == (1, 1, 0)
    over = bring_in(api, acme.live_key, vault, {"home.md": b"newer"}, "?overwrite=true").json()
    assert (over["added"], over["kept"], over["replaced"]) == (0, 0, 1)
    assert unpacked(take_out(api, acme.live_key, vault).content)["Home.md"] == b"newer"


def test_va08_a_strangers_vault_is_as_one_that_never_was(api: Api, acme: Any, globex: Any) -> None:
    vault, theirs = vault_of(acme), vault_of(globex)
    bring_in(api, acme.live_key, vault, NOTES)
    for name in (vault, ids.new("con"), "..", "%2e%2e"):
        for answer in (
            bring_in(api, globex.live_key, name, {"Evil.md": b"x"}),
            take_out(api, globex.live_key, name),
        ):
            assert answer.status_code == 404
        named = api.post("/api/tools/obsidian_get_note", globex.live_key, {"path": "Home", "account": name})
        assert named.json()["code"] == "not_found"
    surplus = api.post("/api/tools/obsidian_get_note", globex.live_key, {"path": "Home", "vault": ".."})
    assert surplus.json()["code"] == "invalid_argument"
    mine = api.post("/api/tools/obsidian_get_note", globex.live_key, {"path": "Home"})
    assert mine.json()["code"] == "not_found"
    assert unpacked(take_out(api, acme.live_key, vault).content) == NOTES
    assert unpacked(take_out(api, globex.live_key, theirs).content) == {}


def test_two_customers_may_give_their_vaults_one_name(acme: Any, globex: Any) -> None:
    assert vault_of(acme, "Notes") != vault_of(globex, "Notes")


def test_a_vault_that_was_disconnected_is_there_again_under_its_name(api: Api, acme: Any) -> None:
    vault = vault_of(acme, "Second Brain")
    bring_in(api, acme.live_key, vault, NOTES)
    connections.disconnect(acme.customer.pk, vault)
    assert take_out(api, acme.live_key, vault).status_code == 409
    assert vault_of(acme, "second brain") == vault
    assert unpacked(take_out(api, acme.live_key, vault).content) == NOTES
    verified = connections.verify(acme.customer.pk, vault)
    assert (verified.identity["notes"], verified.identity["files"]) == (2, 3)


def test_only_who_manages_connections_may_and_a_test_key_only_in_the_sandbox(api: Api, acme: Any) -> None:
    vault = vault_of(acme)
    limits = Limits(scopes=("tools:read",))
    reader = keys.issue(acme.customer.pk, name="reader", mode="live", limits=limits).text
    for key, status in ((reader, 403), (acme.test_key, 404), (None, 401)):
        assert bring_in(api, key, vault, NOTES).status_code == status
        assert take_out(api, key, vault).status_code == status
    sandbox = next(c for c in keys.load_principal(acme.test_key).connections if c.platform == "obsidian")
    assert bring_in(api, acme.test_key, sandbox.public_id, NOTES).status_code == 200
    assert b"Plan" in unpacked(take_out(api, acme.test_key, sandbox.public_id).content)["Welcome.md"]


def test_a_platform_that_is_no_files_has_none_to_take_out(api: Api, probed: Any) -> None:
    for answer in (
        take_out(api, probed.key, probed.connection),
        bring_in(api, probed.key, probed.connection, NOTES),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_body_beyond_the_cap_is_refused_before_it_is_read(api: Api, acme: Any, monkeypatch: Any) -> None:
    from mcp_gateway.rest import uploads

    vault = vault_of(acme)
    monkeypatch.setattr(uploads, "_archive_bytes", lambda: 1_000)
    assert bring_in(api, acme.live_key, vault, b"x" * 1_001).status_code == 413

    async def endless() -> Any:
        for _ in range(50):
            yield b"x" * 100

    unmeasured = api.request("POST", f"/api/connections/{vault}/import", acme.live_key, content=endless())
    assert (unmeasured.status_code, unmeasured.json()["code"]) == (413, "too_large")
    assert api.request("POST", "/api/keys", acme.live_key, content=b" " * 5_000_000).status_code == 413


@pytest.mark.parametrize("junk", [b"", b"no zip", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_archive_is_refused_and_recorded(api: Api, acme: Any, junk: bytes) -> None:
    refused = bring_in(api, acme.live_key, vault_of(acme), junk)
    assert refused.json()["code"] in ("invalid_argument", "too_large")
    entry = trail.page(acme.customer.pk, action="connection.imported", limit=1).entries[0]
    assert entry["outcome"] == refused.json()["code"]


def test_a_plan_bounds_what_is_brought_in_and_nothing_stays_of_what_is_refused(
    api: Api, make_customer: Any
) -> None:
    person = make_customer("acme", plan="free")
    vault = vault_of(person)
    many = {f"{n}.md": b"x" for n in range(1_001)}
    refused = bring_in(api, person.live_key, vault, many)
    assert (refused.status_code, refused.json()["code"]) == (403, "plan_limit")
    assert unpacked(take_out(api, person.live_key, vault).content) == {}


def test_a_customer_takes_its_vaults_along_and_erasing_it_erases_them(
    api: Api, acme: Any, tmp_path: Any
) -> None:
    vault = vault_of(acme)
    bring_in(api, acme.live_key, vault, NOTES)
    folder = context.vault_folder(acme.customer.public_id)
    export.export(acme.customer, tmp_path / "all.zip", by=SYSTEM)
    assert unpacked((tmp_path / "all.zip").read_bytes())[f"vaults/{vault}/Projects/Plan.md"] == b"# Plan"
    assert (folder / vault / "Home.md").exists()
    erasure.erase(acme.customer, by=SYSTEM)
    assert not folder.exists()


def test_a_refused_link_leaves_nothing_on_the_disk(acme: Any, monkeypatch: Any) -> None:
    from hermes.core.errors import PlanLimit

    folder = context.vault_folder(acme.customer.public_id)
    before = sorted(folder.rglob("*")) if folder.exists() else []

    def full(_: object) -> None:
        raise PlanLimit("full")

    monkeypatch.setattr(linking, "_require_room", full)
    with pytest.raises(PlanLimit):
        vault_of(acme)
    assert (sorted(folder.rglob("*")) if folder.exists() else []) == before
