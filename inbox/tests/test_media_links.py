"""Files of messages behind short-lived links: opened by whoever has one, run by no browser, not forged."""

import asyncio
import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine

from connectors.kit.connector import MediaFile
from connectors.kit.context import HttpResponse
from connectors.registry import all_connectors
from hermes.core import clock
from hermes.core.errors import TooLarge
from inbox.media import handed, source, tokens
from inbox.media.door import disposition, served_type
from inbox.media.files import files_of
from inbox.tasks import forget_handed_files
from tenants import connections, erasure
from tenants.actors import SYSTEM
from tests.support.api import Api
from tests.support.surfaces import rest
from tests.support.tenants import Tenant, World

MEDIA_ID = "2621233374848975"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(1000)
AtMeta = Callable[..., None]


@pytest.fixture
def ours(world: World) -> Tenant:
    """acme, connected everywhere."""
    return world.make("acme")


@pytest.fixture
def at_meta(world: World) -> AtMeta:
    """The next request for a media id is told its facts, the one after its bytes."""

    def lay(mime_type: str, content: bytes) -> None:
        url = f"{world.platforms.bases['whatsapp']}/files/{MEDIA_ID}"
        facts = {"url": url, "mime_type": mime_type, "file_size": str(len(content)), "id": MEDIA_ID}
        world.platforms.script.extend(
            [(200, {}, facts), HttpResponse(status=200, headers={"content-type": mime_type}, body=content)]
        )

    return lay


def _link(tenant: Tenant, **media: str) -> str:
    files = files_of(tenant.customer.pk, tenant.connections["whatsapp"])
    return urlsplit(files.link({"id": MEDIA_ID, **media}).url).path


def test_get_media_gives_a_link_that_opens_the_file_without_a_key(
    api: Api, world: World, ours: Tenant, at_meta: AtMeta
) -> None:
    at_meta("image/png", PNG)
    told = rest(api, ours.key, "whatsapp_get_media", {"media_id": MEDIA_ID})
    assert told.code == "ok", told.error
    (link,) = [block for block in told.content if block["type"] == "resource_link"]
    assert (link["uri"], link["mimeType"]) == (told.data["url"], "image/png")
    world.forget()
    at_meta("image/png", PNG)
    file = api.get(urlsplit(link["uri"]).path)
    assert (file.status_code, file.content) == (200, PNG)
    assert file.headers["content-type"] == "image/png"
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["content-disposition"] == "inline"
    assert "no-store" in file.headers["cache-control"]
    assert [asked.headers["Authorization"] for asked in world.asked] == [f"Bearer {ours.secrets[-1]}"] * 2


def test_a_link_tells_neither_the_secret_nor_whose_file_it_is(ours: Tenant) -> None:
    link = _link(ours, filename="contract.pdf")
    for hidden in (
        *ours.secrets,
        ours.customer.public_id,
        ours.connections["whatsapp"],
        "contract",
        MEDIA_ID,
    ):
        assert hidden not in link


