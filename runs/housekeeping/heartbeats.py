"""Heartbeats of the processes that run beside the server."""

from runs.housekeeping.models import Heartbeat
from runs.tracking.clock import now_ms

# The clock sends a task this often; the worker that runs it records the heartbeat of both.
EVERY_S = 30.0
SILENT_AFTER_MS = 100_000
WORKER = "worker"


def record_heartbeat(*, name: str = WORKER) -> None:
    """Record that the process `name` works just now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at_ms": now_ms()})


def last_heartbeat(name: str = WORKER) -> int | None:
    """Return when `name` last recorded one, in ms since 1970; None for never. One query."""
    return Heartbeat.objects.filter(name=name).values_list("at_ms", flat=True).first()
