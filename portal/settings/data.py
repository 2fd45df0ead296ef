"""Taking the customer's data along: asked for, watched, fetched once it is ready, deleted soon after."""

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from hermes.core.errors import HermesError, NotFound
from inbox import nudge
from mcp_gateway.rest.archives import ZIP, chunks
from portal.access import MemberRequest, for_members
from portal.people.again import signed_in_again
from portal.settings.views import MANAGE
from tenants import archived
from tenants.models import DataExport
from tenants.tasks import EXPORT

MAKING = (DataExport.State.WAITING, DataExport.State.RUNNING)


@for_members(MANAGE)
def index(request: MemberRequest) -> HttpResponse:
    """What an export has, and the newest one with its state."""
    row = archived.newest(request.visit.customer.pk, by=request.visit.actor)
    told = {
        "export": row,
        "is_making": row is not None and row.state in MAKING,
        "percent": row.rows_done * 100 // row.rows_total if row and row.rows_total else 0,
    }
    return render(request, "portal/settings/data.html", told)


@require_POST
@for_members(MANAGE)
@signed_in_again("settings:data")
def ask(request: MemberRequest) -> HttpResponse:
    """Have one made."""
    try:
        archived.ask(request.visit.customer.pk, by=request.visit.actor)
        nudge.nudge(EXPORT)
    except HermesError as refusal:
        messages.error(request, refusal.message)
    return redirect("settings:data")


@require_POST
@for_members(MANAGE)
@signed_in_again("settings:data")
def fetch(request: MemberRequest, export_id: str) -> HttpResponse | StreamingHttpResponse:
    """The archive. It has no address that could be handed on: an owner posts a form for it."""
    try:
        row, path = archived.fetch(request.visit.customer.pk, export_id, by=request.visit.actor)
        file = path.open("rb")
    except (NotFound, FileNotFoundError):
        raise NotFound("There is no such archive, or it is deleted. Ask for another one.") from None
    name = f"hermes-{request.visit.customer.public_id}-{row.created_at:%Y-%m-%d}.zip"
    return StreamingHttpResponse(
        chunks(file),
        content_type=ZIP,
        headers={
            "Content-Length": str(row.size_bytes),
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


@require_POST
@for_members(MANAGE)
def delete(request: MemberRequest, export_id: str) -> HttpResponse:
    """Delete the archive before its time."""
    try:
        archived.delete(request.visit.customer.pk, export_id, by=request.visit.actor)
        messages.success(request, "The archive is deleted.")
    except NotFound:
        raise
    except HermesError as refusal:
        messages.error(request, refusal.message)
    return redirect("settings:data")
