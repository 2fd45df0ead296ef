"""Staff who are let in, and a customer of whom there is a row on every page."""

import time
import uuid
from collections.abc import Iterable
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import get_user_model
from django.test import Client

from audit import records
from billing.models import StripeSubscription, UsagePeriod
from hermes.core import clock, ids
from inbox.forwarding.models import ForwardedEvent, WebhookEndpoint
from inbox.models import WebhookDelivery
from mcp_gateway.oauth.models import Agent, OAuthClient
from tenants.models import ApiKey, Connection

REASON = "HD-1: asked why calls fail"


def staff_user(*, superuser: bool = False, second_factor: bool = True) -> Any:
    email = f"staff-{uuid.uuid4().hex[:12]}@example.com"
    user = get_user_model().objects.create_user(
        username=email, email=email, is_staff=True, is_superuser=superuser
    )
    if second_factor:
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
    return user


def signed_in(user: Any, *methods: str) -> Client:
    """A client whose session has been signed in by these methods, as allauth remembers them."""
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": m, "at": time.time()} for m in methods]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


@pytest.fixture
def staff() -> Client:
    """One of the staff, who may look."""
    return signed_in(staff_user(), "password", "mfa")


@pytest.fixture
def operator() -> Client:
    """A superuser, who may also act."""
    return signed_in(staff_user(superuser=True), "password", "mfa")


class Rows:
    """A row of a customer on every page of the staff site, with `text` wherever others choose it."""

    def __init__(self, person: Any, text: str = "plain") -> None:
        self.customer = person.customer
        self.customer.name = text[:200]
        self.customer.instructions = text
        self.customer.save()
        mine = {"customer": self.customer}
        self.connection = Connection(
            platform="telegram",
            account=text[:80],
            mode="live",
            status="active",
            status_reason=text[:300],
            external_id=uuid.uuid4().hex,
            identity={"name": text, text[:40]: 1},
            sealed="SEALED-CANARY",
            **mine,
        )
        self.connection.save()
        self.key = ApiKey.objects.of(self.customer).filter(mode="live").get()
        self.key.name = text[:100]
        self.key.tools = [text]
        self.key.addresses = [text]
        self.key.save()
        self.endpoint = WebhookEndpoint(
            url=f"https://hooks.example.com/URL-CANARY?{text[:200]}",
            mode="live",
            events=[text],
            description=text[:200],
            disabled_reason=text[:200],
            sealed="SEALED-CANARY",
            **mine,
        )
        self.endpoint.save()
        self.event = ForwardedEvent(
            endpoint=self.endpoint,
            event_id=ids.new("evt"),
            type="message.received",
            at=clock.now(),
            attempts=[{"error": text}],
            **mine,
        )
        self.event.save()
        self.delivery = WebhookDelivery.objects.create(
            platform="telegram",
            lane=self.connection.public_id,
            digest=uuid.uuid4().hex,
            body=b"BODY-CANARY" + text.encode(),
            received_at=clock.now(),
            next_try_at=clock.now(),
            state="quarantined",
            reason=text[:300],
            awaits=text,
        )
        self.client = OAuthClient(
            name=text[:255],
            redirect_uris=f"https://agents.example.com/{text[:200]}",
            client_secret="SECRET-CANARY",
            authorization_grant_type="authorization-code",
            client_type="public",
        )
        self.client.save()
        self.agent = Agent(
            membership=self.customer.memberships.get(),
            client=self.client,
            redirect_host=text[:255],
            scope="tools:read",
            mode="live",
            **mine,
        )
        self.agent.save()
        self.stripe = StripeSubscription.objects.create(
            stripe_id=f"sub_{uuid.uuid4().hex}", status=text[:32], plan="growth", **mine
        )
        self.usage = UsagePeriod.objects.filter(**mine, mode="live").get()
        self.entry = records.record(
            customer_id=self.customer.pk,
            action="connection.link",
            actor=text,
            surface="rest",
            detail=text,
            client=text,
            platform=text[:32],
        )

    def all(self) -> Iterable[Any]:
        """One row of each model."""
        return (
            self.customer,
            self.customer.memberships.get(),
            self.customer.subscription,
            *(self.connection, self.key, self.endpoint, self.event, self.delivery, self.stripe),
            *(self.usage, self.entry, self.agent, self.client),
        )


def page_of(row: Any) -> str:
    """The address of a row's page."""
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"


def list_of(row: Any, customer: Any = None) -> str:
    """The address of the list a row is in, narrowed to a customer where one is given."""
    narrowed = f"?customer={customer.public_id}" if customer else ""
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{narrowed}"


def give_reason(client: Client, customer: Any, reason: str = REASON) -> None:
    """Say why this customer is looked at."""
    answer = client.post(f"/admin/reason/{customer.public_id}/", {"reason": reason})
    assert answer.status_code == 302, answer.content[:500]


@pytest.fixture
def rows(acme: Any) -> Rows:
    """Rows of acme."""
    return Rows(acme)
