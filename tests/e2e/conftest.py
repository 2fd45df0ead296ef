"""Fixtures of the tests in a browser: a live Hermes over the tests' database, and people signed in."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from portal.staff.tests.conftest import signed_in as staff_signed_in
from tests.e2e.browsing import BrowserThread, chromium
from tests.e2e.letters import Letters
from tests.support.web import Web

NO_BROWSER = "NO BROWSER TEST RUNS: there is no Chromium on the PATH (apt install chromium)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those in a browser are marked; the first of them waits for it and for a server to start."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(240))
            if "browser" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.browser)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run the bodies of these tests in the browser's thread."""
    if "browser" not in pyfuncitem.fixturenames:
        return None
    wanted = pyfuncitem._fixtureinfo.argnames
    given = {name: pyfuncitem.funcargs[name] for name in wanted}
    thread: Any = pyfuncitem.funcargs["browser"]
    thread.run(functools.partial(pyfuncitem.obj, **given))
    return True


@pytest.fixture(scope="session")
def browser() -> Iterator[BrowserThread]:
    """Chromium; the tests are skipped, loudly, where there is none."""
    program = chromium()
    if program is None:
        pytest.skip(NO_BROWSER)
    thread = BrowserThread(program)
    yield thread
    thread.end()


@pytest.fixture(scope="session")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Letters:
    """What the live Hermes has sent by e-mail."""
    return Letters(tmp_path_factory.mktemp("letters"))


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """Hermes on a port of its own."""
    log: Path = tmp_path_factory.mktemp("live") / "web.log"
    web = Web(log).await_start()
    yield web
    web.end()


@pytest.fixture(scope="session")
def address(live: Web) -> str:
    """Where the live Hermes is; by name, as passkeys need it."""
    return live.base.replace("127.0.0.1", "localhost")


@pytest.fixture
def sign_in(browser: BrowserThread, address: str) -> Iterator[Callable[..., Page]]:
    """A browser of a person's: `sign_in(user)`; `sign_in(None, view="phone")` is a stranger's."""
    opened: list[BrowserContext] = []

    def enter(user: Any, **how: Any) -> Page:
        context = browser.open(address, **how)
        opened.append(context)
        if user is not None:
            context.add_cookies([session_of(user, address)])  # type: ignore[list-item]
        return context.new_page()

    yield enter
    for context in opened:
        browser.run(context.close)


def session_of(user: Any, address: str) -> dict[str, str]:
    """The cookie of a session of the user's."""
    client = client_of(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": address}


def client_of(user: Any) -> Client:
    """A client that is signed in as the user, staff with their second factor; nobody's for None."""
    if user is not None and user.is_staff:
        return staff_signed_in(user, "password", "mfa")
    client = Client(headers={"Accept": "text/html", "Host": "localhost"})
    if user is not None:
        client.force_login(user)
    return client
