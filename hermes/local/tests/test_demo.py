"""`make demo` end to end: its own Hermes, a real MCP client, every step."""

import subprocess
import sys
from pathlib import Path

import pytest

from hermes.local.tests.test_run import environment, free_port


@pytest.mark.timeout(150)
def test_the_journey_is_played_and_nothing_is_left(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hermes.local.demo"],
        env={**environment(tmp_path / "data", free_port()), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every step did what it should." in done.stdout
    assert "woken after" in done.stdout
    assert "\033[" not in done.stdout
    assert not list(tmp_path.glob("hermes-demo-*"))
