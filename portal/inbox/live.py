"""What is new in the inbox since a page was drawn: 204 where nothing is, which costs one query."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from hermes.core.errors import NotFound
from portal.access import MemberRequest, for_members
from portal.inbox import conversation, wanted
from portal.inbox.forms import ReplyForm

NOTHING_NEW = 204


@require_GET
@for_members("inbox:read")
def threads(request: MemberRequest) -> HttpResponse:
    """The first page of the list, unless it is as `mark` says."""
    asked = wanted.wanted(request)
    if asked.mark() == request.GET.get("mark"):
        return HttpResponse(status=NOTHING_NEW)
    return render(request, "portal/inbox/threads.html", wanted.listed(asked, None))


@require_GET
@for_members("inbox:read")
def messages(request: MemberRequest, thread_id: str) -> HttpResponse:
    """The latest messages of a conversation, unless they are as `mark` says; raises NotFound.

    `heard` is the contact's last message that the page has: of a later one people are told. `can` says how
    the page lets them answer: where that changes for the better, the part that answers comes along.
    """
    mark = conversation.mark_of(request, thread_id)
    if not mark:
        raise NotFound("There is no such conversation.")
    if mark == request.GET.get("mark"):
        return HttpResponse(status=NOTHING_NEW)
    told = conversation.shown(request, thread_id)
    answering = told["answering"]
    told |= {
        "is_new": told["heard"] != request.GET.get("heard", ""),
        "may_write_now": bool(answering and answering.text and request.GET.get("can") != "text"),
        "form": ReplyForm(),
    }
    return render(request, "portal/inbox/news.html", told)
