"""What someone else put into Redis is data, never a program (CR07)."""

import contextlib
import pickle
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from hermes.core.redis import name, sync_client
from tests.support.api import Api


class Trap:
    """Pickled, it writes a file when it is loaded."""

    def __init__(self, witness: Path) -> None:
        self._witness = witness

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return (Path.touch, (self._witness,))


@pytest.fixture
def trap(tmp_path: Path) -> tuple[bytes, Path]:
    """A payload, and the file that tells it was run."""
    witness = tmp_path / "executed"
    payload = pickle.dumps(Trap(witness))
    pickle.loads(payload)  # noqa: S301  (the trap works)
    witness.unlink()
    return payload, witness


def test_cr07_a_pickle_in_the_cache_is_not_run(trap: tuple[bytes, Path]) -> None:
    payload, witness = trap
    sync_client().set(cache.make_key("planted"), payload)
    with contextlib.suppress(Exception):
        cache.get("planted")
    assert not witness.exists()


def test_cr07_planted_limits_and_epochs_stop_no_call(api: Api, acme: Any, trap: tuple[bytes, Path]) -> None:
    payload, witness = trap
    customer = acme.customer.public_id
    sync_client().set(name("epoch", customer), payload.hex())
    sync_client().set(name("limit", customer, "calls:test"), payload)
    answer = api.post("/api/tools/whatsapp_list_templates", acme.test_key, {})
    assert answer.status_code == 200, answer.text
    assert not witness.exists()
