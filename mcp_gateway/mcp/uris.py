"""The addresses of Hermes' resources."""

INBOX = "hermes://inbox"
THREAD = "hermes://inbox/{channel}/{thread}"
CONNECTIONS = "hermes://connections"
USAGE = "hermes://usage"


def thread_uri(channel: str, thread: str) -> str:
    """The address of a conversation: its platform and its id."""
    return f"{INBOX}/{channel}/{thread}"
