"""What may be asked at the authorization endpoint, and where a refusal goes (OA01, OA03, OA05, OA09)."""

from typing import Any

from django.conf import settings

from mcp_gateway.oauth.tests.flow import LOOPBACK, Flow, answered

WEB = "https://agent.example.com/callback"
NEAR_MISSES = {
    "other host": "https://agent.example.org/callback",
    "extra query": f"{WEB}?a=1",
    "empty query": f"{WEB}?",
    "other case": "https://agent.example.com/Callback",
    "host in capitals": "https://AGENT.example.com/callback",
    "slash": f"{WEB}/",
    "dots": "https://agent.example.com/x/../callback",
    "user": "https://agent.example.com@evil.example/callback",
    "user of the same host": "https://evil@agent.example.com/callback",
    "fragment": f"{WEB}#f",
    "port": "https://agent.example.com:8443/callback",
    "lookalike": "https://agent.ex\u0430mple.com/callback",
    "http": "http://agent.example.com/callback",
    "subdomain": "https://x.agent.example.com/callback",
    "loopback of another path": "http://127.0.0.1:33418/other",
    "loopback by name": "http://localhost:33418/callback",
    "loopback lookalike": "http://127.0.0.1.evil.example:33418/callback",
    "loopback user": "http://127.0.0.1:33418@evil.example/callback",
    "loopback query": f"{LOOPBACK}?a=1",
    "loopback over https": "https://127.0.0.1:33418/callback",
}


def test_oa03_a_redirect_that_nearly_fits_is_a_page_and_no_redirect(flow: Flow) -> None:
    flow.register(redirect_uris=[WEB, LOOPBACK])
    for name, redirect in NEAR_MISSES.items():
        refused = flow.ask(redirect_uri=redirect)
        assert refused.status_code == 400, name
        assert "location" not in refused.headers
        assert redirect not in refused.text
    for redirect in (WEB, LOOPBACK):
        assert flow.ask(redirect_uri=redirect).status_code == 200


def test_an_unknown_client_is_a_page_and_no_redirect(flow: Flow) -> None:
    flow.register()
    for client_id in ("nobody", "", None, "x" * 300, "https://", "a\0b"):
        refused = flow.ask(client_id=client_id)
        assert refused.status_code == 400, client_id
        assert "location" not in refused.headers


REFUSED: dict[str, tuple[dict[str, Any], set[str]]] = {
    "no PKCE": ({"code_challenge": None, "code_challenge_method": None}, {"invalid_request"}),
    "plain PKCE": ({"code_challenge_method": "plain"}, {"invalid_request"}),
    "PKCE without a method": ({"code_challenge_method": None}, {"invalid_request"}),
    "unknown PKCE": ({"code_challenge_method": "S512"}, {"invalid_request"}),
    "implicit": ({"response_type": "token"}, {"unsupported_response_type"}),
    "id_token": ({"response_type": "id_token"}, {"unsupported_response_type"}),
    "hybrid": ({"response_type": "code token"}, {"unauthorized_client", "unsupported_response_type"}),
    "no response type": ({"response_type": None}, {"invalid_request"}),
    "unknown scope": ({"scope": "tools:read root"}, {"invalid_scope"}),
    "a registration's scope": ({"scope": "oauth2_provider:registration"}, {"invalid_scope"}),
    "no resource": ({"resource": None}, {"invalid_target"}),
    "another resource": ({"resource": "https://other.example/mcp"}, {"invalid_target"}),
    "a resource below": ({"resource": "http://localhost:8000/mcp/more"}, {"invalid_target"}),
    "a resource with a user": ({"resource": "http://a@localhost:8000/mcp"}, {"invalid_target"}),
    "two resources": ({"resource": ["http://localhost:8000/mcp", "https://b.example"]}, {"invalid_target"}),
}


def test_oa01_oa05_oa09_what_is_not_offered_goes_back_as_an_error(flow: Flow) -> None:
    flow.register()
    for name, (over, errors) in REFUSED.items():
        told = answered(flow.ask(**over))
        assert told["error"] in errors, name
        assert (told["state"], told["iss"]) == ("s t&te", settings.PUBLIC_URL)


def test_a_parameter_that_comes_twice_is_refused(flow: Flow) -> None:
    flow.register()
    for name in ("client_id", "redirect_uri", "scope", "state", "code_challenge"):
        value = flow.query()[name]
        refused = flow.ask(**{name: [value, value]})
        assert refused.status_code in (302, 400), name
        assert "<form" not in refused.text


def test_the_resource_may_be_written_as_clients_write_it(flow: Flow) -> None:
    flow.register()
    for resource in ("http://localhost:8000/mcp/", "HTTP://LOCALHOST:8000/mcp"):
        answer = flow.redeem(flow.code(resource=resource), resource=resource)
        assert answer.status_code == 200


def test_a_request_without_scopes_asks_for_reading(flow: Flow) -> None:
    flow.register()
    page = flow.ask(scope=None)
    assert answered(flow.decide(page, scopes=["tools:read"]))["code"]


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(flow: Flow) -> None:
    from mcp_gateway.oauth.tests.flow import Browser, parameters

    flow.register()
    flow.browser = Browser(flow.api, None)
    sent = flow.ask()
    assert sent.status_code == 302
    (back,) = parameters(sent.headers["location"])["next"]
    assert back.startswith("/oauth/authorize?")
    assert "code_challenge" in back
