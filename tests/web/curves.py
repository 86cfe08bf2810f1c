"""Curves for the tests of the pages."""

from runs.metrics import services
from runs.tracking.models import Run


def log_curve(run: Run, key: str, values: list[float], start_ms: int = 1_000) -> None:
    """Log `values` at steps 0, 1, 2… one second apart."""
    points = [(key, step, start_ms + 1000 * step, value) for step, value in enumerate(values)]
    services.log_batch(
        run=services.RunRef(run.id, run.experiment_id), points=points, params=None, tags=None
    )
