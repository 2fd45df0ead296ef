"""Lists of the staff site: narrowed to one customer by `?customer=cus_…`, and never counted to their end."""

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.utils.functional import cached_property

NARROWED_BY = "customer"
LIMIT_ROWS = 1000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # generic for mypy alone
    """Pages of the first thousand rows: counting stops there, whatever the table holds."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, at most `LIMIT_ROWS`."""
        rows: Any = self.object_list
        return int(rows.order_by()[:LIMIT_ROWS].count())


class NarrowableList(ChangeList):
    """Keeps `?customer=` in its links; what it does is done by `StaffAdmin.get_queryset`."""

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """The parameters that are filters of columns."""
        return {
            name: value for name, value in super().get_filters_params(params).items() if name != NARROWED_BY
        }
