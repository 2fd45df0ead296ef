"""Answering a conversation in words."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from hermes.core.errors import HermesError
from portal.access import MemberRequest, for_members
from portal.inbox import conversation, sending
from portal.inbox.forms import ReplyForm

TOOL = "hermes_send"


@require_POST
@for_members("tools:write")
def reply(request: MemberRequest, thread_id: str) -> HttpResponse:
    """Send a text by the platform's own tool; what was typed stays where it is refused. Raises NotFound."""
    told = conversation.shown(request, thread_id)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _answer(request, told | {"form": form}, status=422)
    text, key = form.cleaned_data["text"], form.cleaned_data["key"]
    try:
        sending.call(request, told["connection"], TOOL, {"to": thread_id, "text": text}, key=key)
    except HermesError as error:
        typed = {"text": text} | ({"key": kept} if (kept := sending.next_key(error, key)) else {})
        refusal = {"form": ReplyForm(initial=typed), "refusal": sending.words(error), "code": error.code}
        return _answer(request, told | refusal, status=error.status)
    sending.count_as_read(request, thread_id)
    if not request.htmx:
        return redirect("inbox:thread", thread_id)
    return trigger_client_event(_answer(request, told | {"form": ReplyForm()}, status=200), "sent")


def _answer(request: MemberRequest, told: dict[str, Any], *, status: int) -> HttpResponse:
    """The part that answers where htmx sent it (which shows answers of 200 only), else the whole page."""
    if request.htmx:
        told["form"].focused()
        return render(request, "portal/inbox/composer.html", told)
    return render(request, "portal/inbox/thread.html", told, status=status)
