"""WhatsApp accounts of the people, and deliveries in Meta's shape for them."""

import dataclasses
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from connectors.kit.webhook import InboundEvent
from connectors.registry import all_connectors
from inbox import effects
from inbox.effects import Applied
from inbox.filing import SentRow
from inbox.models import Message, Thread
from inbox.tests.stripe import Payer, bring
from tenants.models import Connection, Customer
from tests.support.api import Api

T0 = 1_795_341_600  # 2026-11-22T10:00:00Z
SENT_AT = datetime.fromtimestamp(T0 + 30, UTC)


@dataclasses.dataclass(frozen=True)
class Line:
    """A connected number: what Meta posts for it, and what came of it."""

    connection: Connection
    phone_id: str
    waba_id: str

    def delivery(self, **value: Any) -> dict[str, Any]:
        """One webhook body with one change."""
        metadata = {"display_phone_number": "15550783881", "phone_number_id": self.phone_id}
        change = {
            "field": "messages",
            "value": {"messaging_product": "whatsapp", "metadata": metadata, **value},
        }
        return {"object": "whatsapp_business_account", "entry": [{"id": self.waba_id, "changes": [change]}]}

    def message(
        self,
        message_id: str,
        at_s: int = 0,
        *,
        sender: str = "16505551234",
        user_id: str = "",
        name: str = "Sheena Nelson",
        kind: str = "text",
        content: Any = None,
        **more: Any,
    ) -> dict[str, Any]:
        """A message from a contact, `at_s` seconds after T0; a text unless told."""
        contact: dict[str, Any] = {"profile": {"name": name}} if name else {}
        told: dict[str, Any] = {"id": message_id, "timestamp": str(T0 + at_s), "type": kind, **more}
        if sender:
            contact["wa_id"] = told["from"] = sender
        if user_id:
            contact["user_id"] = told["from_user_id"] = user_id
        told[kind] = {"body": f"text of {message_id}"} if content is None else content
        return self.delivery(contacts=[contact], messages=[told])

    def status(self, message_id: str, status: str, at_s: int = 0, **more: Any) -> dict[str, Any]:
        """A delivery status, `at_s` seconds after T0."""
        told = {
            "id": message_id,
            "status": status,
            "timestamp": str(T0 + at_s),
            "recipient_id": "16505551234",
        }
        return self.delivery(statuses=[told | more])

    def events(self, *bodies: dict[str, Any]) -> Sequence[InboundEvent]:
        """What the connector reads out of the bodies."""
        webhook = all_connectors()["whatsapp"].webhook
        assert webhook is not None
        return [event for body in bodies for event in webhook.parse(msgspec.json.encode(body))]

    def receive(self, *bodies: dict[str, Any]) -> Applied:
        """Bring the bodies into the inbox."""
        return effects.apply(self.connection.customer_id, self.connection.pk, self.events(*bodies))

    def thread(self, contact: str = "16505551234") -> Thread:
        """The only thread with a contact."""
        thread: Thread = Thread.objects.of(self.connection.customer_id).get(
            connection=self.connection, contact=contact
        )
        return thread

    def stored(self, message_id: str) -> Message:
        """The message with Meta's id."""
        message: Message = Message.objects.of(self.connection.customer_id).get(
            connection=self.connection, upstream_id=message_id
        )
        return message


def sent(line: Line, upstream_id: str, **more: Any) -> SentRow:
    """What a call that sent a message to the usual contact files."""
    given: dict[str, Any] = {
        "customer_id": line.connection.customer_id,
        "connection_id": line.connection.pk,
        "call_id": "call_01",
        "contact": "16505551234",
        "upstream_id": upstream_id,
        "kind": "text",
        "at": SENT_AT,
        "text": f"text of {upstream_id}",
    }
    return SentRow(**given | more)


MakeLine = Callable[..., Line]


@pytest.fixture
def make_line() -> MakeLine:
    """Connect a WhatsApp number that no one else has: `make_line(acme.customer)`; a sandbox's unless told."""

    def make(customer: Customer, mode: str = "test") -> Line:
        phone_id, waba_id = (str(uuid.uuid4().int)[:15] for _ in range(2))
        connection = Connection(
            customer=customer,
            platform="whatsapp",
            account=f"shop {phone_id}",
            mode=mode,
            source=Connection.Source.SANDBOX if mode == "test" else Connection.Source.CUSTOMER,
            live_claim=f"whatsapp:{phone_id}" if mode == "live" else None,
            status=Connection.Status.ACTIVE,
            external_id=phone_id,
            routes=[waba_id],
        )
        connection.save()
        return Line(connection, phone_id, waba_id)

    return make


@pytest.fixture
def line(acme: Any, make_line: MakeLine) -> Line:
    """A number of acme."""
    return make_line(acme.customer)


@pytest.fixture
def other_line(globex: Any, make_line: MakeLine) -> Line:
    """A number of the stranger."""
    return make_line(globex.customer)


@pytest.fixture
def shop(acme: Any, make_line: MakeLine) -> Line:
    """A live number of acme."""
    return make_line(acme.customer, "live")


@pytest.fixture
def other_shop(globex: Any, make_line: MakeLine) -> Line:
    """A live number of the stranger."""
    return make_line(globex.customer, "live")


@pytest.fixture
def free(make_customer: Any) -> Any:
    """acme, on the free plan."""
    return make_customer("acme", plan="free")


@pytest.fixture
def payer(api: Api, free: Any) -> Payer:
    """Who pays for acme."""
    payer = Payer()
    assert bring(api, payer.checkout(free.customer.public_id)) == ["done"]
    return payer
