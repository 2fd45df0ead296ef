"""The account's phone number and its subscription to webhooks."""

from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox.graph import Request, answer, invalid
from connectors.sandbox.whatsapp import magic
from connectors.sandbox.whatsapp.state import State

DEFAULT_FIELDS = ("verified_name", "code_verification_status", "display_phone_number", "quality_rating", "id")
NAME = "Hermes Sandbox"


def display_number(phone_id: str) -> str:
    """The number behind an id, from the range kept for fiction."""
    return f"+1 415-555-01{phone_id[-2:]}"


def facts_of(phone_id: str) -> dict[str, Any]:
    """Everything the number's node can tell."""
    return {
        "id": phone_id,
        "display_phone_number": display_number(phone_id),
        "verified_name": NAME,
        "quality_rating": "GREEN",
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "platform_type": "CLOUD_API",
        "status": "CONNECTED",
        "messaging_limit_tier": "TIER_250",
        "throughput": {"level": "STANDARD"},
    }


async def number(state: State, request: Request) -> HttpResponse:
    """GET /{phone}."""
    phone_id = await state.phone_id(request.path[0])
    return answer(_chosen(facts_of(phone_id), request.params.get("fields")))


async def numbers(state: State, request: Request) -> HttpResponse:
    """GET /{waba}/phone_numbers."""
    await state.waba_id(request.path[0])
    phone_id = (await state.ids()).get("phone")
    listed = (
        [] if phone_id is None or request.token == magic.ACCESS_OF_OTHER_BUSINESS else [facts_of(phone_id)]
    )
    data = [_chosen(facts, request.params.get("fields")) for facts in listed]
    return answer({"data": data, "paging": {"cursors": {"before": "QVFIUjA", "after": "QVFIUjA"}}})


async def subscription(state: State, request: Request) -> HttpResponse:
    """GET, POST and DELETE /{waba}/subscribed_apps."""
    waba_id = await state.waba_id(request.path[0])
    if request.method != "GET":
        await state.subscribe(subscribed=request.method == "POST")
        return answer({"success": True})
    app = {"link": "https://www.facebook.com/games/?app_id=1", "name": NAME, "id": waba_id}
    return answer({"data": [{"whatsapp_business_api_data": app}] if await state.is_subscribed() else []})


def _chosen(facts: dict[str, Any], fields: str | None) -> dict[str, Any]:
    wanted = [f.strip() for f in fields.split(",")] if fields else list(DEFAULT_FIELDS)
    for field in wanted:
        if field not in facts:
            raise invalid(
                f"Tried accessing nonexisting field ({field}) on node type (WhatsAppBusinessPhoneNumber)"
            )
    return {name: facts[name] for name in dict.fromkeys((*wanted, "id"))}
