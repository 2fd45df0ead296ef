"""What `make run` prints once Hermes answers: where it is, a key, and what to paste into which client."""

from pathlib import Path

from django.conf import settings

from hermes.local.console import paint, say
from hermes.local.customer import demo_customer
from hermes.local.loopback import ask


def introduce(folder: Path, port: int) -> None:
    """Print it, in one piece."""
    customer = demo_customer(folder, port)
    endpoint = f"{settings.PUBLIC_URL}/mcp"
    lines = [
        "",
        paint("bold", "Hermes is ready."),
        "",
        f"  MCP endpoint  {paint('cyan', endpoint)}",
        f"  Portal        {paint('cyan', settings.PUBLIC_URL + '/portal/')}"
        "  (sign up there; letters are printed here)",
        f"  REST docs     {paint('cyan', settings.PUBLIC_URL + '/api/docs')}",
        f"  Staff pages   {paint('cyan', settings.PUBLIC_URL + '/admin/')}"
        "  (.venv/bin/python manage.py create_staff --email you@example.com --superuser)",
        f"  Test key      {paint('green', customer.test_key)}  (sandbox only)",
        f"  Live key      {customer.live_key}  (accounts you connect)",
    ]
    setup = ask(port, "GET", "/api/setup").body
    for client in setup["clients"]:
        for way in client["ways"]:
            if way["auth"] == "key":
                text = way["text"].replace(setup["key_placeholder"], customer.test_key)
                lines += ["", paint("yellow", f"{client['name']} ({way['place']})"), text]
    lines += ["", paint("dim", "Ctrl-C ends everything. The journey of an agent: make demo"), ""]
    say("\n".join(lines))
