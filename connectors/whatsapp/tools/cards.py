"""Places and people as messages."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.tool import SEND, Params, Tool, ToolResult
from connectors.whatsapp import limits, recipients, window
from connectors.whatsapp.client import Graph
from connectors.whatsapp.outputs import Sent
from connectors.whatsapp.recipients import To
from connectors.whatsapp.tools.common import ReplyTo, sent
from hermes.core.errors import InvalidArgument

Short = Annotated[str, Meta(min_length=1, max_length=200)]


class Person(Params, frozen=True):
    """A contact card."""

    name: Annotated[str, Meta(min_length=1, max_length=200, description="Full name.")]
    phones: Annotated[list[Short], Meta(max_length=10, description="With country code.")] | None = None
    emails: Annotated[list[Short], Meta(max_length=10)] | None = None
    urls: Annotated[list[Annotated[str, Meta(max_length=500)]], Meta(max_length=10)] | None = None
    company: Short | None = None
    department: Short | None = None
    title: Short | None = None
    birthday: Annotated[str, Meta(max_length=10, pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None


class CardData(Params, frozen=True):
    """For location: latitude and longitude, with name and address if known. For contacts: contacts."""

    latitude: Annotated[float, Meta(ge=-90, le=90, description="Degrees north.")] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180, description="Degrees east.")] | None = None
    name: Annotated[str, Meta(min_length=1, max_length=1000, description="Of the place.")] | None = None
    address: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None
    contacts: Annotated[list[Person], Meta(min_length=1, max_length=limits.CONTACTS)] | None = None


class SendCard(Params, frozen=True):
    """A place or contact cards."""

    to: To
    kind: Annotated[
        Literal["location", "contacts"], Meta(description="A place on the map, or contact cards.")
    ]
    data: CardData
    reply_to: ReplyTo | None = None


async def send_card(ctx: ToolContext, params: SendCard) -> ToolResult:
    """Send a place or contact cards."""
    to, graph = recipients.parse(params.to), Graph(ctx)
    content: Any
    if params.kind == "location":
        content = _location(params.data)
        text = ", ".join(part for part in (params.data.name, params.data.address) if part)
    else:
        people = _people(params.data)
        content, text = [_vcard(person) for person in people], ", ".join(p.name for p in people)
    await window.require_open(graph, to)
    accepted = await window.send(graph, to, params.kind, content, reply_to=params.reply_to)
    return sent(graph, accepted, params.kind, text=text, reply_to=params.reply_to)


def _location(data: CardData) -> dict[str, Any]:
    for member in ("latitude", "longitude"):
        if getattr(data, member) is None:
            raise _refused(f"data.{member}", "is missing; a location needs it")
    if data.contacts:
        raise _refused("data.contacts", "does not belong to a location; leave it out")
    place = {"latitude": data.latitude, "longitude": data.longitude}
    return place | {k: v for k, v in (("name", data.name), ("address", data.address)) if v}


def _people(data: CardData) -> list[Person]:
    if not data.contacts:
        raise _refused("data.contacts", "is missing; give at least one person")
    if data.latitude is not None or data.longitude is not None:
        raise _refused("data.latitude", "does not belong to contacts; leave it out")
    return data.contacts


def _vcard(person: Person) -> dict[str, Any]:
    first, _, last = person.name.partition(" ")
    organisation = {"company": person.company, "department": person.department, "title": person.title}
    card = {
        # Meta wants a part of the name beside the whole.
        "name": _given({"formatted_name": person.name, "first_name": first, "last_name": last.strip()}),
        "phones": [{"phone": phone} for phone in person.phones or ()],
        "emails": [{"email": email} for email in person.emails or ()],
        "urls": [{"url": url} for url in person.urls or ()],
        "org": _given(organisation),
        "birthday": person.birthday,
    }
    return _given(card)


def _given(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value}


def _refused(argument: str, rule: str) -> InvalidArgument:
    return InvalidArgument(f"'{argument}' {rule}.", details={"argument": argument})


TOOLS = (
    Tool(
        name="whatsapp_send_card",
        title="Send WhatsApp location or contact",
        description="Send a place on the map or up to 5 contact cards to one person. To ask for the person's "
        "own location use whatsapp_send_interactive. Needs the 24-hour window like whatsapp_send_text.",
        params=SendCard,
        output=Sent,
        handler=send_card,
        hints=SEND,
        redact=frozenset({"to", "data"}),
        example={
            "to": "+14155550123",
            "kind": "location",
            "data": {"latitude": 37.4847, "longitude": -122.1473, "name": "Our shop"},
        },
    ),
)
