"""Signs of life of what runs beside the server."""

from runs.housekeeping.models import Heartbeat
from runs.tracking.clock import now_ms

# The clock sends a task this often; the worker that runs it gives the sign for both.
EVERY_S = 30.0
SILENT_AFTER_MS = 100_000
WORKER = "worker"


def give_sign(*, name: str = WORKER) -> None:
    """Note that a part of the studio is alive just now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at_ms": now_ms()})


def last_sign(name: str = WORKER) -> int | None:
    """Return when it last was, in milliseconds; None for never. One query."""
    return Heartbeat.objects.filter(name=name).values_list("at_ms", flat=True).first()
