"""WhatsApp's stand-in: the Graph API calls of the WhatsApp tools, as v26.0 answers them."""

import os

from connectors.sandbox.graph import number_from
from connectors.sandbox.whatsapp.standin import Standin

__all__ = ["Standin", "credentials"]


def credentials() -> dict[str, str]:
    """A new account's credentials."""
    seed = os.urandom(16).hex()
    return {
        "phone_number_id": number_from(f"phone {seed}", 15),
        "waba_id": number_from(f"waba {seed}", 15),
        "access_token": f"EAA_SANDBOX_{seed}",
    }
