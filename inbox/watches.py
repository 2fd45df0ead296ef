"""The accounts that are watched: when each is looked at next, from where on, and who is looking now."""

import dataclasses
import random
import secrets
from collections import Counter
from collections.abc import Collection
from datetime import timedelta

from django.db.models import Q, QuerySet

from billing import subscriptions
from connectors.kit.watch import WatchSpec
from connectors.registry import all_connectors
from hermes.core import clock
from inbox.models import Watch
from tenants import routing
from tenants.models import ApiKey, Connection

# Longer than the workers' time limit: whoever took a turn is done or dead when it is given away again.
LEASE_S = 150
LONGEST_WAIT_S = 3_600.0
ROWS_A_TURN = 200
ROWS_A_CUSTOMER = 8


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The right to look at one account, held by the process that took it until its lease ends."""

    watch: int
    connection: Connection
    cursor: str
    claim: str
    failures: int

    @property
    def spec(self) -> WatchSpec:
        """How to look."""
        spec = all_connectors()[self.connection.platform].watch
        if spec is None:
            raise LookupError(f"{self.connection.platform} is not watched")
        return spec


def enrol() -> int:
    """Begin to watch the accounts that work and are not watched yet; returns how many."""
    known = Watch.objects.unscoped().values("connection")
    new = list(routing.active(_platforms()).exclude(pk__in=known))
    rows = [Watch(customer=c.customer, connection=c, next_at=clock.now()) for c in new]
    return len(Watch.objects.unscoped().bulk_create(rows, ignore_conflicts=True))


def due() -> list[int]:
    """Watches whose time has come and which nobody looks at, a few of each customer."""
    rows = _free().filter(connection__in=routing.active(_platforms()), next_at__lte=clock.now())
    shares: Counter[int] = Counter()
    turn = []
    for pk, customer in rows.order_by("next_at").values_list("pk", "customer")[:ROWS_A_TURN]:
        shares[customer] += 1
        if shares[customer] <= ROWS_A_CUSTOMER:
            turn.append(pk)
    return turn


def take(pk: int) -> Turn | None:
    """The turn of a watch that is due; None where another process has it, or nobody may look."""
    watch = Watch.objects.unscoped().select_related("connection__customer").filter(pk=pk).first()
    if watch is None:
        return None
    claim, now = secrets.token_hex(16), clock.now()
    wait_s = _interval_s(watch.connection) * random.uniform(0.9, 1.1)  # noqa: S311  (no secret)
    is_taken = (
        _free()
        .filter(pk=pk, next_at__lte=now)
        .update(
            claim=claim,
            leased_until=now + timedelta(seconds=LEASE_S),
            next_at=now + timedelta(seconds=wait_s),
        )
    )
    if not is_taken:
        return None
    # Read again under the lease: the owner before may have moved the cursor since.
    watch.refresh_from_db()
    return Turn(
        watch=pk,
        connection=watch.connection,
        cursor=watch.cursor,
        claim=claim,
        failures=watch.failures,
    )


def hand_back(turn: Turn, *, cursor: str, is_due: bool) -> bool:
    """Keep the new cursor after a look; False where the turn was another's by now and nothing is kept."""
    moved = {"next_at": clock.now()} if is_due else {}
    kept = _held(turn).update(cursor=cursor, failures=0, last_error="", claim="", leased_until=None, **moved)
    return kept == 1


def postpone(turn: Turn, error: str, *, at_least_s: float = 0.0) -> None:
    """Look again later, each time after twice as long; the cursor stays."""
    failures = turn.failures + 1
    wait_s = min(_interval_s(turn.connection) * 2 ** min(failures, 16), LONGEST_WAIT_S)
    wait_s = max(wait_s * random.uniform(0.75, 1.25), at_least_s)  # noqa: S311  (no secret)
    _held(turn).update(
        failures=min(failures, 30_000),
        last_error=error[:64],
        claim="",
        leased_until=None,
        next_at=clock.now() + timedelta(seconds=wait_s),
    )


def hurry(connection: str) -> None:
    """Have an account (public id of its connection) looked at as soon as a worker comes by."""
    enrol()
    Watch.objects.unscoped().filter(connection__public_id=connection).update(next_at=clock.now())


def _platforms() -> Collection[str]:
    return [slug for slug, connector in all_connectors().items() if connector.watch is not None]


def _free() -> "QuerySet[Watch]":
    nobody = Q(leased_until=None) | Q(leased_until__lte=clock.now())
    return Watch.objects.unscoped().filter(nobody)


def _held(turn: Turn) -> "QuerySet[Watch]":
    return Watch.objects.of(turn.connection.customer_id).filter(pk=turn.watch, claim=turn.claim)


def _interval_s(connection: Connection) -> float:
    """A sandbox is looked at as often as its platform bears: its stand-in costs nobody anything."""
    spec = all_connectors()[connection.platform].watch
    shortest_s = spec.interval_s if spec else LONGEST_WAIT_S
    if connection.mode == ApiKey.Mode.TEST:
        return shortest_s
    return max(shortest_s, subscriptions.plan_of(connection.customer_id).watch_interval_s)
