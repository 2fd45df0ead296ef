"""Secrets are nowhere but in their envelope, after calls that went well and calls that failed (CR06)."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox import DialledStandin
from mcp_gateway.mcp.tests.agents import call_of, modern_headers, modern_message
from tests.isolation.test_tool_sweep import TOOLS
from tests.support import traces
from tests.support.api import Api
from tests.support.tenants import World
from tests.support.web import Web

FAILURES: tuple[Any, ...] = (
    (401, {}, {}),
    (403, {}, {}),
    (404, {}, {}),
    (429, {"Retry-After": "0"}, {}),
    (500, {}, {}),
    "cut",
)
ENOUGH = 10  # of one answer, for a request that is tried again


@pytest.fixture
def web(world: World, tmp_path: Path) -> Iterator[Web]:
    """A process that logs all it can."""
    bases = {"PROBE_API_BASE": world.upstream.base}
    bases |= {f"{slug.upper()}_API_BASE": base for slug, base in world.platforms.bases.items()}
    web = Web(tmp_path / "web.log", HERMES_LOG_LEVEL="DEBUG", **bases)
    yield web.await_start()
    web.end()


class Run:
    """One customer's good and failing flows, and every secret that took part in them."""

    def __init__(self, web: Web, world: World, person: Any) -> None:
        self.web, self.world, self.key = web, world, person.live_key
        self.token = f"canarytoken{uuid.uuid4().hex}"
        self.refused_token = f"canaryrefused{uuid.uuid4().hex}"
        self.accounts = [world.platforms.open_account(slug) for slug in world.platforms.bases]
        self.issued = ""

    @property
    def secrets(self) -> list[str]:
        """The texts to look for; of a key its secret part, since its id is shown."""
        keys = [key[len("hms_live_") + 12 :] for key in (self.key, self.issued)]
        return [self.token, self.refused_token, *(s for a in self.accounts for s in a.secrets), *keys]

    def connect(self) -> None:
        me: Any = (200, {}, {"id": uuid.uuid4().hex, "name": "Probe"})
        wrong = {"token": self.refused_token}
        for answer in FAILURES:
            self.world.upstream.script.extend([answer] * ENOUGH)
            assert self._post("/api/connect/probe", {"credentials": wrong}).status_code >= 400
            self.world.upstream.script.clear()
        for given in (
            {"token": [self.refused_token]},
            {self.refused_token: 1},
            {"token": self.refused_token + "\n\0"},
        ):
            assert self._post("/api/connect/probe", {"credentials": given}).status_code == 422
        assert self._post(f"/api/connect/{self.key}", {"credentials": wrong}).status_code == 404
        self.world.upstream.script.append(me)
        assert self._post("/api/connect/probe", {"credentials": {"token": self.token}}).status_code == 201
        for account in self.accounts:
            linked = self._post(f"/api/connect/{account.platform}", {"credentials": account.credentials})
            # From another process no line leads to a stand-in that is dialled; its secrets were given too.
            is_dialled = isinstance(account.standin, DialledStandin)
            assert linked.status_code == (502 if is_dialled else 201), linked.text

    def use_keys(self) -> None:
        made = self._post("/api/keys", {"name": "second", "scopes": ["tools:read"]})
        self.issued = made.json()["secret"]
        for query in ("api_key", "access_token"):
            assert (
                self.web.post(f"/api/tools/probe_echo?{query}={self.key}", None, {"text": "x"}).status_code
                == 401
            )
            assert self.web.get(f"/api/usage?{query}={self.key}").status_code == 401
        assert self.web.get("/api/usage", self.key.swapcase()).status_code == 401
        assert self._post(f"/api/keys/{self.key}/rotate", {}).status_code == 404
        assert self._post(f"/api/tools/{self.key}", {}).status_code == 404
        named = {"User-Agent": f"curl with {self.key}"}
        assert (
            self.web.post("/api/tools/probe_echo", self.key, {"text": "x"}, headers=named).status_code == 200
        )
        for place in ({"text": "x", "account": self.key}, {"text": "x", "access_token": self.issued}):
            assert self._call("probe_echo", place) >= 400

    def call_everything(self) -> None:
        for name, tool in TOOLS.items():
            self._call(name, tool.example)
            message = modern_message("tools/call", call_of(name, **tool.example))
            self.web.post("/mcp", self.key, message, headers=modern_headers(message))
        for answer in FAILURES[1:]:
            for script in (self.world.upstream.script, self.world.platforms.script):
                script.extend([answer] * ENOUGH)
            for name in ("probe_send", "probe_fetch", "whatsapp_send_text", "telegram_send_message"):
                assert self._call(name, TOOLS[name].example) >= 400
            self.world.upstream.script.clear()
            self.world.platforms.script.clear()

    def end_badly(self) -> None:
        """The platform repeats the credential in its refusal, as some do."""
        self.world.upstream.script.append(
            (401, {"X-Debug": self.token}, {"error": f"bad token {self.token}"})
        )
        assert self._call("probe_fetch", {"item": "a"}) == 409
        for connection in self.web.get("/api/connections", self.key).json()["connections"]:
            self.web.request("DELETE", f"/api/connections/{connection['id']}", self.key)

    def _post(self, path: str, body: Any) -> Any:
        return self.web.post(path, self.key, body)

    def _call(self, tool: str, arguments: Any) -> int:
        return int(self._post(f"/api/tools/{tool}", dict(arguments)).status_code)


def test_cr06_no_secret_is_in_a_log_a_column_a_cache_or_a_command_line(
    api: Api, world: World, web: Web, make_customer: Callable[..., Any]
) -> None:
    run = Run(web, world, make_customer("acme", plan="enterprise"))
    run.connect()
    run.use_keys()
    run.call_everything()
    held = {secret: (traces.in_database(secret), traces.in_redis(secret)) for secret in run.secrets}
    run.end_badly()
    assert any(run.token in str(asked.headers) for asked in world.asked)
    said = web.said()
    assert "tool_failed" in said
    for secret in run.secrets:
        assert secret not in said
        assert held[secret] == ([], [])
        assert (traces.in_database(secret), traces.in_redis(secret), traces.in_processes(secret)) == (
            [],
            [],
            [],
        )
    told = [api.get(f"/api/{path}", run.key).text for path in ("audit?limit=100", "keys", "connections")]
    assert not any(secret in text for secret in run.secrets for text in told)
    assert traces.in_database(run.key[: len("hms_live_") + 4]) == []
    assert traces.in_database(run.key[len("hms_live_") : len("hms_live_") + 12]) == ["tenants_apikey.lookup"]
