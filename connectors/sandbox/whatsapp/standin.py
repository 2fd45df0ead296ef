"""The stand-in itself: which request goes where."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.kit.context import HttpResponse, Part
from connectors.kit.secret import Secret
from connectors.sandbox.contract import Emission, Inbound
from connectors.sandbox.store import SandboxStore
from connectors.sandbox.whatsapp import (
    inbound,
    magic,
    media,
    messages,
    numbers,
    samples,
    template_store,
    templates,
    webhooks,
)
from connectors.sandbox.whatsapp.graph import (
    SERVED_VERSIONS,
    GraphError,
    Refusal,
    Request,
    invalid,
    unknown_object,
)
from connectors.sandbox.whatsapp.people import person
from connectors.sandbox.whatsapp.state import State
from hermes.core.errors import InvalidArgument
from hermes.core.http_types import ResponseTooLarge

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


class Standin:
    """`connectors.sandbox.Standin` of WhatsApp."""

    def __init__(self, store: SandboxStore) -> None:
        self._state = State(store)
        self.events: list[Emission] = []

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        bearer: Secret | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        parts: Sequence[Part] | None = None,
        content: bytes | None = None,  # noqa: ARG002  (no call of ours sends raw bytes)
        deadline_s: float = 30.0,
        limit_bytes: int = 5_000_000,
    ) -> HttpResponse:
        """As `connectors.sandbox.Standin.request`."""
        address = urlsplit(url)
        token = _token(bearer, headers or {})
        query = dict(parse_qsl(address.query)) | dict(params or {})
        path = tuple(part for part in address.path.split("/") if part)
        if address.path == media.PATH:
            response = await self._answered(media.download(self._state, token, query))
        elif path and path[0].startswith("v") and path[0][1:2].isdecimal():
            request = Request(
                method=method.upper(),
                path=path[1:],
                token=token,
                params=query,
                json=json if json is not None else form,
                parts=tuple(parts or ()),
                deadline_s=deadline_s,
            )
            response = await self._answered(self._graph(path[0], request))
        else:
            response = samples.from_the_web(address.path)
        if len(response.body) > limit_bytes:
            raise ResponseTooLarge(limit_bytes)
        return response

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
        _check_version(version)
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


def _token(bearer: Secret | None, headers: Mapping[str, str]) -> str:
    if bearer is not None:
        return bearer.reveal()
    given = {name.lower(): value for name, value in headers.items()}.get("authorization", "")
    return given.removeprefix("Bearer ").strip()


def _check_version(version: str) -> None:
    number = int(version[1:].partition(".")[0] or 0) if version[1:].partition(".")[0].isdecimal() else 0
    if number < SERVED_VERSIONS.start:
        title = "You are calling a deprecated version of the API. Please update to the latest version: v26.0."
        raise GraphError(Refusal(2635, title))
    if number not in SERVED_VERSIONS:
        raise GraphError(Refusal(2500, f"Unknown path components: /{version}"))
