"""One log pipeline: every record is one line, whatever is in it, and shows no secret (AD04, R-12)."""

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hermes.core import logs

PROGRAM = Path(__file__).parent / "logging_program.py"
HIDDEN = "known-live-secret-of-this-request"
RECORDS = [
    ("hermes.sample", "info"),
    ("hermes.sample", "info"),
    ("hermes.sample", "warning"),
    ("somebody.else", "warning"),
    ("somebody.else", "error"),
    ("hermes.sample", "error"),
    ("somebody.else", "error"),
    ("celery.task", "warning"),
    ("uvicorn.error", "warning"),
    ("py.warnings", "warning"),
]
UNCAUGHT = ("hermes", "critical")
TEXT_LINE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z \[(\w+) *\] .* ?\[([\w.]+)\]")
HOSTILE = [
    "line one\r\nlevel=critical forged",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J",
    '{"event": "forged", "level": "critical"}',
    '", "level": "critical", "x": "',
    "bidi \u202e\u2066 separators \u2028\u2029\x85 end",
    "nul \x00 backspace \x08\x08\x08 del \x7f",
    "percent %s %d %(name)s {0} {event}",
]
MASKED = f"Bearer abcdef.{'x' * 40} and {HIDDEN}"


def logged(form: str, *texts: str, level: str = "INFO", **fields: Any) -> list[str]:
    """The lines that the program writes to standard error."""
    told = json.dumps({"texts": texts, "hidden": HIDDEN, "fields": fields})
    ended = subprocess.run(
        [sys.executable, str(PROGRAM)],
        input=told,
        env=os.environ
        | {"HERMES_LOG_FORMAT": form, "HERMES_LOG_LEVEL": level, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert ended.stdout == ""
    return ended.stderr.split("\n")[:-1]


def test_ad04_every_record_is_one_valid_json_line() -> None:
    lines = logged("json", *HOSTILE, MASKED)
    records = [json.loads(line) for line in lines]
    assert [(r["logger"], r["level"]) for r in records] == RECORDS * 8 + [UNCAUGHT]
    assert all(re.fullmatch(r"[ -~]*", line) for line in lines), "only printable ASCII reaches the log"
    assert not any(HIDDEN in line or "x" * 40 in line for line in lines)
    for start, text in enumerate(HOSTILE):
        of_text = records[start * len(RECORDS) :]
        assert of_text[0]["given"] == of_text[0]["nested"]["list"][0] == of_text[1]["event"] == text
        assert of_text[0]["user_agent"] == text
        assert of_text[3]["event"] == f"formatted {text}"
        assert text in of_text[5]["exception"]


def test_ad04_text_lines_cannot_be_forged_or_move_the_cursor() -> None:
    lines = logged("text", *HOSTILE, MASKED)
    assert [line for line in lines if not line.isprintable()] == []
    starts = [line for line in lines if not line.startswith("  ")]
    found = [TEXT_LINE.match(line) for line in starts]
    assert [f and (f[2], f[1]) for f in found] == RECORDS * 8 + [UNCAUGHT]
    assert not any(HIDDEN in line or "x" * 40 in line for line in lines)


def test_values_under_secret_names_are_masked_and_debug_lines_come_where_asked() -> None:
    lines = logged("json", "x", level="debug", access_token="abc", headers={"Authorization": "zzz"}, count=3)
    records = [json.loads(line) for line in lines]
    shown = next(record for record in records if record["event"] == "structured")
    assert (shown["access_token"], shown["headers"], shown["count"]) == ("***", {"Authorization": "***"}, 3)
    assert "below the level" in [record["event"] for record in records]


@pytest.mark.parametrize(("name", "value"), [("HERMES_LOG_LEVEL", "LOUD"), ("HERMES_LOG_FORMAT", "xml")])
def test_a_wrong_setting_ends_the_process_with_a_sentence(name: str, value: str) -> None:
    ended = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env=os.environ | {name: value},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert ended.returncode == 1
    assert name in ended.stderr
    assert value in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="DEBUG, INFO"):
        logs.configure("LOUD", json=True)


def test_libraries_that_print_urls_are_quiet() -> None:
    for name in ("urllib3.connectionpool", "aiohttp.access", "uvicorn.access", "django.channels.server"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
