"""The stand-in itself: which request goes where."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox import web
from connectors.sandbox.contract import Emission, Inbound
from connectors.sandbox.graph import (
    GraphError,
    Request,
    check_version,
    invalid,
    request_of,
    unknown_object,
)
from connectors.sandbox.http import Asked, HttpStandin
from connectors.sandbox.store import SandboxStore
from connectors.sandbox.whatsapp import (
    inbound,
    magic,
    media,
    messages,
    numbers,
    template_store,
    templates,
    webhooks,
)
from connectors.sandbox.whatsapp.people import person
from connectors.sandbox.whatsapp.state import State
from hermes.core.errors import InvalidArgument

_Handler = Callable[[State, Request], Awaitable[HttpResponse]]
_EDGES: Mapping[tuple[str, str], _Handler] = {
    ("POST", "media"): media.upload,
    ("GET", "phone_numbers"): numbers.numbers,
    ("GET", "subscribed_apps"): numbers.subscription,
    ("POST", "subscribed_apps"): numbers.subscription,
    ("DELETE", "subscribed_apps"): numbers.subscription,
    ("GET", "message_templates"): templates.listed,
    ("DELETE", "message_templates"): templates.delete,
}


class Standin(HttpStandin):
    """`connectors.sandbox.Standin` of WhatsApp."""

    def __init__(self, store: SandboxStore) -> None:
        super().__init__()
        self._state = State(store)

    async def answer(self, asked: Asked) -> HttpResponse:
        """As `HttpStandin.answer`."""
        if asked.path == media.PATH:
            return await self._answered(media.download(self._state, asked.token, asked.params))
        found = request_of(asked)
        return web.from_the_web(asked.path) if found is None else await self._answered(self._graph(*found))

    async def inbound(self, event: Inbound) -> dict[str, Any]:
        """As `connectors.sandbox.Standin.inbound`."""
        try:
            sender = person(event.sender, "sender")
        except GraphError:
            raise InvalidArgument(
                "The sender must be a phone number with country code or a user id.",
                details={"argument": "sender"},
            ) from None
        message = await inbound.message(self._state, sender, event)
        return webhooks.received(await self._state.ids(), sender, event.name, message)

    async def _answered(self, answer: Awaitable[HttpResponse]) -> HttpResponse:
        try:
            return await answer
        except GraphError as refused:
            return refused.refusal.response()

    async def _graph(self, version: str, request: Request) -> HttpResponse:
        check_version(version)
        magic.check_token(request.token)
        match request.method, request.path:
            case "POST", (_, "messages"):
                return await messages.post(self._state, request, self.events)
            case "POST", (_, "message_templates"):
                return await self._create_template(request)
            case _, (_, edge) if handler := _EDGES.get((request.method, edge)):
                return await handler(self._state, request)
            case (("GET" | "DELETE"), (node,)):
                is_file = request.method == "DELETE" or "phone_number_id" in request.params
                is_file = is_file or await self._state.media(node) is not None
                return await (media.lookup if is_file else numbers.number)(self._state, request)
            case _, (node, *_):
                raise unknown_object(node)
            case _:
                raise invalid("Unknown path components: /")

    async def _create_template(self, request: Request) -> HttpResponse:
        response, template = await templates.create(self._state, request)
        verdict, reason = template_store.verdict(template["name"])
        if verdict != template["status"]:
            payload = webhooks.template_review(await self._state.ids(), template, verdict, reason)
            self.events.append(Emission(after_s=template_store.REVIEW_S, payload=payload))
        return response
