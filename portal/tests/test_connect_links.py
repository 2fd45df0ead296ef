"""The page of a connect link: for members who may connect accounts, once; for others there is none."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client

from hermes.core import clock, ids
from portal.tests.test_access import signed_in
from tenants import actors, connect_links, connections, members, refusals
from tenants.models import Connection, ConnectLink
from tenants.oauth.models import ConnectAttempt
from tests.support.upstream import Upstream

SECRET = "token-canary-71"
FORM = {"credentials-token": SECRET, "label": "Front desk"}


@pytest.fixture
def browser(acme: Any) -> Client:
    """Acme's owner."""
    return signed_in(members.listed(acme.customer.pk).get().user)


@pytest.fixture
def link(acme: Any) -> ConnectLink:
    """A link that acme's agent asked for."""
    return connect_links.make(
        acme.customer.pk,
        "probe",
        mode="live",
        account="Front desk",
        asked_as="<b>Desk agent</b>",
        by=actors.SYSTEM,
    )


def path_of(link: ConnectLink) -> str:
    return "/connect/" + connect_links.address(link).rpartition("/")[2]


def accept(upstream: Upstream, acme: Any) -> None:
    """The platform takes the next token."""
    upstream.script.append((200, {}, {"id": acme.customer.public_id, "name": "Probe"}))


def accounts(acme: Any) -> list[Connection]:
    return list(connections.listed(acme.customer.pk))


def without_tokens(page: bytes) -> bytes:
    return re.sub(rb'[\w-]{64}|nonce="[^"]*"', b"", page)


def test_the_page_says_who_asks_for_what_with_the_guide_and_the_form(
    browser: Client, link: ConnectLink
) -> None:
    answer = browser.get(path_of(link))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "&lt;b&gt;Desk agent&lt;/b&gt;" in page
    assert all(part in page for part in ("Probe", "acme", 'value="Front desk"', 'name="credentials-token"'))
    assert "no-store" in answer["Cache-Control"]


def test_the_account_is_verified_connected_and_the_person_sent_back(
    browser: Client, link: ConnectLink, acme: Any, upstream: Upstream
) -> None:
    accept(upstream, acme)
    answer = browser.post(path_of(link), FORM, follow=True)
    assert answer.redirect_chain == [(path_of(link), 302)]
    assert "Go back to your agent" in answer.content.decode()
    [row] = accounts(acme)
    assert (row.account, row.status, row.mode) == ("Front desk", "active", "live")
    again = browser.post(path_of(link), FORM)
    assert "Go back to your agent" in again.content.decode()
    assert len(upstream.asked) == 1
    assert len(accounts(acme)) == 1


def test_a_refused_secret_is_not_echoed_and_the_link_works_on(
    browser: Client, link: ConnectLink, acme: Any, upstream: Upstream
) -> None:
    upstream.script.append((401, {}, {}))
    refused = browser.post(path_of(link), FORM)
    assert refused.status_code == 400
    assert SECRET not in refused.content.decode()
    assert accounts(acme) == []
    accept(upstream, acme)
    assert browser.post(path_of(link), FORM).status_code == 302


def test_oa15_nobody_else_finds_the_page_nor_connects_by_it(
    browser: Client, link: ConnectLink, acme: Any, globex: Any, acme_viewer: Any, upstream: Upstream
) -> None:
    stranger = signed_in(members.listed(globex.customer.pk).get().user)
    unknown = f"/connect/{ids.new('lnk')}.{'A' * 22}"
    for someone in (stranger, signed_in(acme_viewer)):
        for method in (someone.get, someone.post):
            answers = [
                method(path, FORM if method == someone.post else None) for path in (path_of(link), unknown)
            ]
            assert [a.status_code for a in answers] == [404, 404]
            assert without_tokens(answers[0].content) == without_tokens(answers[1].content)
    for path in (path_of(link), unknown):
        answer = Client().get(path)
        assert (answer.status_code, answer["Location"]) == (302, f"/account/login/?next={path}")
        assert Client().post(path, FORM)["Location"] == answer["Location"]
    forged = path_of(link)[:-1] + ("A" if path_of(link)[-1] != "A" else "B")
    assert browser.get(forged).status_code == 404
    assert (accounts(acme), upstream.asked) == ([], [])


