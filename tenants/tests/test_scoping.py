"""Tenants' rows are reached through a named customer, or not at all."""

import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Manager
from django.shortcuts import get_object_or_404

from tenants.models import ApiKey, Connection
from tenants.scoping import CustomerMissing, TenantModel

WAYS_IN = [
    "all",
    "filter",
    "exclude",
    "get",
    "first",
    "last",
    "count",
    "exists",
    "values",
    "update",
    "aggregate",
    "in_bulk",
    "create",
    "bulk_create",
    "get_or_create",
    "update_or_create",
    "iterator",
    "none",
    "raw",
    "select_for_update",
    "earliest",
    "aget",
    "acount",
]


@pytest.mark.parametrize("model", TenantModel.__subclasses__())
@pytest.mark.parametrize("way", WAYS_IN)
def test_te08_a_model_gives_no_row_without_a_customer(model: Any, way: str) -> None:
    with pytest.raises(CustomerMissing):
        getattr(model.objects, way)()
    with pytest.raises(CustomerMissing):
        model.objects.of(None)


def test_djangos_short_cuts_are_closed_too(acme: Any) -> None:
    with pytest.raises(CustomerMissing):
        get_object_or_404(ApiKey, name="First live key")
    with pytest.raises(CustomerMissing):
        ApiKey._default_manager.all()


def test_te08_nothing_of_a_customer_stays_with_the_thread_that_failed_for_it(acme: Any) -> None:
    def work() -> None:
        assert ApiKey.objects.of(acme.customer).count() == 2
        raise ValueError

    def next_work() -> None:
        ApiKey.objects.all()

    outcomes: list[type] = []

    def thread() -> None:
        for item in (work, next_work):
            try:
                item()
            except Exception as error:
                outcomes.append(type(error))

    runner = threading.Thread(target=thread)
    runner.start()
    runner.join()
    assert outcomes == [ValueError, CustomerMissing]


def test_a_named_customer_has_its_own_rows_only(acme: Any, globex: Any) -> None:
    mine = set(ApiKey.objects.of(acme.customer).values_list("customer", flat=True))
    assert mine == {acme.customer.pk}
    assert set(ApiKey.objects.of(globex.customer.pk).values_list("customer", flat=True)) == {
        globex.customer.pk
    }


def test_rows_reached_from_a_row_need_no_name(acme: Any) -> None:
    assert acme.customer.api_keys.count() == 2
    owner = acme.customer.memberships.select_related("user").get()
    assert [m.customer for m in owner.user.memberships.all()] == [acme.customer]
    prefetched = type(acme.customer).objects.prefetch_related("api_keys").get(pk=acme.customer.pk)
    assert len(prefetched.api_keys.all()) == 2
    key = acme.customer.api_keys.get(mode="live")
    key.refresh_from_db()
    assert isinstance(ApiKey._base_manager, Manager)


def test_a_row_made_through_its_customer_is_the_customers(acme: Any) -> None:
    made = acme.customer.connections.create(platform="probe", mode="live", account="a")
    assert Connection.objects.of(acme.customer).get() == made


def test_forms_check_uniqueness_over_all_customers(acme: Any, globex: Any) -> None:
    claim = f"probe:{acme.customer.pk}"
    first = acme.customer.connections.create(platform="probe", mode="live", account="a", live_claim=claim)
    again = Connection(customer=acme.customer, platform="probe", mode="live", account="a", external_id="x")
    with pytest.raises(ValidationError):
        again.full_clean(exclude=["identity", "routes"])
    claimed = Connection(
        customer=globex.customer,
        platform="probe",
        mode="live",
        account="a",
        external_id="x",
        live_claim=claim,
    )
    with pytest.raises(ValidationError) as refused:
        claimed.full_clean(exclude=["identity", "routes"])
    assert set(refused.value.message_dict) == {"live_claim"}
    first.full_clean(exclude=["identity", "routes", "external_id"])
    with pytest.raises(CustomerMissing):
        Connection.objects.all()


def test_a_row_never_points_to_a_strangers_row(acme: Any, globex: Any) -> None:
    mine, foreign = acme.customer.api_keys.first(), globex.customer.api_keys.first()
    mine.replaced_by = foreign
    with pytest.raises(ValidationError):
        mine.save()
    with pytest.raises(ValidationError):
        mine.save(update_fields=["replaced_by"])
