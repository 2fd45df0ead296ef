"""Prometheus metrics, each named `hermes_*`, cheap enough for the hot path.

Each process has a registry of its own. Where several processes share a port, set `PROMETHEUS_MULTIPROC_DIR`
to an empty directory: prometheus_client then keeps the values there and `render` adds them up.
"""

import functools
import os
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.process_collector import ProcessCollector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_ITEMS = (1, 2, 4, 8, 16, 32, 64, 128, 256)

_registry = CollectorRegistry()
ProcessCollector(registry=_registry)
GCCollector(registry=_registry)

_calls = Counter(
    "hermes_calls", "Tool calls by how they ended.", ("tool", "surface", "outcome"), registry=_registry
)
_call_seconds = Histogram(
    "hermes_call_seconds",
    "Time of a tool call, platform included.",
    ("tool",),
    buckets=_SECONDS,
    registry=_registry,
)
_batch_items = Histogram(
    "hermes_batch_items", "Items written by one transaction.", ("writer",), buckets=_ITEMS, registry=_registry
)
_batch_seconds = Histogram(
    "hermes_batch_seconds",
    "Time of one write transaction.",
    ("writer",),
    buckets=_SECONDS,
    registry=_registry,
)
_upstream_seconds = Histogram(
    "hermes_upstream_seconds",
    "Time of one exchange with a platform, by its host and status (or how it broke).",
    ("host", "status"),
    buckets=_SECONDS,
    registry=_registry,
)
_events = Counter(
    "hermes_events",
    "Everything else that is counted, by name and detail.",
    ("name", "detail"),
    registry=_registry,
)
_open = Gauge(
    "hermes_open",
    "What is open now: streams, calls.",
    ("what",),
    registry=_registry,
    multiprocess_mode="livesum",
)
_breakers = Gauge(
    "hermes_breakers_open",
    "Accounts whose platform keeps failing and is asked only now and then, by platform.",
    ("platform",),
    registry=_registry,
    multiprocess_mode="livesum",
)


def call_ended(tool: str, surface: str, outcome: str, seconds: float) -> None:
    """Count a tool call. `tool` must be a known name: unknown ones would make a series each."""
    _child(_calls, tool, surface, outcome).inc()
    _child(_call_seconds, tool).observe(seconds)


def batch_written(writer: str, items: int, seconds: float) -> None:
    """Count one transaction of a group writer."""
    _child(_batch_items, writer).observe(items)
    _child(_batch_seconds, writer).observe(seconds)


def upstream_ended(host: str, status: str, seconds: float) -> None:
    """Count an exchange with a platform; `status` is like "200" or "cut".

    `host` comes from a connector: hosts that customers choose would make a series each.
    """
    _child(_upstream_seconds, host, status).observe(seconds)


def count(name: str, detail: str = "", by: float = 1) -> None:
    """Count an event: `count("auth_refused", "unknown_key")`. Both words are code, never input."""
    _child(_events, name, detail).inc(by)


def opened(what: str, by: int = 1) -> None:
    """Move the gauge of what is open: `opened("streams")`, later `opened("streams", -1)`."""
    _child(_open, what).inc(by)


def breaker_opened(platform: str, by: int = 1) -> None:
    """Move the gauge of open breakers: -1 when one closes or is forgotten. `platform` is a slug."""
    _child(_breakers, platform).inc(by)


def render() -> bytes:
    """All metrics in Prometheus' text format (`CONTENT_TYPE`)."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(_registry)
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return generate_latest(shared)


@functools.lru_cache(maxsize=8192)
def _child(metric: Any, *labels: str) -> Any:
    return metric.labels(*labels)
