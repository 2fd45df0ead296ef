"""What appears by itself: only where something changed, by one query where nothing did, of one's own only."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connectors.kit.webhook import StatusChange
from hermes.core import clock
from inbox import effects
from inbox.models import Message, Thread
from portal.tests.test_access import owner
from tenants import connections
from tests.support.tenants import Tenant, World

ADA = "14155550123"
KNOWING_THE_PERSON = 3  # queries of any page: session, user, memberships


@pytest.fixture
def shop(world: World) -> Tenant:
    tenant = world.make("acme", only={"whatsapp"})
    tenant.hear("whatsapp", ADA, "Is it open?", contact_name="Ada")
    return tenant


@pytest.fixture
def browser(shop: Tenant) -> Client:
    return owner(shop.customer)


@pytest.fixture(params=["", "{}/"], ids=["threads", "messages"])
def page(request: Any, shop: Tenant) -> str:
    """The list, and the conversation."""
    thread = Thread.objects.of(shop.customer.pk).get().public_id
    return f"/portal/inbox/{request.param.format(thread)}"


def mark_in(answer: Any) -> str:
    found = re.search(r'name="mark" value="([0-9a-f]+)"', answer.content.decode())
    assert found is not None
    return str(found[1])


def test_nothing_new_is_said_by_one_query_and_no_page(browser: Client, page: str) -> None:
    mark = mark_in(browser.get(page))
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(f"{page}news/?mark={mark}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert len(asked) == KNOWING_THE_PERSON + 1


def test_new_message_comes_as_a_part_of_the_page_with_the_mark_of_what_is_seen_then(
    shop: Tenant, browser: Client, page: str
) -> None:
    mark = mark_in(browser.get(page))
    shop.hear("whatsapp", ADA, "Hello?", contact_name="Ada")
    answer = browser.get(f"{page}news/?mark={mark}")
    assert answer.status_code == 200
    assert "Hello?" in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert browser.get(f"{page}news/?mark={mark_in(answer)}").status_code == 204


def test_status_of_a_message_that_was_sent_comes_too(shop: Tenant, browser: Client) -> None:
    thread = Thread.objects.of(shop.customer.pk).get()
    row = connections.get(shop.customer.pk, shop.connections["whatsapp"])
    Message(
        customer=shop.customer, connection=row, thread=thread, upstream_id="wamid.1", direction="out",
        kind="text", text="Yes.", at=clock.now(), status="sent",
    ).save()  # fmt: skip
    page = f"/portal/inbox/{thread.public_id}/"
    mark = mark_in(browser.get(page))
    read = StatusChange(
        route=(row.external_id,), upstream_id="wamid.1", contact=ADA, at=clock.now(), status="read"
    )
    effects.apply(shop.customer.pk, row.pk, [read])
    answer = browser.get(f"{page}news/?mark={mark}&heard=msg_other")
    assert "· read" in re.sub(r"\s+", " ", answer.content.decode())


def test_of_a_new_message_of_the_contact_people_are_told(shop: Tenant, browser: Client) -> None:
    page = f"/portal/inbox/{Thread.objects.of(shop.customer.pk).get().public_id}/"
    heard = re.search(r'name="heard" value="([^"]+)"', browser.get(page).content.decode())
    assert heard is not None
    assert "New message from" not in browser.get(f"{page}news/?mark=x&heard={heard[1]}").content.decode()
    shop.hear("whatsapp", ADA, "Hello?", contact_name="Ada")
    assert "New message from Ada" in browser.get(f"{page}news/?mark=x&heard={heard[1]}").content.decode()


def test_window_that_opens_brings_the_form(shop: Tenant, browser: Client) -> None:
    page = f"/portal/inbox/{Thread.objects.of(shop.customer.pk).get().public_id}/"
    assert "<textarea" in browser.get(f"{page}news/?mark=x&can=").content.decode()
    assert "<textarea" not in browser.get(f"{page}news/?mark=x&can=text").content.decode()


def test_te01_stranger_learns_nothing(shop: Tenant, globex: Any, browser: Client) -> None:
    thread = Thread.objects.of(shop.customer.pk).get().public_id
    mark, stranger = mark_in(browser.get(f"/portal/inbox/{thread}/")), owner(globex.customer)
    assert stranger.get(f"/portal/inbox/{thread}/news/?mark={mark}").status_code == 404
    channel = shop.connections["whatsapp"]
    assert thread not in stranger.get(f"/portal/inbox/news/?channel={channel}").content.decode()


@pytest.mark.parametrize(
    ("channel", "is_found"), [("whatsapp", True), ("own", True), ("telegram", False), ("nobody", False)]
)
def test_list_is_narrowed_to_a_platform_or_an_account(
    shop: Tenant, browser: Client, channel: str, is_found: bool
) -> None:
    wanted = shop.connections["whatsapp"] if channel == "own" else channel
    thread = Thread.objects.of(shop.customer.pk).get().public_id
    for path in ("", "news/"):
        found = browser.get(f"/portal/inbox/{path}?channel={wanted}&unread=1").content.decode()
        assert (thread in found) is is_found
