"""Tenant scope that fails closed: the rows of a tenant's model are reached through a named customer only."""

from collections.abc import Collection, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db import models

if TYPE_CHECKING:
    from collections.abc import Iterator

M = TypeVar("M", bound=models.Model)
_checking_uniqueness: ContextVar[bool] = ContextVar("checking_uniqueness", default=False)


class CustomerMissing(RuntimeError):
    """A tenant's rows were asked for without saying whose."""


class ScopedManager(models.Manager[M]):
    """The default manager of a tenant's model: `of(customer)` or, in the owning app only, `unscoped()`.

    Every other way in raises CustomerMissing. A manager reached from a row (`customer.api_keys`,
    `thread.messages`) works as usual: the row says whose.
    """

    def of(self, customer: Any) -> models.QuerySet[M]:
        """The rows of one customer (a Customer or its integer id)."""
        if customer is None:
            raise CustomerMissing(f"{self.model.__name__}: the customer is None")
        return super().get_queryset().filter(customer=customer)

    def unscoped(self) -> models.QuerySet[M]:
        """All rows, for look-ups that find out whose a row is and for staff."""
        return super().get_queryset()

    def get_queryset(self) -> models.QuerySet[M]:
        """The rows of the row this manager hangs on; raises CustomerMissing where it hangs on a class."""
        if getattr(self, "instance", None) is None and not _checking_uniqueness.get():
            raise CustomerMissing(f"{self.model.__name__}: name the customer with .of(customer)")
        return super().get_queryset()


@contextmanager
def _all_rows_for_uniqueness() -> "Iterator[None]":
    token = _checking_uniqueness.set(True)
    try:
        yield
    finally:
        _checking_uniqueness.reset(token)


class TenantModel(models.Model):
    """Base of every model whose rows belong to one customer (its field `customer`)."""

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's; raises ValidationError where a related row belongs to another customer (R-38)."""
        self._refuse_foreign_rows(kwargs.get("update_fields"))
        super().save(*args, **kwargs)

    def validate_unique(self, exclude: Collection[str] | None = None) -> None:
        """As Django's, over all rows: a unique value is unique among all customers."""
        with _all_rows_for_uniqueness():
            super().validate_unique(exclude)

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """As Django's, over all rows."""
        with _all_rows_for_uniqueness():
            super().validate_constraints(exclude)

    def _refuse_foreign_rows(self, update_fields: Iterable[str] | None) -> None:
        mine = cast("Any", self).customer_id
        for field in self._meta.concrete_fields:
            related = field.related_model
            if not isinstance(related, type) or not issubclass(related, TenantModel):
                continue
            if update_fields is not None and not {field.name, field.attname} & set(update_fields):
                continue
            row = getattr(self, field.name)
            if row is not None and row.customer_id != mine:
                raise ValidationError(f"{self._meta.label}.{field.name} belongs to another customer.")
