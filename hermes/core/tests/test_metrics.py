"""What is counted comes out in Prometheus' format, from one process or from several that share a folder."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from hermes.core import metrics

COUNT_IN_CHILD = (
    "import sys; from hermes.core import metrics; metrics.count('child', sys.argv[1]); print(flush=True)"
)
RENDER_IN_CHILD = "import sys; from hermes.core import metrics; sys.stdout.buffer.write(metrics.render())"


def samples(rendered: bytes, **labels: str) -> dict[str, float]:
    """Values by sample name, of those samples that carry these labels."""
    families = text_string_to_metric_families(rendered.decode())
    return {s.name: s.value for f in families for s in f.samples if labels.items() <= s.labels.items()}


def test_a_call_is_counted_by_how_it_ended_and_timed() -> None:
    tool = f"probe_{uuid.uuid4().hex}"
    metrics.call_ended(tool, "mcp", "ok", 0.02)
    metrics.call_ended(tool, "mcp", "ok", 0.03)
    metrics.call_ended(tool, "rest", "not_found", 0.01)
    rendered = metrics.render()
    assert samples(rendered, tool=tool, surface="mcp", outcome="ok")["hermes_calls_total"] == 2
    assert samples(rendered, tool=tool, surface="rest", outcome="not_found")["hermes_calls_total"] == 1
    times = samples(rendered, tool=tool)
    assert times["hermes_call_seconds_count"] == 3
    assert abs(times["hermes_call_seconds_sum"] - 0.06) < 1e-9
    assert samples(rendered, tool=tool, le="0.025")["hermes_call_seconds_bucket"] == 2


def test_batches_exchanges_events_and_what_is_open_are_shown() -> None:
    name = uuid.uuid4().hex
    metrics.batch_written(name, 32, 0.004)
    metrics.upstream_ended(name, "200", 0.05)
    metrics.count(name, "unknown_key")
    metrics.opened(name)
    metrics.opened(name)
    metrics.opened(name, -1)
    rendered = metrics.render()
    assert samples(rendered, writer=name)["hermes_batch_items_sum"] == 32
    assert samples(rendered, writer=name)["hermes_batch_seconds_count"] == 1
    assert samples(rendered, host=name, status="200")["hermes_upstream_seconds_count"] == 1
    assert samples(rendered, name=name, detail="unknown_key")["hermes_events_total"] == 1
    assert samples(rendered, what=name)["hermes_open"] == 1


def test_every_metric_is_ours_or_the_process_s() -> None:
    families = text_string_to_metric_families(metrics.render().decode())
    assert {f.name.split("_")[0] for f in families} <= {"hermes", "process", "python"}


def test_processes_that_share_a_folder_are_added_up(tmp_path: Path) -> None:
    env = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": str(Path.cwd())}
    for _ in range(3):
        subprocess.run([sys.executable, "-c", COUNT_IN_CHILD, "x"], env=env, check=True, timeout=30)
    rendered = subprocess.run(
        [sys.executable, "-c", RENDER_IN_CHILD], env=env, check=True, timeout=30, capture_output=True
    )
    assert samples(rendered.stdout, name="child", detail="x")["hermes_events_total"] == 3
