"""All rows that belong to a customer, whichever app keeps them: every model with a `customer` field."""

from typing import Any

from django.apps import apps
from django.db import models

from tenants.models import Customer

# Seals, MACs and look-up ids are of no use to their owner and of some to a thief.
SECRET_FIELDS = frozenset(
    {
        "sealed",
        "sealed_before",
        "mac",
        "lookup",
        "data_key",
        "data_key_kid",
        "password",
        "base_mac",
        "state_digest",
    }
)


def models_of_customers() -> list[type[models.Model]]:
    """The models, in an order in which rows can be deleted: those that point to others come first."""
    owned = [m for m in apps.get_models() if _owner_field(m) is not None]
    ordered: list[type[models.Model]] = []
    while owned:
        free = [m for m in owned if not any(_points_to(other, m) for other in owned if other is not m)]
        ordered += free or owned
        owned = [m for m in owned if m not in ordered]
    return ordered


def rows_of(model: type[models.Model], customer: Customer) -> "models.QuerySet[Any]":
    """The customer's rows of one of these models."""
    return model._base_manager.filter(customer=customer)


def exported(row: models.Model) -> dict[str, Any]:
    """A row as its owner may have it: every field but the secret ones."""
    return {
        f.name: f.value_from_object(row) for f in row._meta.concrete_fields if f.name not in SECRET_FIELDS
    }


def _owner_field(model: type[models.Model]) -> Any:
    return next(
        (f for f in model._meta.concrete_fields if f.name == "customer" and f.related_model is Customer), None
    )


def _points_to(model: type[models.Model], other: type[models.Model]) -> bool:
    return any(f.related_model is other for f in model._meta.concrete_fields)
