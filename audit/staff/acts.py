"""What the staff may do: a page that says what will happen, asks why, and then does it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from audit.staff import reasons
from hermes.core.errors import HermesError

ACTED = "staff.acted"


def act(
    admin: Any,
    request: HttpRequest,
    object_id: str,
    *,
    title: str,
    warning: str,
    do: Callable[[Any, Mapping[str, Any]], str],
    form_class: type[reasons.ReasonForm] = reasons.ReasonForm,
) -> HttpResponse:
    """The page of an act on one row; `do(row, answers)` does it and says in a sentence what was done.

    Act and reason are written into the customer's trail, beside what `do` writes there. Raises Http404.
    """
    row = admin.get_object(request, unquote(object_id))
    if row is None:
        raise Http404
    back = reverse(f"admin:{admin.opts.app_label}_{admin.opts.model_name}_change", args=[row.pk])
    customer = admin.customer_of(row)
    known = reasons.given(request, customer.public_id) if customer else ""
    form = form_class(request.POST or None, initial={"reason": known})
    if form.is_valid():
        outcome = "ok"
        try:
            messages.success(request, do(row, form.cleaned_data))
        except HermesError as refusal:
            outcome = refusal.code
            messages.error(request, refusal.message)
        if customer:
            reason = form.cleaned_data["reason"]
            reasons.note(request, customer.pk, ACTED, title, reason, outcome=outcome)
        return HttpResponseRedirect(back)
    context = {
        **admin.admin_site.each_context(request),
        **{"title": title, "warning": warning, "form": form, "row": row, "back": back, "opts": admin.opts},
    }
    return render(request, "admin/staff/act.html", context)
