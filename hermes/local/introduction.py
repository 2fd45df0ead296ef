"""What `make run` prints once Hermes answers: where it is, a key, and what to paste into which client."""

from pathlib import Path

from django.conf import settings

from hermes.local.clients import configurations
from hermes.local.console import paint, say
from hermes.local.customer import demo_customer


def introduce(folder: Path, port: int) -> None:
    """Print it, in one piece."""
    customer = demo_customer(folder, port)
    endpoint = f"{settings.PUBLIC_URL}/mcp"
    lines = [
        "",
        paint("bold", "Hermes is ready."),
        "",
        f"  MCP endpoint  {paint('cyan', endpoint)}",
        f"  REST docs     {paint('cyan', settings.PUBLIC_URL + '/api/docs')}",
        f"  Test key      {paint('green', customer.test_key)}  (sandbox only)",
        f"  Live key      {customer.live_key}  (accounts you connect)",
    ]
    for client, text in configurations(settings.PUBLIC_URL, customer.test_key).items():
        lines += ["", paint("yellow", client), text]
    lines += ["", paint("dim", "Ctrl-C ends everything. The journey of an agent: make demo"), ""]
    say("\n".join(lines))
