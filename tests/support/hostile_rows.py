"""A customer in whose names others put every hostile text there is, and the portal's pages that show them."""

import json
import uuid
from typing import Any

from tests.support.agents import connect_agent
from tests.support.hostile import PAYLOADS


def fill(person: Any) -> list[str]:
    """Keys, accounts, webhooks, clients, notes and the customer with such names; the pages that show them."""
    from audit import chain

    customer = person.customer
    links = [_name(customer, text) for text in PAYLOADS]
    customer.name, customer.instructions = PAYLOADS[2], "".join(PAYLOADS)
    customer.save()
    while chain.seal(customer.pk):
        pass
    sections = ("", "connections/", "keys/", "members/", "inbox/", "activity/", "usage/", "webhooks/")
    rest = ("settings/", "settings/data/", "playground/", "sandbox/", "begin/")
    details = [f"connections/{links[number]}/" for number in (0, 22)]
    return [f"/portal/{place}" for place in (*sections, *rest, *details)]


def _name(customer: Any, text: str) -> str:
    from inbox.forwarding.models import WebhookEndpoint
    from mcp_gateway.oauth.models import OAuthClient
    from tenants.models import ApiKey, Connection

    mine, unique = {"customer": customer, "mode": "live"}, uuid.uuid4().hex
    key = ApiKey(**mine, name=text, lookup=unique[:12], mac="m", last_four="0000", scopes=["tools:read"])
    key.tools, key.addresses = [text], [text]
    key.save()
    link = Connection(**mine, platform="whatsapp", account=text[:80], status="needs_reauth")
    link.external_id, link.status_reason, link.webhook_fault = unique, text, text
    link.identity = {"name": text, text[:30]: text}
    link.save()
    url = f"https://hooks.example.com/?{text}"
    hook = WebhookEndpoint(**mine, url=url, events=["*"], description=text, disabled_reason=text, sealed="")
    hook.enabled = False
    hook.save()
    agent = connect_agent(customer)
    OAuthClient.objects.filter(client_id=agent.client).update(name=text)
    _call(customer.pk, f"agent:{agent.id}", text)
    return link.public_id


def _call(customer_id: int, actor: str, text: str) -> None:
    """A call whose arguments, a note's name among them, and whose client and account are such texts."""
    from django.db import connection, transaction

    from audit.log import Closing, Opening, close_rows, open_rows
    from hermes.core import clock, ids

    call, now = ids.new("call"), clock.now()
    opening = Opening(
        call_id=call,
        customer_id=customer_id,
        at=now,
        actor=actor,
        surface="mcp",
        tool="obsidian_read",
        mode="live",
        platform="obsidian",
        client=text,
        connection=text[:31],
        arguments=json.dumps({"path": f"{text}.md", text: text}),
    )
    closing = Closing(
        call_id=call, at=now, outcome="ok", units=1, duration_ms=1, detail=text, upstream_id=text
    )
    with transaction.atomic(), connection.cursor() as cursor:
        open_rows(cursor, [opening])
        close_rows(cursor, [closing])
