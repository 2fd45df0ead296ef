"""Conversations for the pages of the inbox."""

from datetime import timedelta
from typing import Any

from connectors.kit.webhook import InboundMessage
from hermes.core import clock, ids
from inbox import effects
from inbox.models import Thread
from tenants import connections, sandboxes


def conversation(acme: Any, *, hours_ago: int = 0, platform: str = "whatsapp") -> str:
    """Ada has written to the sandbox's account: words, a picture, a file."""
    sandboxes.ensure(acme.customer)
    row = connections.listed(acme.customer.pk).get(platform=platform, mode="test")
    began = clock.now() - timedelta(hours=hours_ago, minutes=5)
    pdf = {"id": "100002", "kind": "document", "mime_type": "application/pdf", "filename": "Order 7.pdf"}
    texts: list[tuple[str, str, str, Any]] = [
        ("in", "text", "Is it ready? I would come by this afternoon, if that suits you.", None),
        ("out", "text", "It is. We are here until six.", None),
        ("in", "document", "Here is the order.", pdf),
        ("in", "audio", "", {"id": "100003", "kind": "audio", "mime_type": "audio/ogg"}),
        ("in", "location", "", None),
    ]
    told = [
        InboundMessage(
            route=(row.external_id,),
            upstream_id=ids.new("up"),
            contact="14155550123",
            contact_phone="14155550123",
            contact_name="Ada Lovelace",
            at=began + timedelta(minutes=number),
            kind=kind,
            text=text,
            media=media,
            direction=direction,
        )
        for number, (direction, kind, text, media) in enumerate(texts)
    ]
    effects.apply(acme.customer.pk, row.pk, told)
    return f"/portal/inbox/{Thread.objects.of(acme.customer.pk).get(connection=row).public_id}/"


def inbox(acme: Any) -> str:
    conversation(acme)
    conversation(acme, platform="telegram", hours_ago=30)
    return "/portal/inbox/"
