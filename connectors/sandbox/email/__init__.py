"""E-mail's stand-in: an IMAP and an SMTP server in this process, over one mailbox of one connection."""

import os

from connectors.sandbox.email.standin import Standin

__all__ = ["Standin", "credentials"]


def credentials() -> dict[str, str]:
    """A new account's credentials."""
    seed = os.urandom(8).hex()
    return {
        "address": f"you-{seed}@sandbox.example",
        "password": f"sandbox-{os.urandom(8).hex()}",
        "imap_host": f"imap-{seed}.sandbox.example",
        "smtp_host": f"smtp-{seed}.sandbox.example",
        "name": "Sandbox account",
    }
