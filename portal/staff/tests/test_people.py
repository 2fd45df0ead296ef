"""The staff are made at the command line, and sign in as everybody does, with a second factor."""

import io
import uuid
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client

from portal.staff.tests.conftest import signed_in, staff_user

PASSWORD = "correct horse battery staple"


def run(monkeypatch: pytest.MonkeyPatch, *options: str, password: str = PASSWORD) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    told = io.StringIO()
    call_command("create_staff", *options, stdout=told)
    return told.getvalue()


def visitor() -> Client:
    """Somebody in a network of their own: wrong passwords are counted for each."""
    network = uuid.uuid4().hex
    address = f"2001:db8:{network[:4]}:{network[4:8]}::1"
    return Client(REMOTE_ADDR=address, headers={"host": "localhost"})


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def test_one_made_at_the_command_line_signs_in_and_must_set_up_a_second_factor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    email = f"new-{id(monkeypatch)}@example.com"
    assert "/admin/" in run(monkeypatch, "--email", email, "--superuser")
    client = visitor()
    client.post("/account/login/", {"login": email, "password": PASSWORD})
    told = client.get("/admin/", follow=True)
    assert (told.status_code, "second factor" in told.content.decode()) == (403, True)


def test_ad05_password_alone_opens_nothing_and_the_code_does(monkeypatch: pytest.MonkeyPatch) -> None:
    email = f"coded-{id(monkeypatch)}@example.com"
    run(monkeypatch, "--email", email)
    secret = generate_totp_secret()
    TOTP.activate(get_user_model().objects.get(email=email), secret)
    client = visitor()
    client.post("/account/login/", {"login": email, "password": PASSWORD})
    assert client.get("/admin/").status_code == 302
    client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert client.get("/admin/").status_code == 302
    client.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert client.get("/admin/").status_code == 200


def test_ad05_wrong_passwords_lock_the_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    email = f"locked-{id(monkeypatch)}@example.com"
    run(monkeypatch, "--email", email)
    client = visitor()
    for _ in range(20):
        client.post("/account/login/", {"login": email, "password": "wrong"})
    client.post("/account/login/", {"login": email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_members_of_customers_are_never_made_staff(monkeypatch: pytest.MonkeyPatch, acme: Any) -> None:
    with pytest.raises(CommandError, match="address of their own"):
        run(monkeypatch, "--email", acme.email, "--again")
    assert not get_user_model().objects.get(email=acme.email).is_staff


def test_weak_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="too short"):
        run(monkeypatch, "--email", "weak@example.com", password="abc")


def test_new_start_drops_password_factors_and_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    user = staff_user(superuser=True)
    client = signed_in(user, "password", "mfa")
    assert client.get("/admin/").status_code == 200
    with pytest.raises(CommandError, match="--again"):
        run(monkeypatch, "--email", user.email)
    run(monkeypatch, "--email", user.email, "--again")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert not user.is_superuser
    assert not Authenticator.objects.filter(user=user).exists()
    assert client.get("/admin/", follow=True).status_code == 200  # where one signs in
    assert "_auth_user_id" not in client.session
