"""The page on which a person decides (OA13, OA14)."""

import re
import uuid
from typing import Any

import pytest

from mcp_gateway.oauth.consent_form import PROFILES
from mcp_gateway.oauth.tests.flow import LOOPBACK, Browser, Flow, answered
from tenants import customers, key_limits, members
from tests.support.api import Api

WEB = "https://agent.example.com/callback"


def another_person(role: str, *where: Any) -> Any:
    from django.contrib.auth import get_user_model

    name = f"{role}-{uuid.uuid4().hex[:12]}@example.com"
    user = get_user_model().objects.create_user(username=name, email=name)
    for customer in where:
        members.add(customer.pk, user, role)
    return user


def test_the_page_says_who_asks_for_what_and_where_one_returns(flow: Flow) -> None:
    flow.register(client_name="Inbox helper", redirect_uris=[WEB])
    page = flow.ask(redirect_uri=WEB, scope="tools:read inbox:read").text
    assert "Inbox helper" in page
    assert "agent.example.com" in page
    assert "Read stored conversations." in page
    assert "Manage connections" not in page
    assert flow.customer.name in page
    assert "on this computer" not in page


def test_a_client_on_ones_own_machine_is_announced_as_unproven(flow: Flow) -> None:
    flow.register()
    assert "Hermes cannot check who made" in re.sub(r"\s+", " ", flow.ask().text)


def test_oa13_the_page_is_not_framed_kept_or_shown_without_signing_in(api: Api, flow: Flow) -> None:
    flow.register()
    page = flow.ask()
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["cache-control"] == "no-store"
    assert "http://127.0.0.1:33418" in page.headers["content-security-policy"]
    assert "http://127.0.0.1" not in api.get("/account/login/").headers["content-security-policy"]
    flow.browser = Browser(api, None)
    assert flow.ask().status_code == 302


def test_oa13_a_decision_needs_the_page_it_was_made_on(api: Api, flow: Flow) -> None:
    flow.register()
    page = flow.ask()
    assert flow.decide(page, csrfmiddlewaretoken=None).status_code == 403
    assert flow.decide(page, csrfmiddlewaretoken="x" * 64).status_code == 403
    assert flow.decide(page, ticket=None).status_code == 403
    assert flow.decide(page, ticket="forged").status_code == 403
    other = flow.ask(scope="tools:read")
    ticket = re.search(r'name="ticket" value="([^"]+)"', other.text)
    assert ticket is not None
    assert flow.decide(page, ticket=ticket[1]).status_code == 403
    assert not flow.customer.agents.exists()


def test_oa13_a_page_that_one_person_opened_is_not_anothers_to_send(
    api: Api, flow: Flow, stranger: Flow
) -> None:
    flow.register()
    page = flow.ask()
    mine = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert mine is not None
    stranger.client, stranger.verifier = flow.client, flow.verifier
    theirs = stranger.ask()
    assert stranger.decide(theirs, ticket=mine[1]).status_code == 403
    refused = stranger.decide(theirs, customer=flow.customer.public_id)
    assert refused.status_code == 422
    assert not flow.customer.agents.exists()
    assert not stranger.customer.agents.exists()


def test_oa14_every_request_is_asked_about_and_remembered_for_what_it_was(flow: Flow) -> None:
    first = flow.register(client_name="Twin", redirect_uris=[WEB, LOOPBACK])
    flow.tokens()
    flow.tokens()
    assert flow.customer.agents.count() == 1
    flow.tokens(redirect_uri=WEB)
    flow.tokens(scope="tools:read", decide={"scopes": ["tools:read"]})
    assert flow.customer.agents.count() == 3
    assert flow.register(client_name="Twin")["client_id"] != first["client_id"]
    flow.tokens()
    assert flow.customer.agents.count() == 4


def test_what_was_chosen_before_is_chosen_again(flow: Flow) -> None:
    flow.register()
    flow.tokens(decide={"profile": "full", "mode": "test"})
    page = re.sub(r"\s+", " ", flow.ask().text)
    assert re.search(r'<option value="full" selected', page)
    assert re.search(r'value="test"[^>]*checked', page)


def test_a_person_chooses_among_their_customers_and_gives_no_more_than_their_role(
    api: Api, flow: Flow, stranger: Flow
) -> None:
    user = another_person("viewer", flow.customer, stranger.customer)
    members.change_role(stranger.customer.pk, user.pk, "developer")
    flow.browser = Browser(api, user)
    flow.register()
    page = flow.ask()
    assert flow.customer.name in page.text
    assert stranger.customer.name in page.text
    assert set(flow.tokens()["scope"].split()) == {"tools:read", "inbox:read"}
    developed = flow.tokens(decide={"customer": stranger.customer.public_id})
    assert set(developed["scope"].split()) == {"tools:read", "tools:write", "inbox:read"}
    refused = flow.decide(flow.ask(), scopes=["manage"])
    assert refused.status_code == 422
    assert "Your role there includes none of these" in refused.text


def test_customers_for_whom_one_may_not_are_not_offered(api: Api, flow: Flow, stranger: Flow) -> None:
    user = another_person("auditor", flow.customer)
    members.add(stranger.customer.pk, user, "viewer")
    customers.suspend(stranger.customer)
    flow.browser = Browser(api, user)
    flow.register()
    page = flow.ask()
    assert "Your role does not allow this" in page.text
    assert 'value="allow"' not in page.text
    for customer in (flow.customer, stranger.customer):
        assert flow.decide(page, customer=customer.public_id).status_code in (403, 422)
    assert answered(flow.decide(page, decision="deny"))["error"] == "access_denied"


@pytest.mark.parametrize(
    "choice",
    [
        {"customer": "cus_01J00000000000000000000000"},
        {"customer": None},
        {"scopes": []},
        {"scopes": ["root"]},
        {"profile": "root"},
        {"mode": "root"},
        {"mode": None},
    ],
    ids=str,
)
def test_a_choice_that_was_not_offered_is_shown_again(flow: Flow, choice: dict[str, Any]) -> None:
    flow.register()
    assert flow.decide(flow.ask(), **choice).status_code == 422
    assert not flow.customer.agents.exists()


def test_every_profile_of_a_key_can_be_chosen() -> None:
    assert {profile for profile, _ in PROFILES} == set(key_limits.PROFILES)
