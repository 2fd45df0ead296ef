"""Proof that the person is still the one who signed in, before what cannot be taken back."""

import functools
from collections.abc import Callable
from typing import ParamSpec, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from portal.access import MemberPage, MemberRequest

P = ParamSpec("P")


def signed_in_again(page: str) -> Callable[[MemberPage[P]], MemberPage[P]]:
    """A view for those who gave a password, code or passkey again in the last minutes; others do so first.

    They come back to `page` (the name of its URL) and begin anew there: nothing that was posted is kept.
    """

    def guard(view: MemberPage[P]) -> MemberPage[P]:
        @functools.wraps(view)
        def guarded(request: MemberRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            try:
                _check(request)
            except ReauthenticationRequired:
                methods = get_adapter().get_reauthentication_methods(request.user)
                place = methods[0]["url"] if methods else reverse("account_login")
                return redirect(f"{place}?{urlencode({'next': reverse(page)})}")
            return view(request, *args, **kwargs)

        return cast("MemberPage[P]", guarded)

    return guard


@reauthentication_required
def _check(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()
