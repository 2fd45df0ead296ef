"""What platforms posted about an erased customer, forgotten too: the bodies that are about nobody else."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.db.models import F, Func, IntegerField, Q, QuerySet, Value

from inbox.intake import spec_of
from inbox.models import WebhookDelivery
from tenants.erasure import Account

State = WebhookDelivery.State
_READ_AT_ONCE = 100


def forget(*, accounts: Sequence[Account], **_: Any) -> None:
    """Empty the stored deliveries that are about these accounts only (`erasure.erasing`).

    Their digests stay, so that the same bytes again are known and change nothing.
    """
    for platform in {account.platform for account in accounts}:
        mine = [account for account in accounts if account.platform == platform]
        ids = {name for account in mine for name in account.ids}
        doors = [account.connection for account in mine if account.connection]
        rows = WebhookDelivery.objects.filter(platform=platform)
        _empty(rows.filter(addressee__in=doors))
        for name in ids:
            for some in _naming(rows.filter(addressee=""), name):
                _empty(rows.filter(pk__in=[row.pk for row in some if _is_only_about(row, ids)]))
        done = rows.filter(Q(lane__in=ids) | Q(lane__in=doors), state=State.DONE, body=b"")
        done.update(lane="", addressee="")


def _naming(rows: "QuerySet[WebhookDelivery]", name: str) -> Iterator[Sequence[WebhookDelivery]]:
    """The deliveries with `name` in their bodies, which the database looks through."""
    place = Func(F("body"), Value(name.encode()), function="INSTR", output_field=IntegerField())
    found, last = rows.annotate(place=place).filter(place__gt=0).order_by("pk"), 0
    while some := list(found.filter(pk__gt=last)[:_READ_AT_ONCE]):
        yield some
        last = some[-1].pk


def _is_only_about(row: WebhookDelivery, ids: Collection[str]) -> bool:
    routes = [event.route for event in spec_of(row.platform).parse(bytes(row.body))]
    return all(route and route[0] in ids for route in routes)


def _empty(rows: "QuerySet[WebhookDelivery]") -> None:
    rows.update(body=b"", state=State.DONE, reason="Its customer was erased.", awaits="")
