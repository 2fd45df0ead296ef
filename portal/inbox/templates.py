"""Answering with a template that the platform has approved: chosen, filled, looked at, sent."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from connectors.kit.texting import Templates
from hermes.core.errors import HermesError, NotFound
from portal.access import MemberRequest, for_members
from portal.inbox import conversation, sending, sheets
from portal.inbox.forms import TemplateForm
from tenants.models import Connection

LIMIT_WORDS = 100


@require_http_methods(["GET", "POST"])
@for_members("tools:write")
def choose(request: MemberRequest, thread_id: str) -> HttpResponse:
    """The approved templates, found by `q`; one is filled and sent. Raises NotFound."""
    told = conversation.shown(request, thread_id)
    connection: Connection = told["connection"]
    texting = conversation.texting_of(connection)
    if texting is None or texting.templates is None:
        raise NotFound("This platform has no templates.")
    if request.method == "GET":
        return _page(request, told, texting.templates)
    form = TemplateForm(request.POST)
    if not form.is_valid():
        return _page(request, told | {"refusal": "Choose a template first."}, texting.templates, status=422)
    given, contact = form.cleaned_data, told["thread"]["contact"]
    use = texting.templates.send(
        contact, given["name"], given["language"], sheets.values(request.POST.dict())
    )
    arguments = {**use.arguments, "account": connection.public_id}
    try:
        sending.call(request, connection, use.tool, arguments, key=given["key"])
    except HermesError as error:
        told |= {"refusal": sending.words(error), "key": sending.next_key(error, given["key"])}
        return _page(request, told, texting.templates, status=error.status)
    sending.count_as_read(request, thread_id)
    messages.success(request, "The template is sent.")
    return redirect("inbox:thread", thread_id)


def _page(
    request: MemberRequest, told: dict[str, Any], templates: Templates, *, status: int = 200
) -> HttpResponse:
    """The templates as sheets; where they cannot be listed, why."""
    words, connection = request.GET.get("q", "").strip()[:LIMIT_WORDS], told["connection"]
    use = templates.listing(words)
    told |= {"words": words, "sheets": []}
    try:
        answer = sending.call(
            request, connection, use.tool, {**use.arguments, "account": connection.public_id}
        )
    except HermesError as error:
        told.setdefault("refusal", sending.words(error))
        status = error.status if status == 200 else status
    else:
        tried, key = request.POST.dict(), told.get("key", "")
        told["sheets"] = [sheets.sheet(t, tried, key) for t in templates.read(answer.data)]
    return render(request, "portal/inbox/templates.html", told, status=status)
