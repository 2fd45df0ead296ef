"""The operator: one key of the environment, with the accounts of the environment."""

from typing import Any

import pytest

from hermes.core.errors import Conflict, Internal, NeedsReauth, Unauthenticated
from tenants import connections, credentials, erasure, keys, single_user
from tenants.actors import SYSTEM
from tenants.principals import ConnectionView, Principal
from tenants.roles import EVERY_SCOPE
from tests.support.upstream import Upstream

KEY = "operator-key-of-this-test-0123456789"
VARIABLE = "HERMES_PROBE_TOKEN"


@pytest.fixture
def operator(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation with an operator key and a probe account in its environment."""
    settings.MCP_API_KEY = KEY
    monkeypatch.setenv(VARIABLE, "token of the environment")


def environments(principal: Principal) -> list[ConnectionView]:
    return [c for c in principal.connections if c.source == "environment"]


def test_the_operators_key_is_the_operator_with_the_environments_accounts(operator: None) -> None:
    principal = keys.load_principal(KEY)
    assert (principal.kind, principal.mode, principal.customer) == ("operator", "live", single_user.OPERATOR)
    assert (principal.scopes, principal.plan.slug, principal.tools) == (EVERY_SCOPE, "enterprise", None)
    (view,) = environments(principal)
    assert (view.platform, view.status, view.sealed) == ("probe", "active", "")
    assert credentials.opener(principal, view)().dump() == {"token": "token of the environment"}
    assert environments(keys.load_principal(KEY)) == [view]


def test_a_variable_may_name_a_file(operator: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    secret = tmp_path / "token"
    secret.write_text("token of a file\n")
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv(f"{VARIABLE}_FILE", str(secret))
    principal = keys.load_principal(KEY)
    (view,) = environments(principal)
    assert credentials.opener(principal, view)().dump() == {"token": "token of a file"}
    secret.unlink()
    with pytest.raises(NeedsReauth, match=f"{VARIABLE}_FILE"):
        credentials.opener(principal, view)()


def test_an_account_is_there_only_while_the_environment_has_it(
    operator: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(environments(keys.load_principal(KEY))) == 1
    monkeypatch.delenv(VARIABLE)
    assert environments(keys.load_principal(KEY)) == []


@pytest.mark.parametrize("presented", ["", KEY[:-1], KEY + "x", KEY.upper(), "operator", "\udcff"])
def test_nothing_but_the_whole_key_is_the_operator(operator: None, presented: str) -> None:
    with pytest.raises(Unauthenticated):
        keys.load_principal(presented)


def test_without_the_setting_there_is_no_operator(settings: Any) -> None:
    settings.MCP_API_KEY = ""
    for presented in ("", KEY):
        with pytest.raises(Unauthenticated):
            keys.load_principal(presented)


def test_no_customer_ever_gets_the_environments_credentials(operator: None, acme: Any) -> None:
    assert environments(keys.load_principal(acme.live_key)) == []
    with pytest.raises(Internal):
        single_user.credentials(acme.customer.public_id, "probe")
    forged = acme.customer.connections.create(
        platform="probe", mode="live", account="forged", source="environment", status="active"
    )
    principal = keys.load_principal(acme.live_key)
    (view,) = environments(principal)
    with pytest.raises(Internal):
        credentials.opener(principal, view)()
    with pytest.raises(Internal):
        connections.verify(acme.customer.pk, forged.public_id)


def test_a_malformed_variable_is_named_and_its_value_is_not(
    operator: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "x" * 201)
    principal = keys.load_principal(KEY)
    with pytest.raises(NeedsReauth, match=VARIABLE) as refused:
        credentials.opener(principal, environments(principal)[0])()
    assert "xxx" not in refused.value.message


def test_the_environments_account_is_verified_like_any_other(operator: None, upstream: Upstream) -> None:
    principal = keys.load_principal(KEY)
    (view,) = environments(principal)
    upstream.script.append((200, {}, {"id": f"env-{KEY}", "name": "Env"}))
    verified = connections.verify(principal.customer_id, view.public_id)
    assert verified.live_claim == f"probe:env-{KEY}"
    assert upstream.asked[-1].headers["Authorization"] == "Bearer token of the environment"
    with pytest.raises(Conflict, match="HERMES_PROBE"):
        connections.disconnect(principal.customer_id, view.public_id)


def test_the_operator_is_never_erased(operator: None) -> None:
    with pytest.raises(Conflict):
        erasure.erase(single_user.operator(), by=SYSTEM)
    assert keys.load_principal(KEY).customer_status == "active"
