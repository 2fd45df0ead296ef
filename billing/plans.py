"""The plans, in one table. Money is in integer minor units of `CURRENCY`."""

import dataclasses
from collections.abc import Iterable

CURRENCY = "eur"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a customer may use. Calls are units per calendar month; retention is in days.

    `watch_interval_s` is how often accounts of platforms that do not push are looked at.
    `own_oauth_apps` says whether accounts may be connected by apps of the customer's own at the platforms.
    `vault_bytes` and `vault_files` are what each vault of notes may hold.
    """

    slug: str
    name: str
    price_minor: int | None
    calls_per_month: int
    calls_per_minute: int
    connections: int
    keys: int
    webhooks: int
    members: int
    retention_days: int
    watch_interval_s: int
    vault_bytes: int
    vault_files: int
    own_oauth_apps: bool

    @property
    def price(self) -> str:
        """The price as people read it: `29` or `29.50`; empty where it is agreed on."""
        if self.price_minor is None:
            return ""
        whole, rest = divmod(self.price_minor, 100)
        return f"{whole}.{rest:02}" if rest else str(whole)


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
            webhooks=1,
            members=2,
            retention_days=30,
            watch_interval_s=300,
            vault_bytes=20_000_000,
            vault_files=1_000,
            own_oauth_apps=False,
        ),
        Plan(
            slug="starter",
            name="Starter",
            price_minor=2_900,
            calls_per_month=20_000,
            calls_per_minute=120,
            connections=5,
            keys=10,
            webhooks=3,
            members=5,
            retention_days=90,
            watch_interval_s=120,
            vault_bytes=200_000_000,
            vault_files=5_000,
            own_oauth_apps=False,
        ),
        Plan(
            slug="growth",
            name="Growth",
            price_minor=9_900,
            calls_per_month=200_000,
            calls_per_minute=600,
            connections=25,
            keys=50,
            webhooks=10,
            members=25,
            retention_days=365,
            watch_interval_s=60,
            vault_bytes=1_000_000_000,
            vault_files=20_000,
            own_oauth_apps=True,
        ),
        Plan(
            slug="enterprise",
            name="Enterprise",
            price_minor=None,
            calls_per_month=50_000_000,
            calls_per_minute=600_000,
            connections=500,
            keys=500,
            webhooks=50,
            members=500,
            retention_days=730,
            watch_interval_s=30,
            vault_bytes=10_000_000_000,
            vault_files=100_000,
            own_oauth_apps=True,
        ),
    )
}


def best(slugs: Iterable[str]) -> str:
    """The largest of these plans, `free` where none is a plan."""
    wanted = {*slugs}
    return next((slug for slug in reversed(PLANS) if slug in wanted), "free")
