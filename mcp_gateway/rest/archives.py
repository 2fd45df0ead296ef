"""`/api/connections/<id>/import` and `…/export`: the files of an account as one ZIP archive."""

import tempfile
from collections.abc import AsyncIterator
from typing import IO, Annotated

import msgspec
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response

from hermes.core.errors import TooLarge
from hermes.core.threads import blocking
from mcp_gateway.rest import reading
from mcp_gateway.rest.endpoint import Endpoint
from mcp_gateway.rest.openapi import operation
from mcp_gateway.rest.shapes import Given, Told
from tenants import archives

_TAG = "connections"
ZIP = "application/zip"
CHUNK = 1 << 18


class ImportQuery(Given, frozen=True):
    """How to bring files in."""

    overwrite: Annotated[bool, Meta(description="Replace files that are there; else they stay.")] = False


class LeftOut(Told, frozen=True):
    """A file of the archive that was not taken."""

    name: str
    reason: str


class ImportAnswer(Told, frozen=True):
    """What became of the archive's files. `skipped` lists the first of those left out."""

    added: int
    replaced: int
    kept: int
    skipped_count: int
    skipped: list[LeftOut]


class Import(Endpoint):
    """Bringing in."""

    @operation(
        "import_files",
        "Bring files into an account from a ZIP archive, all or nothing",
        tag=_TAG,
        scope="manage",
        query=ImportQuery,
        takes=ZIP,
        answer=ImportAnswer,
    )
    def post(self, request: Request, connection_id: str) -> Response:
        """What was added, replaced, kept and left out."""
        connection, spec = archives.opened(self.principal.customer_id, connection_id, by=self.actor)
        overwrite = reading.query(request, ImportQuery).overwrite
        with tempfile.TemporaryFile() as archive:
            size = 0
            while chunk := request._request.read(CHUNK):
                size += archive.write(chunk)
                if size > spec.archive_bytes:
                    raise TooLarge(
                        f"An archive has at most {spec.archive_bytes:,} bytes; bring in less at once."
                    )
            done = archives.bring_in(connection, spec, archive, overwrite=overwrite, by=self.actor)
        told = ImportAnswer(
            added=done.added,
            replaced=done.replaced,
            kept=done.kept,
            skipped_count=done.skipped_count,
            skipped=[LeftOut(name=name, reason=reason) for name, reason in done.skipped],
        )
        return Response(msgspec.to_builtins(told))


class Export(Endpoint):
    """Taking out."""

    @operation(
        "export_files", "Take an account's files out as a ZIP archive", tag=_TAG, scope="manage", gives=ZIP
    )
    def get(self, _request: Request, connection_id: str) -> HttpResponseBase:
        """The archive."""
        connection, spec = archives.opened(self.principal.customer_id, connection_id, by=self.actor)
        archive = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the answer)
        try:
            archives.take_out(connection, spec, archive, by=self.actor)
        except BaseException:
            archive.close()
            raise
        size = archive.seek(0, 2)
        archive.seek(0)
        return StreamingHttpResponse(
            chunks(archive),
            content_type=ZIP,
            headers={
                "Content-Length": str(size),
                "Content-Disposition": f'attachment; filename="{connection.public_id}.zip"',
            },
        )


async def chunks(archive: IO[bytes]) -> AsyncIterator[bytes]:
    """A file in pieces, closed with the last one."""
    with archive:
        while chunk := await blocking(archive.read, CHUNK):
            yield chunk
