"""Who is let in: staff who have shown a second factor in this session, and nobody else (R-65, TE12, AD05)."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from portal.staff.tests.conftest import Rows, page_of, signed_in, staff_user


def addresses() -> list[str]:
    """An address for each page of the site."""

    def walk(urls: Any, before: str) -> list[str]:
        found = []
        for url in urls:
            pattern = before + str(url.pattern)
            if isinstance(url, URLResolver):
                found += walk(url.url_patterns, pattern)
            elif isinstance(url, URLPattern) and url.name not in ("login", "logout", None):
                if url.name == "app_list":
                    pattern = f"{before}inbox/"
                for part, put in {"<path:object_id>": "1", "<str:customer>": "cus_1"}.items():
                    pattern = pattern.replace(part, put)
                found.append("/" + pattern)
        return found

    return walk(admin.site.get_urls(), "admin/")


def user_of(person: Any) -> Any:
    return get_user_model().objects.get(email=person.email)


def test_strangers_are_sent_to_sign_in_from_every_page() -> None:
    asked, stranger = addresses(), Client(headers={"host": "localhost"})
    assert len(asked) > 40
    for address in asked:
        for answer in (stranger.get(address), stranger.post(address)):
            assert answer.headers["Location"] == f"/admin/login/?next={address}"
    wanted = stranger.get("/admin/login/?next=/admin/audit/").headers["Location"]
    assert wanted == f"{reverse('account_login')}?next=%2Fadmin%2Faudit%2F"


def test_te12_owners_of_customers_are_refused_every_page(acme: Any, acme_viewer: Any) -> None:
    for user in (user_of(acme), acme_viewer):
        client = signed_in(user, "password", "mfa")
        for address in addresses():
            assert client.get(address).headers["Location"] == f"/admin/login/?next={address}"
        assert client.get("/admin/login/").status_code == 403


def test_te12_staff_without_a_second_factor_are_told_to_set_one_up(rows: Rows) -> None:
    client = signed_in(staff_user(superuser=True, second_factor=False), "password")
    for address in ("/admin/", page_of(rows.connection)):
        answer = client.get(address, follow=True)
        assert answer.status_code == 403
        assert reverse("mfa_index") in answer.content.decode()
        assert rows.connection.public_id not in answer.content.decode()


def test_session_from_before_the_second_factor_must_show_it() -> None:
    client = signed_in(staff_user(), "password")
    answer = client.get("/admin/tenants/customer/", follow=False)
    asked = client.get(answer.headers["Location"])
    assert asked.headers["Location"].startswith(reverse("mfa_reauthenticate"))


def test_second_factor_taken_away_closes_the_session(staff: Client) -> None:
    assert staff.get("/admin/").status_code == 200
    Authenticator.objects.filter(user=staff.session["_auth_user_id"]).delete()
    assert staff.get("/admin/", follow=True).status_code == 403


def test_user_who_is_staff_no_longer_is_out_with_the_next_click(staff: Client) -> None:
    get_user_model().objects.filter(pk=staff.session["_auth_user_id"]).update(is_staff=False)
    assert staff.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_sign_in_leads_nowhere_else(staff: Client, wanted: str) -> None:
    assert staff.get("/admin/login/", {"next": wanted}).headers["Location"] == "/admin/"


def test_sign_out_is_by_post_and_ends_the_session(staff: Client) -> None:
    staff.get("/admin/logout/")
    assert staff.get("/admin/").status_code == 200
    staff.post("/admin/logout/")
    assert staff.get("/admin/").status_code == 302


def test_pages_of_libraries_are_not_on_the_site() -> None:
    ours = {"tenants", "billing", "audit", "inbox", "mcp_gateway"}
    assert {model._meta.app_label for model in admin.site._registry} <= ours
    admin.site.register(Authenticator)
    assert Authenticator not in admin.site._registry
