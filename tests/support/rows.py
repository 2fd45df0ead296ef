"""Everything the database holds of a customer, to see whether it changed."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models


def rows_of(customer: Any, *, without: frozenset[str] = frozenset()) -> dict[str, list[dict[str, Any]]]:
    """The rows of a customer in every table that has any, by model; `without` leaves columns out."""
    from tenants.models import Customer

    found = {"Customer": [dict(row) for row in Customer.objects.filter(pk=customer.pk).values()]}
    for model in apps.get_models():
        if any(field.name == "customer" for field in model._meta.concrete_fields):
            rows: Iterable[dict[str, Any]] = (
                models.QuerySet(model).filter(customer=customer.pk).order_by("pk").values()
            )
            found[model.__name__] = [{k: v for k, v in row.items() if k not in without} for row in rows]
    return found
