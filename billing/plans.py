"""The plans, in one table. Money is in integer minor units of `CURRENCY`."""

import dataclasses

CURRENCY = "eur"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a customer may use. Calls are units per calendar month; retention is in days."""

    slug: str
    name: str
    price_minor: int | None
    calls_per_month: int
    calls_per_minute: int
    connections: int
    keys: int
    members: int
    retention_days: int


PLANS = {
    p.slug: p
    for p in (
        Plan(
            slug="free",
            name="Free",
            price_minor=0,
            calls_per_month=1_000,
            calls_per_minute=30,
            connections=2,
            keys=4,
            members=2,
            retention_days=30,
        ),
        Plan(
            slug="starter",
            name="Starter",
            price_minor=2_900,
            calls_per_month=20_000,
            calls_per_minute=120,
            connections=5,
            keys=10,
            members=5,
            retention_days=90,
        ),
        Plan(
            slug="growth",
            name="Growth",
            price_minor=9_900,
            calls_per_month=200_000,
            calls_per_minute=600,
            connections=25,
            keys=50,
            members=25,
            retention_days=365,
        ),
        Plan(
            slug="enterprise",
            name="Enterprise",
            price_minor=None,
            calls_per_month=50_000_000,
            calls_per_minute=600_000,
            connections=500,
            keys=500,
            members=500,
            retention_days=730,
        ),
    )
}