def test_an_agencys_client_connects_once_invited(link: ConnectLink, acme: Any, upstream: Upstream) -> None:
    client = get_user_model().objects.create_user(username=f"{link.public_id}@example.com")
    browser = signed_in(client)
    assert browser.get(path_of(link)).status_code == 404
    members.add(acme.customer.pk, client, "developer")
    accept(upstream, acme)
    assert browser.post(path_of(link), FORM).status_code == 302


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_oa15_a_link_that_ended_says_so_and_connects_nothing(
    browser: Client, link: ConnectLink, acme: Any, upstream: Upstream, end: str
) -> None:
    later = timedelta(0) if end == "revoked" else connect_links.LIFETIME
    if end == "revoked":
        connect_links.withdraw(link, by=actors.SYSTEM)
    with time_machine.travel(clock.now() + later, tick=True):
        for answer in (browser.get(path_of(link)), browser.post(path_of(link), FORM)):
            assert answer.status_code == 410
            assert "This link has ended" in answer.content.decode()
    assert (accounts(acme), upstream.asked) == ([], [])


def test_ad07_a_form_of_another_site_is_refused(link: ConnectLink, acme: Any, upstream: Upstream) -> None:
    browser = Client(
        enforce_csrf_checks=True, headers={"Accept": "text/html", "Origin": "https://evil.example"}
    )
    browser.force_login(members.listed(acme.customer.pk).get().user)
    assert browser.post(path_of(link), FORM).status_code == 403
    assert (accounts(acme), upstream.asked) == ([], [])


def test_a_member_of_two_customers_connects_for_the_links_one(
    link: ConnectLink, acme: Any, globex: Any, upstream: Upstream
) -> None:
    both = members.listed(globex.customer.pk).get().user
    members.add(acme.customer.pk, both, "admin")
    accept(upstream, acme)
    assert signed_in(both).post(path_of(link), FORM).status_code == 302
    assert [row.account for row in accounts(acme)] == ["Front desk"]
    assert accounts(globex) == []


def test_an_account_to_reconnect_is_named(
    browser: Client, link: ConnectLink, acme: Any, upstream: Upstream
) -> None:
    accept(upstream, acme)
    row = connections.link(acme.customer.pk, "probe", {"token": "old"}, label="Front desk")
    refusals.mark_needs_reauth(acme.customer.pk, row.public_id, "The token was revoked.")
    assert "no longer takes the credentials" in browser.get(path_of(link)).content.decode()
    accept(upstream, acme)
    browser.post(path_of(link), FORM)
    assert [(r.public_id, r.status) for r in accounts(acme)] == [(row.public_id, "active")]


def test_where_the_platform_has_a_sign_in_a_button_begins_it_for_this_link(
    browser: Client, acme: Any
) -> None:
    link = connect_links.make(acme.customer.pk, "linkedin", mode="test", by=actors.SYSTEM)
    page = browser.get(path_of(link)).content.decode()
    assert 'name="provider" value="LINKEDIN"' in page
    answer = browser.post(path_of(link), {"provider": "LINKEDIN"})
    assert answer.status_code == 200
    assert 'http-equiv="refresh"' in answer.content.decode()
    attempt = ConnectAttempt.objects.of(acme.customer).get()
    assert (attempt.link, attempt.platform, attempt.mode) == (link.public_id, "linkedin", "test")
    assert browser.post(path_of(link), {"provider": "TWITTER"}).status_code == 422
    link.refresh_from_db()
    assert connect_links.status(link) == "open"
