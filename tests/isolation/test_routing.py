"""What comes in reaches the customer whose number it was sent to; what goes out leaves by its own."""

import uuid

import pytest
from django.conf import settings

from connectors.kit.meta import sign
from connectors.whatsapp.tests.deliveries import WHO, change, delivery
from inbox.models import WebhookDelivery
from inbox.tests.posting import settle
from tenants import connections
from tenants.models import Connection
from tests.support.api import Api
from tests.support.surfaces import SURFACES
from tests.support.tenants import Tenant, World

LABEL = "shop"


@pytest.fixture
def ours(world: World) -> Tenant:
    return world.make("acme", whatsapp=LABEL)


@pytest.fixture
def theirs(world: World) -> Tenant:
    """The stranger calls its account by the same label and talks to the same person."""
    return world.make("globex", whatsapp=LABEL)


def line(tenant: Tenant) -> Connection:
    return connections.get(tenant.customer.pk, tenant.connections["whatsapp"])


def come(api: Api, of: Connection, account: Connection, text: str, *, door: str = "") -> str:
    """Meta posts a message to the number of `of`, in the business account of `account`; its state then."""
    message = {**WHO, "id": f"wamid.{uuid.uuid4().hex}", "type": "text", "text": {"body": text}}
    posted = delivery(change(number=of.external_id, messages=[message]), account=account.routes[0])
    secret = settings.META_APP_SECRET[0]
    answer = api.post(f"/webhook/whatsapp{door}", content=posted, headers=sign(secret, posted))
    assert answer.status_code == 200
    return settle(WebhookDelivery.objects.get(body=posted)).state


def heard(api: Api, tenant: Tenant) -> str:
    """All that the customer can read of its conversations."""
    threads = api.get("/api/inbox/threads", tenant.key)
    ids = [thread["id"] for thread in threads.json()["threads"]]
    pages = [api.get(f"/api/inbox/threads/{thread}/messages", tenant.key).text for thread in ids]
    found = [
        call(api, tenant.key, "whatsapp_get_conversation", {"contact": WHO["from"]}).response.text
        for call in SURFACES.values()
    ]
    return " ".join([threads.text, *pages, *found])


def test_an_event_is_read_by_the_customer_whose_number_it_names(
    api: Api, ours: Tenant, theirs: Tenant
) -> None:
    for tenant in (ours, theirs):
        assert come(api, line(tenant), line(tenant), f"for-{tenant.name}") == "done"
    assert "for-acme" in heard(api, ours)
    assert "for-globex" not in heard(api, ours)
    assert "for-globex" in heard(api, theirs)
    assert "for-acme" not in heard(api, theirs)


def test_te05_an_event_that_names_another_number_reaches_nobody(
    api: Api, ours: Tenant, theirs: Tenant
) -> None:
    mine, foreign = line(ours), line(theirs)
    door = f"/{mine.public_id}"
    assert come(api, foreign, mine, "misaddressed") == "unrouted"
    assert come(api, mine, foreign, "misaddressed") == "unrouted"
    assert come(api, foreign, foreign, "misaddressed", door=door) == "quarantined"
    assert come(api, foreign, mine, "misaddressed", door=door) == "quarantined"
    assert "misaddressed" not in heard(api, ours) + heard(api, theirs)


@pytest.mark.parametrize("surface", SURFACES)
def test_a_call_leaves_by_the_callers_own_account_though_the_stranger_uses_the_same_label(
    api: Api, world: World, ours: Tenant, theirs: Tenant, surface: str
) -> None:
    send = {"to": "+14155550123", "text": "hello", "account": LABEL}
    for tenant in (ours, theirs, ours):
        world.forget()
        assert SURFACES[surface](api, tenant.key, "whatsapp_send_text", send).code == "ok"
        (asked,) = world.asked
        assert f"/{line(tenant).external_id}/messages" in asked.path
    sent = api.get("/api/inbox/threads", theirs.key).json()["threads"]
    assert len(sent) == 1
