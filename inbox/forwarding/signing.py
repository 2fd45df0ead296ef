"""The secrets of endpoints, and signatures by Standard Webhooks (standardwebhooks.com).

A secret is 32 random bytes, shown as `whsec_` and base64. What is signed is `<id>.<timestamp>.<body>`, by
HMAC-SHA256; receivers take any one of several signatures, which is what lets a secret be changed.
"""

import base64
import hashlib
import hmac
import os
from datetime import datetime

from inbox.forwarding.models import WebhookEndpoint
from tenants import data_keys
from tenants.models import Customer

SECRET_BYTES = 32


def new_secret() -> bytes:
    """A secret."""
    return os.urandom(SECRET_BYTES)


def text_of(secret: bytes) -> str:
    """The secret as its receiver keeps it."""
    return f"whsec_{base64.b64encode(secret).decode()}"


def seal(customer: Customer, endpoint: str, secret: bytes) -> str:
    """The secret as it is stored for an endpoint (public id)."""
    return data_keys.seal(customer.public_id, customer.data_key, secret, place=_place(endpoint))


def headers(endpoint: WebhookEndpoint, event_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers that prove a body. Raises crypto.SealError where the secret does not open."""
    stamp = str(int(now.timestamp()))
    signed = f"{event_id}.{stamp}.".encode() + body
    signatures = [hmac.digest(secret, signed, hashlib.sha256) for secret in _secrets(endpoint, now)]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(s).decode()}" for s in signatures),
    }


def _secrets(endpoint: WebhookEndpoint, now: datetime) -> list[bytes]:
    customer = endpoint.customer
    sealed = [endpoint.sealed]
    if endpoint.before_until is not None and now < endpoint.before_until:
        sealed.append(endpoint.sealed_before)
    return [
        data_keys.unseal(customer.public_id, customer.data_key, each, place=_place(endpoint.public_id))
        for each in sealed
    ]


def _place(endpoint: str) -> tuple[str, str, str]:
    return ("webhook", endpoint, "signing-secret")
