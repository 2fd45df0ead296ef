"""Pages for everybody: they offer what this deployment does, and show no other file."""

import re
from typing import Any

import pytest
from django.test import Client

from billing.plans import PLANS
from portal import landing
from portal.documentation import pages


def page(path: str = "/") -> str:
    answer = Client(headers={"Accept": "text/html"}).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("is_open", "operator", "shown", "hidden"),
    [
        (True, "", "Create an account", "operator"),
        (True, "key", "The operator of this Hermes has a key of its own", "by invitation"),
        (False, "", "Accounts here are by invitation", "Create an account"),
        (False, "key", "This Hermes serves one business", "Create an account"),
    ],
)
def test_page_offers_what_the_deployment_does(
    settings: Any, is_open: bool, operator: str, shown: str, hidden: str
) -> None:
    settings.OPEN_SIGNUP, settings.MCP_API_KEY = is_open, operator
    text = page()
    assert shown in text
    assert hidden not in text


def test_member_is_led_to_the_portal(acme: Any) -> None:
    client = Client()
    client.force_login(acme.customer.memberships.get().user)
    assert "Open the portal" in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("prices", "names"), [({}, []), ({"price_1": "growth"}, ["free", "growth"]), ({"p": "none"}, ["free"])]
)
def test_plans_are_shown_where_they_are_sold(settings: Any, prices: dict[str, str], names: list[str]) -> None:
    settings.STRIPE_PRICES = prices
    assert [offer.plan.slug for offer in landing.offers()] == names
    assert ('<h2 id="plans">' in page()) is bool(names)


def test_prices_are_written_as_people_write_them() -> None:
    assert [landing.price(plan) for plan in PLANS.values()] == [
        *("Free", "29 EUR a month", "99 EUR a month", "By agreement")
    ]


def test_snippet_is_the_one_that_works_here_and_holds_no_key(settings: Any) -> None:
    settings.PUBLIC_URL = "https://hermes.example.org"
    text = page()
    assert "claude mcp add --transport http hermes https://hermes.example.org/mcp" in text
    assert settings.MCP_API_KEY not in text


def test_links_of_the_documentation_lead_to_pages() -> None:
    client = Client()
    for name in pages():
        text = page(f"/docs/{name}/")
        links = set(re.findall(r'href="(/docs/[^"#]*)', text))
        assert len(links) >= len(pages())
        assert {client.get(link).status_code for link in links} == {200}


@pytest.mark.parametrize("name", ["operations", "adr/README", "../README", "connectors/../operations", "x"])
def test_other_files_are_not_shown(name: str) -> None:
    assert Client().get(f"/docs/{name}/").status_code == 404
