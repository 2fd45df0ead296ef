"""Pages of the inbox. Names and texts are third parties': shown as text, never as markup."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST
from msgspec import to_builtins

from inbox import threads
from portal.access import MemberRequest, for_members
from tenants import connections

THREADS, MESSAGES = 30, 50
LIMIT_QUERY = 200


@for_members("inbox:read")
def index(request: MemberRequest) -> HttpResponse:
    """Conversations of all accounts, the latest first; found by `q`, or only the `unread`."""
    words, is_unread = request.GET.get("q", "").strip()[:LIMIT_QUERY], "unread" in request.GET
    page = threads.threads(
        request.visit.customer.pk,
        _accounts(request),
        q=words or None,
        unread=is_unread or None,
        limit=THREADS,
        cursor=request.GET.get("cursor") or None,
    )
    told = to_builtins(page)
    chosen = {name: value for name, value in (("q", words), ("unread", "1" if is_unread else "")) if value}
    told |= {"words": words, "is_unread": is_unread, "older": _older(told, chosen)}
    return render(request, "portal/inbox/index.html", told)


@for_members("inbox:read")
def thread(request: MemberRequest, thread_id: str) -> HttpResponse:
    """One conversation, its latest messages last."""
    page = threads.messages(
        request.visit.customer.pk,
        _accounts(request),
        thread_id,
        limit=MESSAGES,
        cursor=request.GET.get("cursor") or None,
    )
    told = to_builtins(page)
    told |= {"messages_shown": told["messages"][::-1], "older": _older(told, {})}
    return render(request, "portal/inbox/thread.html", told)


@require_POST
@for_members("tools:write")
def read(request: MemberRequest, thread_id: str) -> HttpResponse:
    """Count what arrived as read here; the platform is not told."""
    threads.mark_read(request.visit.customer.pk, _accounts(request), thread_id)
    return redirect("inbox:thread", thread_id)


def _accounts(request: MemberRequest) -> list[int]:
    return list(connections.listed(request.visit.customer.pk).values_list("pk", flat=True))


def _older(told: dict[str, str], chosen: dict[str, str]) -> str:
    cursor = told.get("next_cursor")
    return "?" + urlencode({**chosen, "cursor": cursor}) if cursor else ""
