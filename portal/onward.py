"""Where a page that was visited on the way to another one leads on to, by the word `onward`."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

FIELD = "onward"
# Only these, so that no address of a request is ever followed.
PLACES = {"start": "start:index"}
_KEPT = "onward"


def wanted(request: HttpRequest) -> str:
    """The word a request gives; empty where it gives none that is known."""
    word = request.POST.get(FIELD) or request.GET.get(FIELD, "")
    return word if word in PLACES else ""


def keep(request: HttpRequest) -> None:
    """Remember it over a sign-in at a platform; what was kept of an earlier one is forgotten."""
    request.session[_KEPT] = wanted(request)


def kept(request: HttpRequest) -> str:
    """What was remembered, this once."""
    return str(request.session.pop(_KEPT, ""))


def go(word: str, usual: str) -> HttpResponse:
    """To the place of the word, or to the usual address."""
    return redirect(reverse(PLACES[word]) if word in PLACES else usual)
