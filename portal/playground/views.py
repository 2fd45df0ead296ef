"""Pages of the playground: which tools there are, and one of them to be tried."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from connectors.registry import all_connectors
from hermes.core.errors import NotConnected, NotFound
from mcp_gateway import catalogue, people
from mcp_gateway.calls import Caller, ToolCall
from mcp_gateway.catalogue import Listing
from mcp_gateway.setup.examples import examples
from portal.access import MemberRequest, for_members
from portal.playground import running
from portal.playground.forms import ToolForm
from tenants.models import ApiKey

CLIENT = "playground"
MODES = {"sandbox": ApiKey.Mode.TEST, "live": ApiKey.Mode.LIVE}
LIMIT_QUERY = 100
OWN = "hermes"


@require_safe
@for_members("tools:read")
def index(request: MemberRequest) -> HttpResponse:
    """The tools of one platform, or those that have the words `q`, as far as the role reaches."""
    mode, caller = _asked(request)
    tools = catalogue.callable_by(caller)
    platforms = [OWN, *sorted({t.connector.slug for t in tools if t.connector is not None})]
    words, chosen = request.GET.get("q", "").strip()[:LIMIT_QUERY], request.GET.get("platform", OWN)
    chosen = chosen if chosen in platforms else OWN
    shown = [t for t in tools if (_has(t, words) if words else _platform(t) == chosen)]
    told = {
        "mode": mode,
        "platforms": [(slug, _name(slug)) for slug in platforms],
        "chosen": "" if words else chosen,
        "words": words,
        "tools": shown,
        "has_accounts": bool(caller.principal.connections),
    }
    return render(request, "portal/playground/index.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@for_members("tools:read")
def tool(request: MemberRequest, name: str) -> HttpResponse:
    """A tool's form; what it answers, and the same call as code.

    404 for a tool there is not, 403 where the role does not reach, 409 where its platform is not connected.
    """
    mode, caller = _asked(request)
    listing = catalogue.every_tool().get(name)
    if listing is None or listing.tool.relays:
        raise NotFound("There is no such tool, or it stands for others that have pages of their own.")
    told: dict[str, Any] = {"mode": mode, "listing": listing, "platform": _platform(listing)}
    try:
        catalogue.find(caller, name)
    except NotConnected:
        return render(request, "portal/playground/unconnected.html", told, status=409)
    status, accounts = 200, caller.principal.connections
    if request.method == "POST":
        form = ToolForm(listing, accounts, request.POST)
        told |= _done(request, caller, listing, form)
        status = 400 if form.errors and not request.htmx else 200
    else:
        values = listing.tool.example if mode == "sandbox" else {}
        form = ToolForm(listing, accounts, values=values)
        told["examples"] = examples(settings.PUBLIC_URL, name, values) if values else ()
    return render(request, "portal/playground/tool.html", told | {"form": form}, status=status)


def _asked(request: MemberRequest) -> tuple[str, Caller]:
    mode = request.GET.get("mode", "sandbox")
    if mode not in MODES:
        raise NotFound("There is no such mode.")
    visit = request.visit
    return mode, people.caller_of(
        visit.membership, mode=MODES[mode], address=visit.actor.address, client=CLIENT
    )


def _done(request: MemberRequest, caller: Caller, listing: Listing, form: ToolForm) -> dict[str, Any]:
    """Run the call, rehearse it, ask to confirm it, or only write it as code (`act`)."""
    if not form.is_valid():
        return {}
    act = request.POST.get("act", "")
    arguments = form.arguments | ({"dry_run": True} if act == "dry" else {})
    call = ToolCall(tool=listing.tool.name, arguments=arguments, idempotency_key=form.key)
    told: dict[str, Any] = {
        "examples": examples(
            settings.PUBLIC_URL, call.tool, arguments, key=form.key if act != "dry" else None
        )
    }
    confirmation = running.confirmation(caller, listing, call)
    if act == "run" and request.POST.get("confirmed", "") != confirmation:
        return told | {"confirmation": confirmation}
    if act in ("run", "dry"):
        told["result"] = result = running.call(caller, call)
        if result.error is not None:
            form.mark(result.error)
        if act == "run" and form.key:
            form.renew_key()
    return told


def _has(listing: Listing, words: str) -> bool:
    said = f"{listing.tool.name} {listing.tool.title} {listing.tool.description}".lower()
    return all(word in said for word in words.lower().split())


def _platform(listing: Listing) -> str:
    return listing.connector.slug if listing.connector is not None else OWN


def _name(slug: str) -> str:
    return "All channels" if slug == OWN else all_connectors()[slug].name
