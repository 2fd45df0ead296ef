"""A person's own customer: begun after the first sign-in, or later beside others."""

from typing import cast

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from hermes.core.errors import HermesError
from portal.access import CURRENT, visit_of
from portal.forms import add_refusal
from tenants import customers


class Beginning(forms.Form):
    """What a customer is called."""

    name = forms.CharField(
        label="Name",
        max_length=200,
        help_text="Of the business or project whose accounts agents will use. You can change it later.",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )


@login_required
def begin(request: HttpRequest) -> HttpResponse:
    """Name a customer and become its owner; where sign-up is closed only who has one may have another."""
    if not settings.OPEN_SIGNUP and visit_of(request) is None:
        return render(request, "portal/no_customer.html", status=403)
    form = Beginning(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            customer = customers.found(cast("AbstractBaseUser", request.user), name=form.cleaned_data["name"])
        except HermesError as error:
            add_refusal(form, error)
        else:
            request.session[CURRENT] = customer.public_id
            return redirect("home:index")
    return render(request, "portal/begin.html", {"form": form})
