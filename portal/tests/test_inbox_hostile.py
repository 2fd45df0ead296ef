"""AD08: what people send is text on the pages of the inbox, wherever it stands."""

from html.parser import HTMLParser
from typing import Any

import pytest

from connectors.kit.webhook import InboundMessage, StatusChange
from hermes.core import clock, ids
from hermes.core.third_party import shown
from inbox import effects
from inbox.models import Thread
from portal.tests.test_access import owner
from tenants import connections
from tests.support.hostile import PAYLOADS
from tests.support.tenants import Tenant, World


class Structure(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[tuple[str, tuple[str, ...]]] = set()
        self.addresses: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add((tag, tuple(sorted(name for name, _ in attrs))))
        self.addresses |= {
            value or "" for name, value in attrs if name in ("href", "src", "action", "hx-get")
        }

    def handle_data(self, data: str) -> None:
        self.text += data


def fill(tenant: Tenant, number: int, words: str) -> str:
    """A conversation in which everything a third party can choose is `words`; its id."""
    row = connections.get(tenant.customer.pk, tenant.connections["whatsapp"])
    contact = f"1415555{number:04}"
    file = {"id": "12345", "kind": "document", "mime_type": words, "filename": words}
    told: list[Any] = [
        InboundMessage(
            route=(row.external_id,),
            upstream_id=ids.new("up"),
            contact=contact,
            contact_name=words,
            at=clock.now(),
            kind=kind,
            text=words,
            media=media,
            extra={"subject": words},
            direction=direction,
        )
        for kind, media, direction in (
            ("text", None, "in"),
            ("document", file, "in"),
            ("image", {**file, "mime_type": "image/png"}, "in"),
            (words[:24], {"kind": words}, "in"),
            ("text", None, "out"),
        )
    ]
    reaction = InboundMessage(
        route=(row.external_id,),
        upstream_id=ids.new("up"),
        contact=contact,
        at=clock.now(),
        kind="reaction",
        text=words[:40],
        reply_to=told[0].upstream_id,
    )
    failed = StatusChange(
        route=(row.external_id,),
        upstream_id=told[-1].upstream_id,
        contact=contact,
        at=clock.now(),
        status="failed",
        error={"title": words, "details": words},
    )
    effects.apply(tenant.customer.pk, row.pk, [*told, reaction, failed])
    return str(Thread.objects.of(tenant.customer.pk).get(contact=contact).public_id)


@pytest.fixture
def shop(world: World) -> Tenant:
    return world.make("acme", only={"whatsapp"})


def test_what_people_send_never_becomes_part_of_a_page(shop: Tenant) -> None:
    browser, plain = owner(shop.customer), fill(shop, 0, "plain words")

    def page(path: str) -> Structure:
        return Structure(browser.get(f"/portal/inbox/{path}").content.decode())

    parts = ("{}/", "{}/news/", "{}/templates/")
    expected = {part: page(part.format(plain)).elements for part in parts}
    listed = page("").elements
    for number, words in enumerate(PAYLOADS, 1):
        thread = fill(shop, number, words)
        # The other parts are drawn by the same templates, and once is enough for what is theirs.
        for part in parts if number == 2 else parts[:1]:
            seen = page(part.format(thread))
            assert seen.elements <= expected[part], (words, part)
            assert not any("evil" in a or "script:" in a for a in seen.addresses), (words, part)
            assert part != "{}/" or shown(words, 500) in seen.text, words
    older = {("nav", ("aria-label", "class")), ("a", ("class", "href", "rel"))}
    assert page("").elements <= listed | older
    assert len(PAYLOADS) == 30
