"""Tenant scope that fails closed: a scoped manager answers only for a named customer."""

from typing import Any, NoReturn, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class CustomerMissing(RuntimeError):
    """A tenant's rows were asked for without saying whose."""


class ScopedManager(models.Manager[M]):
    """The default manager of a tenant's model: `of(customer)` or, in the owning app only, `unscoped()`."""

    def of(self, customer: Any) -> models.QuerySet[M]:
        """The rows of one customer (a Customer or its integer id)."""
        if customer is None:
            raise CustomerMissing(self.model.__name__)
        return super().get_queryset().filter(customer=customer)

    def unscoped(self) -> models.QuerySet[M]:
        """All rows, for look-ups that find out whose a row is and for staff."""
        return super().get_queryset()

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise CustomerMissing(f"{self.model.__name__}: name the customer with .of(customer)")

    all = filter = exclude = get = first = last = count = exists = values = values_list = update = delete = _refuse
