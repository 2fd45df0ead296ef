"""Pages of the inbox. Names and texts are third parties': shown as text, never as markup."""

from urllib.parse import urlsplit

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from inbox import threads
from inbox.media import messages as files
from portal.access import MemberRequest, for_members
from portal.inbox import conversation, wanted
from portal.inbox.forms import ReplyForm


@require_GET
@for_members("inbox:read")
def index(request: MemberRequest) -> HttpResponse:
    """Conversations of all accounts, the latest first; found by `q`, of a `channel`, or only the `unread`."""
    told = wanted.listed(wanted.wanted(request), request.GET.get("cursor") or None)
    told["channels"] = wanted.channels(request.visit.customer.pk)
    return render(request, "portal/inbox/index.html", told)


@require_GET
@for_members("inbox:read")
def thread(request: MemberRequest, thread_id: str) -> HttpResponse:
    """One conversation, its latest messages last."""
    told = conversation.shown(request, thread_id)
    return render(request, "portal/inbox/thread.html", told | {"form": ReplyForm()})


@require_POST
@for_members("tools:write")
def read(request: MemberRequest, thread_id: str) -> HttpResponse:
    """Count what arrived as read here; the platform is not told."""
    threads.mark_read(request.visit.customer.pk, conversation.accounts_of(request), thread_id)
    return redirect("inbox:thread", thread_id)


@require_GET
@for_members("inbox:read")
def file(request: MemberRequest, thread_id: str, message_id: str) -> HttpResponse:
    """On to the file of a message, by a link of our own that works for some minutes (`inbox.media.door`)."""
    accounts = conversation.accounts_of(request)
    link = files.link_of(request.visit.customer.pk, accounts, thread_id, message_id)
    answer = HttpResponseRedirect(urlsplit(link.url).path)
    answer["Cache-Control"] = "no-store"
    return answer
