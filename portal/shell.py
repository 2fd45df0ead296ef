"""What every page is surrounded by: the visit and the navigation it may see (a context processor)."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.access import Visit, visit_of
from portal.sections import GROUPS, Section, all_sections


def shell(request: HttpRequest) -> dict[str, Any]:
    """`visit`, `navigation` (pairs of heading and sections) and `here`, each looked up only if it is used."""
    return {
        "visit": SimpleLazyObject(lambda: _visit(request)),
        "navigation": SimpleLazyObject(lambda: _navigation(_visit(request))),
        "here": request.resolver_match.namespace if request.resolver_match else "",
    }


def _visit(request: HttpRequest) -> Visit | None:
    if not hasattr(request, "visit"):
        signed_in = hasattr(request, "user") and request.user.is_authenticated
        request.visit = visit_of(request) if signed_in else None  # type: ignore[attr-defined]
    return request.visit  # type: ignore[attr-defined,no-any-return]


def _navigation(visit: Visit | None) -> list[tuple[str, list[Section]]]:
    if visit is None:
        return []
    mine = [s for s in all_sections().values() if s.listed and (not s.permission or visit.may(s.permission))]
    groups = [(name, [s for s in mine if s.group == name]) for name in GROUPS]
    return [(name, sections) for name, sections in groups if sections]
