"""When a log has ended."""

from runs.tracking.clock import now_ms
from runs.tracking.models import Run
from runs.tracking.statuses import Status

# A client may send the end of its log a moment after the end of the run.
REST_MS = 20_000


def is_written(run: Run, growing: bool, updated_ms: int) -> bool:
    """Tell whether somebody still writes a file: not once its run has ended, even where its client
    went without finishing the file."""
    if not growing:
        return False
    return not Status(run.status).is_final or now_ms() - updated_ms < REST_MS
