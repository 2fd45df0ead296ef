"""The staff's site at /admin/: who is let in, and how they show it."""

from typing import Any, cast

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import REDIRECT_FIELD_NAME, logout as sign_out
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.gzip import gzip_page
from unfold.sites import UnfoldAdminSite

from audit.staff import reasons
from audit.staff.pages import StaffAdmin, customer_by

# Pages of Django's admin that have no use here: people keep their passwords at /account/, nothing is edited.
_LEFT_OUT = frozenset({"autocomplete", "password_change", "password_change_done", "search", "view_on_site"})


class StaffSite(UnfoldAdminSite):
    """Admits staff who have proved a second factor in this session; everyone else is sent or turned away.

    Only pages made for it are on it: what libraries register shows secrets and asks for no reason.
    """

    index_template = "admin/staff/dashboard.html"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """As Django's for a `StaffAdmin`; anything else is left out."""
        if admin_class is not None and issubclass(admin_class, StaffAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the visitor is staff, has a second factor, and signed in with it."""
        user = cast("AbstractUser", request.user)
        if not (user.is_active and user.is_staff):
            return False
        known = request.__dict__  # asked by each page in the menu
        if "staff_admitted" not in known:
            known["staff_admitted"] = is_mfa_enabled(user) and _has_shown_second_factor(request)
        return bool(known["staff_admitted"])

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The way in for those without permission. Raises PermissionDenied for people who are not staff."""
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
        if not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
            wanted = reverse("admin:index")
        user = cast("AbstractUser", request.user)
        if not user.is_authenticated:
            step = "account_login"
        elif not user.is_staff:
            raise PermissionDenied
        elif not is_mfa_enabled(user):
            return render(request, "admin/staff/second_factor.html", {"next": wanted}, status=403)
        elif not _has_shown_second_factor(request):
            step = "mfa_reauthenticate"
        else:
            return HttpResponseRedirect(wanted)
        return HttpResponseRedirect(f"{reverse(step)}?{urlencode({REDIRECT_FIELD_NAME: wanted})}")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Sign out, by POST alone as Django's; then to where everyone signs in."""
        if request.method == "POST":
            sign_out(request)
        return HttpResponseRedirect(reverse("account_login"))

    def reason(self, request: HttpRequest, customer: str) -> HttpResponse:
        """Ask why a customer (public id) is looked at, then go on to `next`. Raises Http404."""
        found = customer_by(customer)
        wanted = request.GET.get("next", "")
        if not (url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/admin/")):
            wanted = reverse("admin:tenants_customer_change", args=[found.pk])
        form = reasons.ReasonForm(request.POST or None)
        if form.is_valid():
            reasons.give(request, found.public_id, form.cleaned_data["reason"])
            return HttpResponseRedirect(wanted)
        title = f"Why do you look at {found.name}?"
        context = {**self.each_context(request), "title": title, "form": form, "customer": found}
        return render(request, "admin/staff/reason.html", context)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """As Django's, compressed: a list is mostly markup (random bytes are added against BREACH)."""
        return gzip_page(super().admin_view(view, cacheable))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Django's that are of use here, and the page that asks for a reason."""
        kept = [url for url in super().get_urls() if getattr(url, "name", None) not in _LEFT_OUT]
        return [path("reason/<str:customer>/", self.admin_view(self.reason), name="reason"), *kept]


def _has_shown_second_factor(request: HttpRequest) -> bool:
    user = cast("AbstractUser", request.user)
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))
