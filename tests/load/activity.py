"""How long a page of the activity takes on a million entries of one customer, on MariaDB.

`python -m tests.load.activity [--rows N] [--server mysql://root@127.0.0.1:3306]`: makes a database of its own
on the server, fills it, asks for pages by every filter, first ones and deep ones, and drops it again. Ends
with status 1 where a page's median is above the goal; the most is of the first time, from disk.
"""

import argparse
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

GOAL_MS = 100.0
ASKED = 5
RARE = 5  # the oldest entries alone have the rare values: the worst case for a page that begins at the newest
BEGAN = datetime(2026, 9, 1, tzinfo=UTC)
SECONDS = 7
# A fifth of the rows is another customer's, in between. Every value but the rare ones is spread evenly.
FILL = """
INSERT INTO audit_auditentry (public_id, customer_id, at, action, actor, surface, client, address, mode, tool,
  platform, connection, arguments, outcome, detail, units, duration_ms, upstream_id, closed_at, seq, mac)
SELECT CONCAT('call_', LPAD(seq, 26, '0')), IF(seq % 5 = 4, %(other)s, %(mine)s),
  TIMESTAMPADD(SECOND, seq * {seconds}, %(began)s), 'tool.call',
  IF(seq <= {rare}, 'user:9', CONCAT('key:key_', LPAD(seq % 7, 26, '0'))), 'mcp',
  'claude-code 2.1', '203.0.113.5',
  IF(seq <= {rare}, 'test', 'live'), IF(seq <= {rare}, 'telegram_poll', CONCAT('whatsapp_tool_', seq % 31)),
  IF(seq <= {rare}, 'telegram', 'whatsapp'),
  IF(seq <= {rare}, 'con_RARE', CONCAT('con_', LPAD(seq % 11, 26, '0'))),
  '{{"to": "+12025550100", "text": {{"length": 120, "digest": "6fa2c1d7"}}}}',
  IF(seq <= {rare}, 'conflict', IF(seq % 97 = 0, 'rate_limited', 'ok')), '', 1, 240,
  CONCAT('wamid.', MD5(seq)), TIMESTAMPADD(SECOND, seq * {seconds} + 1, %(began)s), seq, SHA2(seq, 256)
FROM seq_1_to_{rows}
"""


def main() -> None:
    """Run it."""
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("--rows", type=int, default=1_250_000, help="of which four fifths are the customer's")
    given.add_argument("--server", default="mysql://root@127.0.0.1:3306")
    options = given.parse_args()
    name = f"hermes_activity_{os.getpid()}"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(HERMES_ENV="dev", HERMES_DATA_DIR=folder, HERMES_LOG_LEVEL="ERROR")
        os.environ["DATABASE_URL"] = f"{options.server}/{name}"
        sys.exit(not _run(name, options.rows))


def _run(name: str, rows: int) -> bool:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hermes.settings.dev")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    settings.DATABASES["default"]["OPTIONS"].update(read_timeout=3600, write_timeout=3600)
    _act(name, "CREATE DATABASE `{}` CHARACTER SET utf8mb4")
    try:
        call_command("migrate", verbosity=0)
        mine = _fill(rows)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE TABLE audit_auditentry")
        return _measure(mine, rows)
    finally:
        connection.close()
        _act(name, "DROP DATABASE `{}`")


def _act(name: str, statement: str) -> None:
    from django.db import connection

    settings = connection.settings_dict
    settings["NAME"] = ""
    with connection.cursor() as cursor:
        cursor.execute(statement.format(name))
    connection.close()
    settings["NAME"] = name


def _fill(rows: int) -> int:
    from django.db import connection

    from tenants import customers, startup

    startup.check_keys()
    mine, other = (
        customers.create(email=f"{who}@example.com", plan="enterprise").customer.pk for who in ("a", "b")
    )
    began = time.perf_counter()
    with connection.cursor() as cursor:
        statement = FILL.format(rare=RARE, rows=rows, seconds=SECONDS).replace("% ", "%% ")
        cursor.execute(statement, {"mine": mine, "other": other, "began": BEGAN.replace(tzinfo=None)})
    print(f"{rows:,} entries in {time.perf_counter() - began:.0f} s")
    return int(mine)


def _cases(rows: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    end = BEGAN + timedelta(seconds=rows * SECONDS)
    early, late = BEGAN + timedelta(hours=1), end - timedelta(hours=1)
    yield "nothing", {}
    yield "who, often", {"actor": f"key:key_{3:026}"}
    yield "who, rare", {"actor": "user:9"}
    yield "who, never", {"actor": "user:404"}
    yield "tool, often", {"tool": "whatsapp_tool_7"}
    yield "tool, rare", {"tool": "telegram_poll"}
    yield "account, often", {"connection": f"con_{3:026}"}
    yield "account, rare", {"connection": "con_RARE"}
    yield "outcome, often", {"outcome": "ok"}
    yield "outcome, seldom", {"outcome": "rate_limited"}
    yield "outcome, rare", {"outcome": "conflict"}
    yield "outcome, never", {"outcome": "internal"}
    yield "platform, often", {"platform": "whatsapp"}
    yield "platform, rare", {"platform": "telegram"}
    yield "mode, often", {"mode": "live"}
    yield "mode, rare", {"mode": "test"}
    yield "since the future", {"since": end + timedelta(days=1)}
    yield "since an hour", {"since": late}
    yield "until the first hour", {"until": early}
    yield (
        "an hour in the middle",
        {"since": BEGAN + (end - BEGAN) / 2, "until": BEGAN + (end - BEGAN) / 2 + timedelta(hours=1)},
    )
    yield "tool and outcome", {"tool": "whatsapp_tool_7", "outcome": "rate_limited"}
    yield "tool and outcome, never", {"tool": "whatsapp_tool_7", "outcome": "conflict"}
    yield (
        "who, tool, account, outcome",
        {
            "actor": f"key:key_{3:026}",
            "tool": "whatsapp_tool_7",
            "connection": f"con_{3:026}",
            "outcome": "ok",
        },
    )
    yield "tool, until the first hour", {"tool": "whatsapp_tool_7", "until": early}


def _measure(mine: int, rows: int) -> bool:
    from audit import trail
    from audit.models import AuditEntry

    is_good = True
    for name, chosen in _cases(rows):
        found = AuditEntry.objects.filter(customer=mine)
        first = trail.page(mine, limit=40, **chosen)
        exact = {key: value for key, value in chosen.items() if key not in ("since", "until")}
        later = found.filter(**exact, at__gte=BEGAN + timedelta(seconds=rows * SECONDS / 2)).order_by("at")
        middle = later.values_list("public_id", flat=True).first()
        for depth, cursor in (("first", None), ("deep", middle)):
            if depth == "deep" and (cursor is None or len(first.entries) < 40):
                continue
            took, entries = [], 0
            for _ in range(ASKED):
                began = time.perf_counter()
                entries = len(trail.page(mine, limit=40, cursor=cursor, **chosen).entries)
                took.append((time.perf_counter() - began) * 1000)
            is_good &= statistics.median(took) <= GOAL_MS
            mark = "" if statistics.median(took) <= GOAL_MS else "  too slow"
            print(
                f"{name:32}{depth:7}{entries:4} entries  median {statistics.median(took):7.1f} ms"
                f"  most {max(took):7.1f} ms{mark}",
                flush=True,
            )
    return is_good


if __name__ == "__main__":
    main()
