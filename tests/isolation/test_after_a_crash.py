"""A call that crashes leaves nothing of its customer behind for what its thread does next (TE08)."""

import asyncio
import logging

import pytest
import structlog

from hermes.core.threads import blocking
from inbox.models import Thread
from tenants.models import ApiKey, Connection
from tenants.scoping import CustomerMissing
from tests.support.api import Api
from tests.support.surfaces import SURFACES
from tests.support.tenants import Tenant


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("model", [Connection, ApiKey, Thread])
def test_te08_work_without_a_customer_is_refused_on_every_thread_a_crash_has_used(
    api: Api, ours: Tenant, surface: str, model: type[Connection]
) -> None:
    async def on_every_thread() -> list[object]:
        work = (blocking(model.objects.count) for _ in range(64))
        return await asyncio.gather(*work, return_exceptions=True)

    assert SURFACES[surface](api, ours.key, "probe_crash", {}).code == "internal"
    assert {type(found) for found in api.run(on_every_thread())} == {CustomerMissing}
    with pytest.raises(CustomerMissing):
        model.objects.first()


@pytest.mark.parametrize("surface", SURFACES)
def test_te08_the_next_customers_call_is_its_own(
    api: Api, ours: Tenant, theirs: Tenant, surface: str, caplog: pytest.LogCaptureFixture
) -> None:
    call = SURFACES[surface]
    assert call(api, ours.key, "probe_crash", {}).code == "internal"
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        told = call(api, theirs.key, "probe_echo", {"text": "mine"})
    assert (told.code, told.data) == ("ok", {"text": "mine"})
    entries = api.get("/api/audit", theirs.key).json()["entries"]
    assert entries[0]["id"] == told.meta["call_id"]
    assert ours.customer.public_id not in caplog.text
    assert api.run(_bound()) == {}


async def _bound() -> dict[str, object]:
    return await blocking(structlog.contextvars.get_contextvars)
