"""`manage.py create_customer`."""

import json
import uuid
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tenants import keys


def create(**options: Any) -> str:
    told = StringIO()
    call_command("create_customer", stdout=told, **options)
    return told.getvalue()


def test_it_prints_one_json_object_whose_keys_work() -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    made = json.loads(create(email=email, name="Acme", plan="starter", json=True))
    assert set(made) == {"customer_id", "live_key", "test_key"}
    principal = keys.load_principal(made["live_key"])
    assert (principal.customer, principal.plan.slug) == (made["customer_id"], "starter")
    assert keys.load_principal(made["test_key"]).mode == "test"


def test_it_prints_lines_for_people() -> None:
    told = create(email=f"{uuid.uuid4().hex}@example.com")
    assert [line.split()[0] for line in told.splitlines()] == ["customer_id", "live_key", "test_key"]


def test_an_e_mail_that_is_taken_or_odd_is_a_clear_error() -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    create(email=email)
    with pytest.raises(CommandError, match="already"):
        create(email=email)
    with pytest.raises(CommandError, match="e-mail address"):
        create(email="nobody")
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("create_customer", "--email", "a@b.example", "--plan", "gold")
