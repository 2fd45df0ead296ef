"""Addresses and secrets that make the stand-in fail in a chosen way; docs/sandbox.md lists them."""

DOMAIN = "sandbox.example"
SLOW_S = 3.0

# Answers to RCPT TO, by the part before the @.
REFUSED_RECIPIENTS = {
    "unknown": "550 5.1.1 No such user here",
    "full": "552 5.2.2 Mailbox full",
    "later": "451 4.7.1 Greylisted, try again later",
    "blocked": "554 5.7.1 Relay access denied",
    "busy": "421 4.3.2 Service shutting down",
}
# Answers to a message that was given, by the part before the @ of any of its recipients.
REFUSED_MESSAGES = {
    "spam": "554 5.7.1 Message refused as spam",
    "toolarge": "552 5.3.4 Message too big",
    "limit": "451 4.7.0 Too many messages today",
}
CUT = "cut"
SILENT = "silent"
SLOW = "slow"

REFUSED_PASSWORD = "sandbox-wrong"  # noqa: S105  (stands for one)
REFUSED_TOKEN = "sandbox-expired"  # noqa: S105
NARROW_TOKEN = "sandbox-no-scope"  # noqa: S105
NO_IMAP = "sandbox-imap-off"
NO_SMTP = "sandbox-smtp-off"
# A host that begins with this cannot be reached.
NOT_REACHED = "unreachable"


def trouble(address: str) -> str:
    """The part before the @ of an address of the sandbox, "" for all others."""
    local, _, domain = address.lower().rpartition("@")
    return local if domain == DOMAIN else ""
