"""The sandbox at the portal: set up by a click, written to by somebody, with the values that fail."""

import re
from typing import Any

import pytest

from connectors import sandbox
from connectors.kit.webhook import InboundMessage
from connectors.registry import all_connectors, all_tools
from hermes.core import clock
from hermes.core.ids import new
from inbox import effects
from inbox.models import WebhookDelivery
from portal.sandbox.forms import SimulateForm
from portal.tests.test_access import owner, signed_in
from tenants import connections, sandboxes

WRITES = {"sender": "+14155550123", "name": "Ada", "kind": "text", "text": "Is it open?"}


@pytest.fixture
def sandboxed(acme: Any) -> Any:
    """acme, whose sandbox is set up."""
    sandboxes.ensure(acme.customer)
    return acme


def page_of(customer: Any, platform: str = "whatsapp") -> str:
    row = connections.listed(customer.pk, mode="test").get(platform=platform)
    return f"/portal/sandbox/{row.public_id}/"


def posted(customer: Any) -> int:
    row = connections.listed(customer.pk, mode="test").get(platform="whatsapp")
    return WebhookDelivery.objects.filter(addressee=row.public_id).count()


def test_sandbox_is_set_up_by_who_may_send(acme: Any, acme_viewer: Any) -> None:
    looking = signed_in(acme_viewer)
    assert "Set up the sandbox" not in looking.get("/portal/sandbox/").content.decode()
    assert looking.post("/portal/sandbox/begin/").status_code == 403
    assert not connections.listed(acme.customer.pk).exists()
    browser = signed_in(acme.customer.memberships.get(role="owner").user)
    assert browser.get("/portal/sandbox/begin/").status_code == 405
    answer = browser.post("/portal/sandbox/begin/", follow=True)
    assert "Values that fail" in answer.content.decode()
    assert connections.listed(acme.customer.pk, mode="test").count() == len(sandboxes.platforms())


def test_somebody_writes_and_the_platform_posts_it(sandboxed: Any) -> None:
    browser, address = owner(sandboxed.customer), page_of(sandboxed.customer)
    answer = browser.post(address, WRITES, follow=True)
    page = answer.content.decode()
    assert "The platform posts it" in page
    assert posted(sandboxed.customer) == 1
    (look,) = re.findall(r'hx-get="([^"]+)"', page)
    left = browser.get(look).content.decode()
    assert "look=6" in left
    assert "hx-get" not in browser.get(f"{address}arrived/?look=0").content.decode()


def test_what_nobody_can_do_is_said_at_its_field(sandboxed: Any) -> None:
    browser, address = owner(sandboxed.customer), page_of(sandboxed.customer)
    for change, words in (
        ({"sender": "nobody"}, "phone number with country code"),
        ({"kind": "levitate"}, "Select a valid choice"),
        ({"kind": "reaction"}, "which message it is about"),
        ({"content": "[1]"}, "Write an object"),
        ({"content": "{"}, "Write it as JSON"),
        ({"text": "x" * 5000}, "at most 4096"),
    ):
        answer = browser.post(address, {**WRITES, **change})
        assert answer.status_code == 400
        assert words in answer.content.decode()
    assert posted(sandboxed.customer) == 0


def test_viewer_looks_on_and_a_stranger_finds_nothing(sandboxed: Any, acme_viewer: Any, globex: Any) -> None:
    address = page_of(sandboxed.customer)
    looking = signed_in(acme_viewer)
    assert "Your role looks on" in looking.get(address).content.decode()
    assert looking.post(address, WRITES).status_code == 403
    stranger = owner(globex.customer)
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"{address}arrived/").status_code == 404
    assert stranger.post(address, WRITES).status_code == 404
    assert posted(sandboxed.customer) == 0


def test_names_and_texts_of_people_are_text_here_and_in_the_playground(sandboxed: Any) -> None:
    row = connections.listed(sandboxed.customer.pk, mode="test").get(platform="whatsapp")
    script = "<script>alert(1)</script><img src=x onerror=alert(1)>{{ 7|add:7 }}"
    heard = InboundMessage(
        route=(row.external_id,),
        upstream_id=new("msg"),
        contact="14155550123",
        contact_name=script,
        at=clock.now(),
        kind="text",
        text=script,
    )
    effects.apply(sandboxed.customer.pk, row.pk, [heard])
    browser, address = owner(sandboxed.customer), page_of(sandboxed.customer)
    read = "/portal/playground/hermes_inbox/?mode=sandbox"
    for answer in (
        browser.get(address),
        browser.post(address, WRITES | {"sender": script}),
        browser.post(read, {"act": "run"}),
    ):
        page = answer.content.decode()
        assert "alert(1)" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_live_account_has_no_page_here(probed: Any) -> None:
    assert owner(probed.customer).get(f"/portal/sandbox/{probed.connection}/").status_code == 404


@pytest.mark.parametrize("slug", sorted(sandboxes.platforms()))
def test_values_are_for_arguments_that_tools_of_the_platform_have(slug: str) -> None:
    told = sandbox.simulation(slug)
    tools = [tool for connector, tool in all_tools().values() if connector is all_connectors()[slug]]
    known = {
        field for tool in tools if isinstance(tool.params, type) for field in tool.params.__struct_fields__
    }
    assert {value.place for value in told.values} <= known
    filled = {"sender": told.sender, "kind": next(iter(told.kinds), ""), "name": "A"}
    assert SimulateForm(told, filled).is_valid() == bool(told.kinds)
