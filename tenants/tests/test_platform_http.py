"""A credential goes to the connector's own hosts, and the sandbox to none."""

import asyncio
import dataclasses
import threading
from typing import Any

import pytest

from connectors.kit.context import HttpResponse
from connectors.kit.secret import Secret
from connectors.kit.testing import FakeHttp, FakeInbox, answer
from connectors.registry import all_connectors
from hermes.core.errors import PlatformRejected
from hermes.core.http_types import NotReached
from tenants import context, keys
from tenants.platform_http import PlatformHttp
from tenants.tests.conftest import Link
from tests.support.upstream import Upstream

TOKEN = Secret("a token")


def get(http: PlatformHttp, url: str, **options: Any) -> HttpResponse:
    return asyncio.run(http.request("GET", url, **options))


@pytest.fixture
def wire(settings: Any) -> FakeHttp:
    settings.CONNECTOR_SETTINGS = {
        **settings.CONNECTOR_SETTINGS,
        "PROBE_API_BASE": "https://api.probe.example",
    }
    return FakeHttp(lambda _: answer(200, {}))


@pytest.fixture
def http(wire: FakeHttp) -> PlatformHttp:
    probe = dataclasses.replace(all_connectors()["probe"], hosts=("media.example", "*.cdn.example"))
    return PlatformHttp(wire, probe)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.probe.example/me",
        "https://media.example/file",
        "https://eu.cdn.example/file",
        "https://a.b.cdn.example/file",
    ],
)
def test_a_named_host_gets_the_credential(http: PlatformHttp, wire: FakeHttp, url: str) -> None:
    assert get(http, url, bearer=TOKEN).status == 200
    assert wire.requests[-1].bearer == TOKEN


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/me",
        "https://api.probe.example.evil.example/me",
        "https://api.probe.example:8443/me",
        "http://api.probe.example/me",
        "http://media.example/file",
        "https://cdn.example/file",
        "https://evilcdn.example/file",
        "https://user@media.example/file",
        "https://media.example@evil.example/file",
        "https://evil.example/https://media.example",
        "https://evil.example#media.example",
        "//media.example/file",
        "",
    ],
)
@pytest.mark.parametrize(
    "credential",
    [{"bearer": TOKEN}, {"headers": {"Authorization": "a token"}}, {"headers": {"aUTHORIZATION": "x"}}],
)
def test_r36_no_other_host_does(
    http: PlatformHttp, wire: FakeHttp, url: str, credential: dict[str, Any]
) -> None:
    with pytest.raises(PlatformRejected) as refused:
        get(http, url, **credential)
    assert "a token" not in refused.value.message
    assert wire.requests == []


def test_without_a_credential_any_host_may_be_asked(http: PlatformHttp, wire: FakeHttp) -> None:
    get(http, "https://elsewhere.example/file", headers={"Accept": "image/png"})
    assert [r.url for r in wire.requests] == ["https://elsewhere.example/file"]


def test_a_bound_call_has_its_own_credentials_settings_and_folder(
    acme: Any, globex: Any, link: Link, upstream: Upstream, settings: Any
) -> None:
    contexts = {}
    for person in (acme, globex):
        link(person.customer, token=f"token of {person.name}")
        principal = keys.load_principal(person.live_key)
        bound = context.bind(principal, principal.connections[0], inbox=FakeInbox(), call_token="t" * 32)
        assert bound.credentials().dump() == {"token": f"token of {person.name}"}
        assert dict(bound.config) == {"PROBE_API_BASE": upstream.base}
        assert bound.call_token == "t" * 32
        contexts[person.name] = bound
    folders = {c.vault.folder for c in contexts.values() if c.vault}
    assert len(folders) == 2
    assert all(f.is_relative_to(settings.DATA_DIR / "vaults") for f in folders)


def test_a_handler_is_given_no_id_of_a_customer(acme: Any, link: Link) -> None:
    link(acme.customer)
    principal = keys.load_principal(acme.live_key)
    bound = context.bind(principal, principal.connections[0], inbox=FakeInbox(), call_token="t" * 32)
    shown = repr({f.name: getattr(bound, f.name) for f in dataclasses.fields(bound) if f.name != "vault"})
    assert acme.customer.public_id not in shown


def test_a_sandbox_call_reaches_no_network(acme: Any) -> None:
    principal = keys.load_principal(acme.test_key)
    view = next(c for c in principal.connections if c.platform == "whatsapp")
    bound = context.bind(principal, view, inbox=FakeInbox(), call_token="t" * 32)

    async def dial() -> None:
        await bound.dial("imap.example.com", 993)

    with pytest.raises(NotReached):
        asyncio.run(dial())
    base = bound.config["WHATSAPP_API_BASE"]
    told = asyncio.run(
        bound.http.request("GET", f"{base}/v26.0/{view.external_id}", bearer=Secret("EAA_anything"))
    )
    assert told.json()["id"] == view.external_id


def test_one_connections_slow_work_takes_a_few_threads_only(acme: Any, globex: Any, link: Link) -> None:
    bound = []
    for person in (acme, globex):
        link(person.customer)
        principal = keys.load_principal(person.live_key)
        bound.append(
            context.bind(principal, principal.connections[0], inbox=FakeInbox(), call_token="t" * 32)
        )
    running, most, done = 0, 0, threading.Event()
    count = threading.Lock()

    def slow() -> None:
        nonlocal running, most
        with count:
            running += 1
            most = max(most, running)
        done.wait(30)
        with count:
            running -= 1

    async def scenario() -> None:
        ours = [asyncio.ensure_future(bound[0].blocking(slow)) for _ in range(3 * context.AT_ONCE)]
        while running < context.AT_ONCE:
            await asyncio.sleep(0.01)
        await bound[1].blocking(done.set)
        await asyncio.gather(*ours)

    asyncio.run(scenario())
    assert most == context.AT_ONCE
