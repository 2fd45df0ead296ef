"""The demo customer of a local installation, made once and kept under HERMES_DATA_DIR."""

import dataclasses
import io
import json
import os
import secrets
from pathlib import Path

from django.core.management import call_command
from django.db import connections

from hermes.local.loopback import ask

PLAN = "growth"


@dataclasses.dataclass(frozen=True, slots=True)
class DemoCustomer:
    """Its id and keys, as `create_customer --json` gave them."""

    customer_id: str
    live_key: str = dataclasses.field(repr=False)
    test_key: str = dataclasses.field(repr=False)


def demo_customer(folder: Path, port: int) -> DemoCustomer:
    """The one that was kept, as long as the Hermes at `port` knows its key, else a new one, which is kept."""
    path = folder / "secrets" / "demo_customer.json"
    if path.exists():
        kept = DemoCustomer(**json.loads(path.read_text()))
        if ask(port, "GET", "/api/tools", key=kept.test_key).status != 401:
            return kept
    made = _create()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(dataclasses.asdict(made), file)
    return made


def _create() -> DemoCustomer:
    answer = io.StringIO()
    email = f"demo-{secrets.token_hex(4)}@example.com"
    try:
        call_command(
            "create_customer", "--email", email, "--name", "Demo", "--plan", PLAN, "--json", stdout=answer
        )
    finally:
        connections.close_all()
    return DemoCustomer(**json.loads(answer.getvalue()))
