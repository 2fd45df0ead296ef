"""The pages of the staff site: they show and never edit, and what is a customer's they show for a reason.

What the staff may do is an act with a page of its own (`audit.staff.acts`).
"""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.apps import apps
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db import models
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from unfold.admin import ModelAdmin

from audit.staff import reasons
from audit.staff.export import LIMIT_EXPORT, csv_response
from audit.staff.paging import NARROWED_BY, BoundedPaginator, NarrowableList

VIEWED, EXPORTED = "staff.viewed", "staff.exported"


class StaffAdmin(ModelAdmin):
    """The pages of one model; `fields` and `list_display` name all that is ever shown of a row.

    A page of one customer's rows asks why, and is written into that customer's trail. With `of_one_customer`
    there is no list over all customers. `owner` is the field that
    names the customer, empty where none does; `plural` the model's where Django guesses it wrong.
    """

    of_one_customer = False
    owner = "customer"
    plural = ""
    paginator = BoundedPaginator
    list_per_page = 50
    show_full_result_count = False
    list_before_template = "admin/staff/of_customer.html"
    list_disable_select_all = True
    view_on_site = False

    def __init__(self, model: type[models.Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        if self.plural:  # Meta would say it too, by a migration of nothing
            self.opts.verbose_name_plural = self.plural

    @property
    def media(self) -> Media:
        """Of Django's scripts (280 kB, for editing) the one that counts chosen rows, where they can be."""
        return Media(js=["admin/js/actions.js"] if self.actions else [])

    def customer_of(self, row: Any) -> Any:
        """The customer a row belongs to, or None."""
        return getattr(row, self.owner) if self.owner else None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: rows come from the product itself."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: what may change is an act."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody, one row or many."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever the site lets in."""
        return bool(self.admin_site.has_permission(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever the site lets in."""
        return bool(self.admin_site.has_permission(request))

    def has_act_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Superusers act, the others of the staff look."""
        return bool(request.user.is_superuser)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only the filters shown: any other would tell of a hidden column whether it begins with this."""
        names = [f if isinstance(f, str) else f[0] for f in self.list_filter]
        return lookup in {f"{name}__exact" for name in names} | {*names}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[NarrowableList]:
        """The list's class."""
        return NarrowableList

    def get_queryset(self, request: HttpRequest) -> "models.QuerySet[Any]":
        """All rows, or those of the customer that the list is narrowed to."""
        manager: Any = self.model._default_manager
        rows: models.QuerySet[Any] = manager.unscoped() if hasattr(manager, "unscoped") else manager.all()
        narrowed = self._narrowed_to(request)
        return rows.filter(**{f"{self.owner}__public_id": narrowed}) if narrowed else rows

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row, read once for each request."""
        kept = request.__dict__.setdefault("staff_rows", {})
        if (self.model, object_id) not in kept:
            kept[self.model, object_id] = super().get_object(request, object_id, from_field)
        return kept[self.model, object_id]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, for a reason where it is of one customer."""
        narrowed = self._narrowed_to(request)
        if narrowed:
            customer, what = customer_by(narrowed), f"list of {self.opts.verbose_name_plural}"
            return self.for_reason(request, customer, VIEWED, what, super().changelist_view)
        if self.of_one_customer:
            messages.info(request, f"Choose a customer: {self.opts.verbose_name_plural} are listed of one.")
            return HttpResponseRedirect(reverse("admin:tenants_customer_changelist"))
        return cast("HttpResponse", super().changelist_view(request, extra_context))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """One row, for a reason where it is a customer's."""
        show = partial(super().changeform_view, object_id=object_id, form_url=form_url)
        row = self.get_object(request, unquote(object_id)) if object_id else None
        customer = self.customer_of(row) if row else None
        if customer is None:
            return cast("HttpResponse", show(request, extra_context=extra_context))
        return self.for_reason(request, customer, VIEWED, self.named(row), show)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """The list as CSV, with its filters: always of one customer, for a reason. Raises Http404."""
        customer, what = customer_by(self._narrowed_to(request)), f"{self.opts.verbose_name_plural} as CSV"

        def answer(request: HttpRequest, **_: Any) -> StreamingHttpResponse:
            rows = self.get_changelist_instance(request).get_queryset(request)[:LIMIT_EXPORT]
            return csv_response(self, rows, f"{self.opts.model_name}-{customer.public_id}.csv")

        return self.for_reason(request, customer, EXPORTED, what, answer)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """None of its own: what was done to a customer's rows is in its audit trail. Raises Http404."""
        raise Http404

    def get_urls(self) -> list[URLPattern]:
        """The admin's, and the export."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name=name), *super().get_urls()]

    def named(self, row: Any) -> str:
        """A row as a trail names it."""
        return f"{self.opts.verbose_name} {getattr(row, 'public_id', row.pk)}"

    def for_reason(
        self, request: HttpRequest, customer: Any, action: str, what: str, answer: Callable[..., Any]
    ) -> HttpResponse:
        """What `answer` gives, once a reason is given and this view stands in the customer's trail."""
        reason = reasons.given(request, customer.public_id)
        if not reason:
            asked = reverse("admin:reason", args=[customer.public_id])
            return HttpResponseRedirect(f"{asked}?{urlencode({'next': request.get_full_path()})}")
        reasons.note(request, customer.pk, action, what, reason)
        seen = {"of_customer": customer, "reason": reason, "of_customer_lists": self._lists_of(customer)}
        return cast("HttpResponse", answer(request, extra_context=seen))

    def _narrowed_to(self, request: HttpRequest) -> str:
        return request.GET.get(NARROWED_BY, "") if self.owner else ""

    def _lists_of(self, customer: Any) -> list[tuple[str, str]]:
        """(title, address) of each list that can be narrowed to this customer."""
        narrowed = urlencode({NARROWED_BY: customer.public_id})
        return [
            (
                str(model._meta.verbose_name_plural),
                f"{reverse(f'admin:{model._meta.app_label}_{model._meta.model_name}_changelist')}?{narrowed}",
            )
            for model, admin in self.admin_site._registry.items()
            if isinstance(admin, StaffAdmin) and admin.owner
        ]


def customer_by(public_id: str) -> Any:
    """A customer by its public id. Raises Http404."""
    # By name: the model lies above this floor, which only ever notes whose trail a view belongs to.
    return get_object_or_404(apps.get_model("tenants", "Customer"), public_id=public_id)
