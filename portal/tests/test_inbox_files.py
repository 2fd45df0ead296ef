"""Files of messages: through Hermes, for the customer's members, in a form no browser runs."""

from typing import Any

import pytest

from connectors.kit.context import HttpResponse
from connectors.kit.webhook import InboundMessage
from hermes.core import clock, ids
from inbox import effects
from inbox.models import Message
from portal.tests.test_access import owner
from tenants import connections
from tests.support.api import Api
from tests.support.tenants import Tenant, World

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture
def shop(world: World) -> Tenant:
    return world.make("acme", only={"whatsapp"})


def heard(tenant: Tenant, **file: str) -> str:
    """A message with a file has arrived; the address at which the portal has it."""
    row = connections.get(tenant.customer.pk, tenant.connections["whatsapp"])
    message = InboundMessage(
        route=(row.external_id,),
        upstream_id=ids.new("up"),
        contact="14155550123",
        at=clock.now(),
        kind="image",
        media={"kind": "image", "id": "2621233374848975", **file} if file else None,
    )
    effects.apply(tenant.customer.pk, row.pk, [message])
    stored = Message.objects.of(tenant.customer.pk).get(upstream_id=message.upstream_id)
    assert stored.thread is not None
    return f"/portal/inbox/{stored.thread.public_id}/files/{stored.public_id}/"


def lay(world: World, mime_type: str) -> None:
    """What WhatsApp answers: the file's facts, then its bytes."""
    facts = {
        "url": f"{world.platforms.bases['whatsapp']}/files/1",
        "mime_type": mime_type,
        "file_size": "100",
    }
    file = HttpResponse(status=200, headers={"content-type": mime_type}, body=PNG)
    world.platforms.script.extend([(200, {}, facts), file])


@pytest.mark.parametrize(
    ("mime_type", "served", "kind"),
    [
        ("image/png", "image/png", "inline"),
        ("text/html", "application/octet-stream", "attachment"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
    ],
)
def test_file_is_brought_by_hermes_and_run_by_no_browser(
    api: Api, shop: Tenant, world: World, mime_type: str, served: str, kind: str
) -> None:
    address = heard(shop, mime_type=mime_type, filename="evil.html")
    page = owner(shop.customer).get(address.partition("files/")[0]).content.decode()
    assert address in page
    answer = owner(shop.customer).get(address)
    assert (answer.status_code, answer["Cache-Control"]) == (302, "no-store")
    assert answer["Location"].startswith("/media/")
    lay(world, mime_type)
    file = api.get(answer["Location"])
    assert (file.status_code, file.content, file.headers["content-type"]) == (200, PNG, served)
    assert file.headers["content-disposition"].startswith(kind)
    assert file.headers["x-content-type-options"] == "nosniff"


def test_te01_stranger_and_message_without_a_file_have_none(shop: Tenant, globex: Any) -> None:
    address = heard(shop, mime_type="image/png")
    assert owner(globex.customer).get(address).status_code == 404
    assert owner(shop.customer).get(heard(shop)).status_code == 404
    assert owner(shop.customer).get(address.replace("msg_", "msg_0")).status_code == 404
