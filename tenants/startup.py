"""What every process checks before it works: that its key ring is the one this database was set up with."""

import sys
from collections.abc import Mapping

from django.db import DatabaseError

from hermes.core import health, subkeys
from hermes.core.keyring import KeyRingError, ring
from tenants.models import Customer, RootKey


class RootRows:
    """The sealed root of the sub-keys as rows of the database (`hermes.core.subkeys.RootStore`)."""

    def envelopes(self) -> Mapping[str, str]:
        """What is stored, by kid."""
        return dict(RootKey.objects.values_list("kid", "envelope"))

    def add(self, kid: str, envelope: str) -> None:
        """Commit a row for `kid`, unless one is there already."""
        RootKey.objects.bulk_create([RootKey(kid=kid, envelope=envelope)], ignore_conflicts=True)


def check_keys() -> None:
    """Leave the process with a sentence where the key ring is missing, malformed or another database's.

    To be called by web, worker and beat before anything else. Nothing that is stored is overwritten.
    """
    try:
        subkeys.unlock()
    except KeyRingError as wrong:
        sys.exit(f"Hermes does not start: {wrong.message}")
    except DatabaseError:
        sys.exit(
            "Hermes does not start: the database cannot be read. "
            "Check DATABASE_URL and run 'python manage.py migrate'."
        )


def count_unreadable() -> int:
    """How many customers' data keys are wrapped by a key that the ring does not have."""
    return Customer.objects.exclude(data_key="").exclude(data_key_kid__in=ring().kids).count()


def _keys_are_ready() -> None:
    if unreadable := count_unreadable():
        raise health.NotReady(
            f"The credentials of {unreadable} customers need a key that is not in the ring; put it back."
        )


def register() -> None:
    """Say where the root lies and what readiness means here; called once when the apps are ready."""
    subkeys.keep_root_in(RootRows())
    health.register("keys", _keys_are_ready)
