"""The mail servers, for the tests that ask for them."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.email.tests import servers
from connectors.email.tests.servers import MailServers
from hermes.core import egress


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "mail: needs Dovecot and OpenSMTPD, and root to start them")


@pytest.fixture(scope="session")
def mail_servers() -> Iterator[MailServers]:
    """Dovecot and OpenSMTPD, started once; skipped loudly where they cannot run."""
    if why := servers.missing():
        pytest.skip(f"!!!!!!!! SKIPPED: real mail servers: {why} !!!!!!!!")
    with servers.running() as started:
        yield started


@pytest.fixture
def mail(mail_servers: MailServers, settings: Any) -> Iterator[MailServers]:
    """The servers, which the guard lets through and whose certificate it trusts."""
    settings.EGRESS_ALLOW = mail_servers.allowed
    settings.EGRESS_CA = str(mail_servers.authority)
    egress.tls_context.cache_clear()
    yield mail_servers
    egress.tls_context.cache_clear()
