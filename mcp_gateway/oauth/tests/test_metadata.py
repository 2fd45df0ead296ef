"""What the server says of itself is what it does (OA18)."""

from django.conf import settings

from mcp_gateway.oauth.tests.flow import Flow, answered
from tests.support.api import Api

AT = "/.well-known/oauth-authorization-server"
RESOURCE = "/.well-known/oauth-protected-resource"


def test_oa18_the_metadata_say_what_there_is_and_no_more(api: Api) -> None:
    told = api.get(AT).json()
    assert told["issuer"] == settings.PUBLIC_URL
    assert told["response_types_supported"] == ["code"]
    assert told["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert set(told["token_endpoint_auth_methods_supported"]) == {
        "none",
        "client_secret_basic",
        "client_secret_post",
    }
    assert set(told["scopes_supported"]) == {"tools:read", "tools:write", "inbox:read", "manage"}
    assert told["authorization_response_iss_parameter_supported"] is True
    assert told["client_id_metadata_document_supported"] is True
    assert "introspection_endpoint" not in told
    assert "jwks_uri" not in told


def test_oa18_every_address_in_the_metadata_answers(api: Api, flow: Flow) -> None:
    told = api.get(AT).json()
    for name, url in told.items():
        if name.endswith("_endpoint"):
            assert url.startswith(f"{settings.PUBLIC_URL}/oauth/"), name
            assert api.get(url.removeprefix(settings.PUBLIC_URL)).status_code in (302, 405), name
    flow.register()
    for response_type in ("token", "id_token", "none"):
        assert "error" in answered(flow.ask(response_type=response_type))


def test_both_forms_of_the_resources_metadata_name_the_same_resource(api: Api) -> None:
    root, with_path = api.get(RESOURCE), api.get(f"{RESOURCE}/mcp")
    assert root.json() == with_path.json()
    assert root.json()["resource"] == f"{settings.PUBLIC_URL}/mcp"
    assert root.json()["authorization_servers"] == [settings.PUBLIC_URL]
    assert root.json()["bearer_methods_supported"] == ["header"]
    assert "offline_access" not in root.json()["scopes_supported"]
    for elsewhere in ("/other", "/mcp/more"):
        assert api.get(f"{RESOURCE}{elsewhere}").status_code == 404
    assert api.get("/.well-known/openid-configuration").status_code == 404


def test_a_clients_web_page_may_read_what_is_for_machines(api: Api) -> None:
    for path in (AT, RESOURCE, "/oauth/token", "/oauth/register", "/oauth/revoke"):
        asked = api.request("OPTIONS", path, headers={"Origin": "https://inspector.example"})
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in asked.headers
    assert "access-control-allow-origin" not in api.get("/oauth/authorize").headers


def test_a_token_is_asked_for_the_host_that_metadata_name_whatever_host_was_asked(api: Api) -> None:
    told = api.get(AT, headers={"Host": "127.0.0.1"}).json()
    assert told["issuer"] == settings.PUBLIC_URL
    assert told["token_endpoint"].startswith(settings.PUBLIC_URL)
