"""What every platform that is files must do, and sample files to do it on."""

import asyncio
import functools
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from jsonschema_rs import Draft202012Validator

from connectors import sandbox
from connectors.kit import schema
from connectors.kit.connector import Connector
from connectors.kit.credentials import Credentials
from connectors.kit.testing import FakeHttp, answer, context
from connectors.kit.vaults import VaultSpace
from hermes.core.errors import HermesError

LIMIT_BYTES, LIMIT_FILES = 5_000_000, 500


class Stopped(Exception):
    """Where a dry run ends."""


@contextmanager
def vault_of(connector: Connector) -> Iterator[VaultSpace | None]:
    """A folder with the platform's sample files, gone afterwards; None for a platform that is no files."""
    if connector.vault is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(_samples(connector.slug), folder, dirs_exist_ok=True)
        yield _space(Path(folder))


def files_of(space: VaultSpace) -> Mapping[str, bytes]:
    """Every file that people see, by path."""
    names = [path.relative_to(space.folder) for path in space.folder.rglob("*") if path.is_file()]
    return {str(n): (space.folder / n).read_bytes() for n in names if not n.parts[0].startswith(".")}


def examples_work_on_the_sample_files(connector: Connector) -> None:
    for tool in connector.tools if connector.vault else ():
        with vault_of(connector) as space:
            result = _run(connector, space, tool.handler, schema.parse_arguments(tool, tool.example))
        Draft202012Validator(schema.output_schema(tool) or {}).validate(schema.dump(result.data))


def reading_changes_no_file(connector: Connector) -> None:
    for tool in connector.tools if connector.vault else ():
        if tool.hints.read_only:
            with vault_of(connector) as space:
                assert space is not None
                before = files_of(space)
                _run(connector, space, tool.handler, schema.parse_arguments(tool, tool.example))
                assert files_of(space) == before, tool.name


def a_dry_run_changes_no_file(connector: Connector) -> None:
    for tool in connector.tools if connector.vault else ():
        if tool.takes_key:
            with vault_of(connector) as space:
                assert space is not None
                before = files_of(space)
                try:
                    _run(
                        connector,
                        space,
                        tool.handler,
                        schema.parse_arguments(tool, tool.example),
                        before_change=_stop,
                    )
                except Stopped:
                    assert files_of(space) == before, tool.name
                else:
                    raise AssertionError(f"{tool.name} does not say what it is about to change")


def what_is_taken_out_can_be_brought_in(connector: Connector) -> None:
    if connector.vault is None:
        return
    with vault_of(connector) as space, tempfile.TemporaryDirectory() as other:
        assert space is not None
        packed = io.BytesIO()
        count = _run(connector, space, connector.vault.save, packed)
        again = _space(Path(other))
        imported = _run(connector, again, connector.vault.load, packed, False)
        assert count == imported.added == len(files_of(space)) > 0
        assert files_of(again) == files_of(space)


def rubbish_is_no_archive(connector: Connector) -> None:
    if connector.vault is None:
        return
    with vault_of(connector) as space:
        assert space is not None
        before = files_of(space)
        packed = io.BytesIO()
        _run(connector, space, connector.vault.save, packed)
        whole = packed.getvalue()
        for junk in (b"", b"PK", b"PK\x05\x06" + b"\xff" * 18, whole[:-30], whole[30:], os.urandom(5_000)):
            try:
                _run(connector, space, connector.vault.load, io.BytesIO(junk), True)
            except HermesError:
                continue
        assert files_of(space) == before


VAULTS: tuple[Callable[[Connector], None], ...] = (
    examples_work_on_the_sample_files,
    reading_changes_no_file,
    a_dry_run_changes_no_file,
    what_is_taken_out_can_be_brought_in,
    rubbish_is_no_archive,
)


@functools.cache
def _samples(slug: str) -> Path:
    from connectors.registry import all_connectors

    connector, packed = all_connectors()[slug], sandbox.archive(slug)
    assert connector.vault is not None
    assert packed is not None, f"there are no sample files of {slug}"
    folder = Path(tempfile.mkdtemp(prefix="hermes-samples-"))
    _run(connector, _space(folder), connector.vault.load, io.BytesIO(packed), False)
    return folder


def _space(folder: Path) -> VaultSpace:
    return VaultSpace(folder=folder, limit_bytes=LIMIT_BYTES, limit_files=LIMIT_FILES)


def _run(
    connector: Connector,
    space: VaultSpace | None,
    work: Callable[..., Any],
    *given: Any,
    before_change: Callable[[Mapping[str, Any]], None] | None = None,
) -> Any:
    http = FakeHttp(lambda _: answer())
    ctx = context(connector, _credentials(connector), http, vault=space, before_change=before_change)
    return asyncio.run(_awaited(work, ctx, *given))


def _credentials(connector: Connector) -> Credentials:
    return connector.credentials.parse({f.name: f.example for f in connector.credentials.fields()})


def _stop(_: Mapping[str, Any]) -> NoReturn:
    raise Stopped


async def _awaited(work: Callable[..., Any], *given: Any) -> Any:
    return await work(*given)
