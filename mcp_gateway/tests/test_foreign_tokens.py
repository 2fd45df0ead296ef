"""Credentials that were not issued here."""

import base64
import json
from typing import Any

import pytest

from tests.support.api import Api


def jwt(**claims: str) -> str:
    """A token of another issuer, well-formed and signed by nobody we know."""
    parts = ({"alg": "RS256", "typ": "JWT"}, claims)
    words = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*words, "c2lnbmF0dXJl"])


FOREIGN = {
    "another issuer": jwt(iss="https://login.example.com", aud="http://localhost:8000/mcp"),
    "another audience": jwt(iss="http://localhost:8000", aud="https://other.example.com/mcp"),
    "a platform's token": "EAAGm0PX4ZCpsBAKZCfakeMetaTokenZBpO",
    "basic words": "dXNlcjpwYXNzd29yZA==",
}


@pytest.mark.parametrize("token", FOREIGN.values(), ids=FOREIGN)
def test_mc20_a_token_that_was_not_issued_for_hermes_opens_nothing(api: Api, acme: Any, token: str) -> None:
    listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {"Accept": "application/json, text/event-stream"}
    over_mcp = api.post("/mcp", token, listing, headers=headers)
    assert over_mcp.status_code == 401
    assert 'error="invalid_token"' in over_mcp.headers["www-authenticate"]
    assert api.post("/api/tools/whatsapp_list_templates", token, {}).status_code == 401
    assert api.get("/api/connections", token).status_code == 401


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/tenants/customer/"])
def test_te12_no_key_of_a_customer_opens_a_page_for_staff(api: Api, acme: Any, path: str) -> None:
    answer = api.get(path, acme.live_key)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(("/admin/login/?", "/account/login/?"))