@pytest.mark.parametrize(
    ("mime_type", "shown_as", "kind"),
    [
        ("image/jpeg", "image/jpeg", "inline"),
        ("application/pdf", "application/pdf", "attachment"),
        ("text/html", "application/octet-stream", "attachment"),
        ("text/html; charset=utf-8", "application/octet-stream", "attachment"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
        ("application/xhtml+xml", "application/octet-stream", "attachment"),
        ("text/javascript", "application/octet-stream", "attachment"),
        ("image/png\r\nSet-Cookie: a=b", "application/octet-stream", "attachment"),
        ("", "application/octet-stream", "attachment"),
    ],
)
def test_nothing_that_could_run_is_shown_in_place(mime_type: str, shown_as: str, kind: str) -> None:
    assert served_type(mime_type) == shown_as
    assert disposition(shown_as, "a.bin").startswith(f"{kind}; ")


@pytest.mark.parametrize(
    "name",
    [
        'a"; filename="b.exe',
        "a\r\nSet-Cookie: x=y",
        "../../etc/passwd",
        "\u202efdp.exe",
        "C:\\x.txt",
        "é\x00.pdf",
    ],
)
def test_a_hostile_file_name_stays_one_plain_name(name: str) -> None:
    header = disposition("application/pdf", name)
    assert header.isascii()
    assert not set(header) & set("\r\n\\/")
    assert header.count('"') == 2


def test_an_active_file_is_handed_out_to_be_saved(api: Api, ours: Tenant, at_meta: AtMeta) -> None:
    at_meta("text/html", b"<script>alert(1)</script>")
    file = api.get(_link(ours, filename="page.html"))
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"].startswith('attachment; filename="page.html"')
    assert "sandbox" in file.headers["content-security-policy"]


def test_head_tells_the_same_without_the_file(api: Api, ours: Tenant, at_meta: AtMeta) -> None:
    at_meta("image/png", PNG)
    told = api.request("HEAD", _link(ours))
    assert (told.status_code, told.headers["content-length"], told.content) == (200, str(len(PNG)), b"")
    assert api.post(_link(ours)).status_code == 405


def test_a_link_ends_after_some_minutes(api: Api, world: World, ours: Tenant, at_meta: AtMeta) -> None:
    link = _link(ours)
    with time_machine.travel(clock.now() + tokens.LIFETIME + timedelta(seconds=1)):
        assert api.get(link).status_code == 404
    assert world.asked == []


def test_a_forged_link_is_like_none(api: Api, world: World, ours: Tenant) -> None:
    link = _link(ours)
    changed = link[:-3] + ("AAA" if not link.endswith("AAA") else "BBB")
    wrong = [changed, "/media/", "/media/x", "/media/h1.m1.AAAA", link + "A", "/media/" + "A" * 9000]
    answers = {api.get(path).text for path in wrong}
    assert len(answers) == 1
    assert all(api.get(path).status_code == 404 for path in wrong)
    assert world.asked == []


@pytest.mark.parametrize("end", ["pause", "disconnect"])
def test_a_link_dies_with_its_connection(api: Api, world: World, ours: Tenant, end: str) -> None:
    link = _link(ours)
    getattr(connections, end)(ours.customer.pk, ours.connections["whatsapp"])
    world.forget()
    assert api.get(link).status_code == 404
    assert world.asked == []


def test_a_link_for_anothers_connection_opens_nothing(api: Api, world: World, ours: Tenant) -> None:
    """Tokens are made by Hermes alone; even one that mixes two customers finds no connection."""
    theirs = world.make("globex")
    mixed = tokens.link(ours.customer.pk, connection=theirs.connections["whatsapp"], media={"id": MEDIA_ID})
    world.forget()
    assert api.get(urlsplit(mixed.url).path).status_code == 404
    assert world.asked == []


def test_a_file_beyond_the_limit_is_too_large(
    api: Api, ours: Tenant, at_meta: AtMeta, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "LIMIT_BYTES", 500)
    at_meta("image/png", PNG)
    assert api.get(_link(ours)).status_code == 413


def test_media_at_a_host_that_is_not_metas_is_not_fetched(api: Api, world: World, ours: Tenant) -> None:
    facts = {"url": "http://169.254.169.254/latest/meta-data", "mime_type": "image/png"}
    world.platforms.script.append((200, {}, facts))
    assert api.get(_link(ours)).status_code in (404, 422, 502)
    assert len(world.asked) == 1


def test_a_refused_credential_stops_the_account(api: Api, world: World, ours: Tenant) -> None:
    world.platforms.script.append((401, {}, {"error": {"code": 190, "message": "expired"}}))
    assert api.get(_link(ours)).status_code == 404
    row = connections.get(ours.customer.pk, ours.connections["whatsapp"])
    assert row.status == "needs_reauth"


def test_links_of_one_customer_are_opened_at_a_limited_rate(
    api: Api, ours: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "PER_MINUTE", 2)
    answers = [api.get(_link(ours, id="1" * 10)).status_code for _ in range(3)]
    assert answers[-1] == 429


def test_a_file_that_is_handed_over_is_served_until_it_expires(api: Api, ours: Tenant) -> None:
    content = bytes(range(256)) * 6000
    files = files_of(ours.customer.pk, ours.connections["whatsapp"])
    link = urlsplit(api.run(files.hand_over(content, "image/jpeg")).url).path
    for _ in range(2):
        file = api.get(link)
        assert (file.status_code, file.headers["content-type"]) == (200, "image/jpeg")
        assert file.content == content
    with time_machine.travel(clock.now() + tokens.LIFETIME + timedelta(seconds=1)):
        assert api.get(link).status_code == 404
        forget_handed_files()
    assert api.get(link).status_code == 404


def test_handing_over_has_limits(api: Api, ours: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    files: Any = files_of(ours.customer.pk, ours.connections["whatsapp"])
    monkeypatch.setattr(handed, "LIMIT_BYTES", 10)
    with pytest.raises(TooLarge):
        api.run(files.hand_over(b"x" * 11, "image/png"))
    monkeypatch.setattr(handed, "LIMIT_FILES", 1)
    api.run(files.hand_over(b"x", "image/png"))
    with pytest.raises(TooLarge):
        api.run(files.hand_over(b"x", "image/png"))


def test_erasing_a_customer_takes_the_files_it_handed_over(api: Api, ours: Tenant) -> None:
    files = files_of(ours.customer.pk, ours.connections["whatsapp"])
    link = urlsplit(api.run(files.hand_over(b"x" * 600_000, "image/png")).url).path
    erased = erasure.erase(ours.customer, by=SYSTEM)
    assert erased.rows["inbox.HandedFile"] == 1
    assert api.get(link).status_code == 404


def test_more_files_than_are_fetched_at_once_wait_for_their_turn(
    api: Api, ours: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    running: list[int] = []
    peaks: list[int] = []

    async def fetch(*_: Any) -> MediaFile:
        running.append(1)
        peaks.append(len(running))
        await asyncio.sleep(0)
        running.pop()
        return MediaFile(content=PNG, mime_type="image/png")

    whatsapp = dataclasses.replace(all_connectors()["whatsapp"], fetch_media=fetch)
    monkeypatch.setattr(source, "all_connectors", lambda: {"whatsapp": whatsapp})
    tickets = [tokens.read(_link(ours).removeprefix("/media/")) for _ in range(source.AT_ONCE + 3)]

    async def all_at_once() -> list[MediaFile]:
        return await asyncio.gather(*(source.file_of(ticket) for ticket in tickets))

    assert [file.content for file in api.run(all_at_once())] == [PNG] * len(tickets)
    assert max(peaks) <= source.AT_ONCE
