"""Short notes that appear and go: Django's messages, in a header where htmx asked for a part of a page."""

import json
from collections.abc import Callable

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse
from django_htmx.http import trigger_client_event

LEVELS = ("info", "success", "warning", "error")
Handler = Callable[[HttpRequest], HttpResponse]


def show(response: HttpResponse, text: str, *, level: str = "success") -> None:
    """Have an htmx answer show one toast (by the event `toasts`, which js/toasts.js hears)."""
    _add(response, [{"text": text, "level": level}])


def _add(response: HttpResponse, notes: list[dict[str, str]]) -> None:
    held = json.loads(response.headers.get("HX-Trigger", "{}")).get("toasts", {"notes": []})
    trigger_client_event(response, "toasts", {"notes": [*held["notes"], *notes]})


def carried(get_response: Handler) -> Handler:
    """Middleware: messages that a part of a page has no room for go out in its header."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        moves = {"HX-Redirect", "HX-Location", "HX-Refresh"} & set(response.headers)
        is_part = getattr(request, "htmx", False) and response.status_code < 300 and not moves
        if is_part and (notes := [_note(m) for m in messages.get_messages(request)]):
            _add(response, notes)
        return response

    return middleware


def _note(message: Message) -> dict[str, str]:
    level = message.level_tag if message.level_tag in LEVELS else "info"
    return {"text": str(message), "level": level}
