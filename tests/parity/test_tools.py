"""Every tool does the same by REST as by MCP in both eras, when it goes well and when it does not."""

from typing import Any

import pytest

from tenants import connections, memories
from tests.isolation.test_tool_sweep import BOUND, TOOLS
from tests.parity.conftest import Tape
from tests.parity.observation import Observed, observe
from tests.support.api import Api
from tests.support.surfaces import SURFACES
from tests.support.tenants import Tenant, World

# What the stand-in, asked for the media, message or template of the example, does not have.
NOT_OK = {
    "fetch": "not_found",
    "hermes_get_thread": "not_found",
    "probe_crash": "internal",
    "telegram_answer_callback": "not_found",
    "telegram_edit_message": "not_allowed_by_platform",
    "whatsapp_delete_template": "not_found",
    "whatsapp_get_media": "not_found",
    "whatsapp_get_message_status": "not_found",
    "whatsapp_send_media": "platform_rejected",
}
# What a cross-channel tool costs with the platform's tool that it runs.
PASSED_ON = {"hermes_send": 1, "search": 2}
FAILURES: dict[str, Any] = {
    "401": (401, {}, {"error": {"code": 190}}),
    "403": (403, {}, {"error": {"code": 10}}),
    "429": (429, {"Retry-After": "30"}, {}),
    "500": (500, {}, {}),
    "cut": "cut",
}
ENOUGH = 20  # of one answer, for a request that is tried again


def by_every_surface(
    api: Api, world: World, tape: Tape, tenant: Tenant, tool: str, arguments: dict[str, Any]
) -> Observed:
    """One call by each surface; what all of them observed."""
    observed = []
    for surface in SURFACES:
        tape.rewind()
        observed.append(observe(api, world, surface, tenant, tool, arguments))
    assert observed[1] == observed[0]
    assert observed[2] == observed[0]
    rehearsed = observed[0].code == "ok" and arguments.get("dry_run")
    assert observed[0].entry["outcome"] == ("dry_run" if rehearsed else observed[0].code)
    return observed[0]


@pytest.mark.parametrize("tool", TOOLS)
def test_a_typical_call(api: Api, world: World, tape: Tape, ours: Tenant, tool: str) -> None:
    once = by_every_surface(api, world, tape, ours, tool, {**TOOLS[tool].example})
    assert once.code == NOT_OK.get(tool, "ok")
    units = PASSED_ON.get(tool, TOOLS[tool].units)
    assert once.used == (units if once.code == "ok" else 0)


@pytest.mark.parametrize("tool", TOOLS)
def test_a_surplus_argument_and_an_unknown_account(
    api: Api, world: World, tape: Tape, ours: Tenant, tool: str
) -> None:
    unknown = "not_found" if tool in BOUND else "invalid_argument"
    for wrong, code in (({"surplus": 1}, "invalid_argument"), ({"account": "nobody's"}, unknown)):
        refused = by_every_surface(api, world, tape, ours, tool, {**TOOLS[tool].example, **wrong})
        assert (refused.code, refused.used, refused.asked) == (code, 0, ())


@pytest.mark.parametrize("tool", [name for name, tool in TOOLS.items() if tool.takes_key])
def test_a_dry_run(api: Api, world: World, tape: Tape, ours: Tenant, tool: str) -> None:
    by_every_surface(api, world, tape, ours, tool, {**TOOLS[tool].example, "dry_run": True})
    before = world.platforms.snapshot()
    rehearsed = by_every_surface(api, world, tape, ours, tool, {**TOOLS[tool].example, "dry_run": True})
    assert rehearsed.code == ("not_found" if tool == "whatsapp_delete_template" else "ok")
    assert rehearsed.used == 0
    assert all(method in ("GET", "DIAL") for method, _, _ in rehearsed.asked)
    assert world.platforms.snapshot() == before


@pytest.mark.parametrize("tool", TOOLS)
def test_a_platform_that_fails(api: Api, world: World, tape: Tape, ours: Tenant, tool: str) -> None:
    for name, failure in FAILURES.items():
        observed = [_while_failing(api, world, tape, surface, ours, tool, failure) for surface in SURFACES]
        assert observed[1] == observed[0], name
        assert observed[2] == observed[0], name
        if observed[0].asked:
            assert observed[0].code not in ("ok", "internal"), name


def _while_failing(
    api: Api, world: World, tape: Tape, surface: str, tenant: Tenant, tool: str, failure: Any
) -> Observed:
    tape.restore()
    memories.forget()  # or the next surface obeys what this one is told
    scripts = (world.upstream.script, world.platforms.script)
    for script in scripts:
        script.extend([failure] * ENOUGH)
    observed = observe(api, world, surface, tenant, tool, TOOLS[tool].example)
    for script in scripts:
        script.clear()
    if observed.code == "needs_reauth":
        _verify(world, tenant)
    return observed


def _verify(world: World, tenant: Tenant) -> None:
    world.upstream.script.append((200, {}, {"id": tenant.customer.public_id, "name": "Probe"}))
    for connection in tenant.connections.values():
        connections.verify(tenant.customer.pk, connection)
