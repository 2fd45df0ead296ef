"""Pages of the activity: filtered, by pages, and as a file."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from audit import export, trail
from connectors.registry import all_connectors
from hermes.core.errors import NotFound
from portal.access import MemberRequest, Visit, for_members
from portal.activity.forms import ActivityFilter
from portal.callers import names
from tenants import connections

ENTRIES = 40
FILES = {
    "csv": ("text/csv; charset=utf-8", export.csv_lines),
    "jsonl": ("application/jsonl", export.jsonl_lines),
}


@for_members("audit:read")
def index(request: MemberRequest) -> HttpResponse:
    """The newest entries first, those after `cursor`."""
    callers, accounts = names(request.visit), _accounts(request.visit)
    form = ActivityFilter(request.GET or None, callers=callers, accounts=accounts)
    chosen = form.chosen()
    found = trail.page(
        request.visit.customer.pk, limit=ENTRIES, cursor=request.GET.get("cursor") or None, **chosen
    )
    kept = request.GET.copy()
    kept.pop("cursor", None)
    query = kept.urlencode()
    told = {
        "form": form,
        "entries": [
            {
                **entry,
                "who": callers.get(entry["actor"], entry["actor"]),
                "account": accounts.get(entry["connection"], entry["connection"]),
            }
            for entry in found.entries
        ],
        "is_filtered": bool(chosen),
        "query": query,
        "older": f"?{query}&cursor={found.next_cursor}" if found.next_cursor else "",
        "newest": f"?{query}" if "cursor" in request.GET else "",
    }
    return render(request, "portal/activity/index.html", told, status=400 if form.errors else 200)


@for_members("audit:read")
def download(request: MemberRequest, kind: str) -> StreamingHttpResponse:
    """The chosen entries as CSV or JSON lines, oldest first."""
    if kind not in FILES:
        raise NotFound("There is no such file.")
    content_type, lines = FILES[kind]
    visit = request.visit
    chosen = ActivityFilter(request.GET, callers=names(visit), accounts=_accounts(visit)).chosen()
    rows = trail.entries(request.visit.customer.pk, **chosen)
    answer = StreamingHttpResponse(lines(rows), content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="activity.{kind}"'
    return answer


def _accounts(visit: Visit) -> dict[str, str]:
    platforms = {slug: connector.name for slug, connector in all_connectors().items()}
    rows = connections.listed(visit.customer.pk)
    return {row.public_id: f"{platforms.get(row.platform, row.platform)}: {row.account}" for row in rows}
